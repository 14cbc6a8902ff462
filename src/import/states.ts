import { fromJson } from '../terraform/values.ts'
import { viewOf } from '../terraform/view.ts'
import type { ConfiguredResource } from './resources.ts'

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

const resourceOf = (
  file: string,
  type: string,
  address: string,
  values: unknown
): ConfiguredResource => ({
  ...viewOf(fromJson(isObject(values) ? values : {}), file),
  type,
  address,
})

const MAX_DEPTH = 50

/** Resources of `planned_values` and `values`, in a module and the modules below it. */
const ofModule = (module: unknown, file: string, depth = 0): ConfiguredResource[] => {
  if (!isObject(module) || depth > MAX_DEPTH) return []
  return [
    ...list(module.resources)
      .filter(({ mode }) => mode !== 'data')
      .map(({ type, address, values }) => resourceOf(file, String(type), String(address), values)),
    ...list(module.child_modules).flatMap((child) => ofModule(child, file, depth + 1)),
  ]
}

const indexText = (key: unknown): string =>
  key === undefined || key === null ? '' : `[${JSON.stringify(key)}]`

/** Resources of a raw state file of version 4. */
const ofState = (state: Json, file: string): ConfiguredResource[] =>
  list(state.resources)
    .filter(({ mode }) => mode !== 'data')
    .flatMap(({ type, name, module, instances }) =>
      list(instances).map((instance) => {
        const prefix = typeof module === 'string' ? `${module}.` : ''
        const address = `${prefix}${type}.${name}${indexText(instance.index_key)}`
        return resourceOf(file, String(type), address, instance.attributes)
      })
    )

/**
 * The resources of Terraform's own JSON: the output of `terraform show -json` of a plan (its planned values) or a state, or a
 * raw state file. `undefined` for anything else.
 */
export const resourcesOfState = (
  document: unknown,
  file: string
): ConfiguredResource[] | undefined => {
  if (!isObject(document)) return undefined
  const { planned_values: planned, values, resources, terraform_version: version } = document
  if (isObject(planned)) return ofModule(planned.root_module, file)
  if (version !== undefined && isObject(values)) return ofModule(values.root_module, file)
  if (version !== undefined && Array.isArray(resources)) return ofState(document, file)
  return undefined
}
