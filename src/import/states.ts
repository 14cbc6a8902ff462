import type { Value } from '../terraform/values.ts'
import { fromJson } from '../terraform/values.ts'
import { viewOf } from '../terraform/view.ts'
import { dataType, isZoneDataType } from '../terraform/zone-data.ts'
import { nestedOf } from './flat-attributes.ts'
import { PlanReferences } from './plan-references.ts'
import type { ConfiguredResource } from './resources.ts'

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

const resourceOf = (
  file: string,
  type: string,
  address: string,
  values: unknown,
  references?: PlanReferences
): ConfiguredResource => {
  const given = new Map(Object.entries(isObject(values) ? values : {}).map(ofJson))
  return { ...viewOf(references?.completed(address, given) ?? given, file), type, address }
}

const ofJson = ([name, value]: [string, unknown]): [string, Value] => [name, fromJson(value)]

const MAX_DEPTH = 50

/** Resources of `planned_values` and `values`, in a module and the modules below it. */
const ofModule = (module: unknown, depth = 0): Json[] => {
  if (!isObject(module) || depth > MAX_DEPTH) return []
  return [
    ...list(module.resources),
    ...list(module.child_modules).flatMap((child) => ofModule(child, depth + 1)),
  ]
}

const isData = ({ mode }: Json): boolean => mode === 'data'

/** Its type. Of data sources, only those of zones say something about rules. */
const typeOf = (resource: Json): string | undefined => {
  const type = String(resource.type)
  if (!isData(resource)) return type
  return isZoneDataType(type) ? dataType(type) : undefined
}

const ofValues = (
  resources: readonly Json[],
  file: string,
  references?: PlanReferences
): ConfiguredResource[] =>
  resources.flatMap((resource) => {
    const type = typeOf(resource)
    if (type === undefined) return []
    return [resourceOf(file, type, String(resource.address), resource.values, references)]
  })

/** Planned resources, and the data sources that Terraform read for the plan. */
const ofPlan = (document: Json, planned: Json, file: string): ConfiguredResource[] => {
  const { prior_state: prior, configuration } = document
  const before = isObject(prior) && isObject(prior.values) ? prior.values.root_module : undefined
  const known = ofModule(before).filter(isData)
  const resources = ofModule(planned.root_module)
  const addresses = [...resources, ...known].map(({ address }) => String(address))
  const references = new PlanReferences(configuration, new Set(addresses))
  return [...ofValues(known, file), ...ofValues(resources, file, references)]
}

const indexText = (key: unknown): string =>
  key === undefined || key === null ? '' : `[${JSON.stringify(key)}]`

/** Resources of a raw state file of version 4. */
const ofState = (state: Json, file: string): ConfiguredResource[] =>
  list(state.resources)
    .filter(({ mode }) => mode !== 'data')
    .flatMap(({ type, name, module, instances }) =>
      list(instances)
        // Terraform still has to destroy these: another instance replaces them.
        .filter(({ deposed }) => deposed === undefined)
        .map((instance) => {
          const prefix = typeof module === 'string' ? `${module}.` : ''
          const address = `${prefix}${type}.${name}${indexText(instance.index_key)}`
          return resourceOf(file, String(type), address, instance.attributes)
        })
    )

/** Resources of a raw state file of version 3, as Terraform 0.11 writes it. */
const ofOldState = (modules: unknown, file: string): ConfiguredResource[] =>
  list(modules).flatMap(({ path, resources }) => {
    const names = Array.isArray(path) ? path.slice(1) : []
    const prefix = names.map((name) => `module.${name}.`).join('')
    return Object.entries(isObject(resources) ? resources : {}).flatMap(([key, resource]) => {
      if (key.startsWith('data.') || !isObject(resource) || !isObject(resource.primary)) return []
      // `cloudflare_filter.bots.1` is the second one of a count.
      const address = prefix + key.replace(/\.(\d+)$/, '[$1]')
      const attributes = isObject(resource.primary.attributes) ? resource.primary.attributes : {}
      return [resourceOf(file, String(resource.type), address, nestedOf(attributes))]
    })
  })

/**
 * The resources of Terraform's own JSON: the output of `terraform show -json` of a plan (its planned values) or a state, or a
 * raw state file of version 4 or 3. `undefined` for anything else.
 */
export const resourcesOfState = (
  document: unknown,
  file: string
): ConfiguredResource[] | undefined => {
  if (!isObject(document)) return undefined
  const { planned_values: planned, values, resources, modules } = document
  const { terraform_version: version } = document
  if (isObject(planned)) return ofPlan(document, planned, file)
  if (version !== undefined && isObject(values)) return ofValues(ofModule(values.root_module), file)
  if (version !== undefined && Array.isArray(resources)) return ofState(document, file)
  if (version !== undefined && Array.isArray(modules)) return ofOldState(modules, file)
  // The state of a folder without resources.
  return version !== undefined && document.format_version !== undefined ? [] : undefined
}
