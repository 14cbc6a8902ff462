import type { ObjectValue, Value } from '../terraform/values.ts'
import { isList, isObject as isObjectValue, Unknown } from '../terraform/values.ts'

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

const child = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value)

/** Ids that exist only after Terraform has run, but refer to other resources of the plan. */
const IDS = ['filter_id', 'list_id', 'zone_id'] as const

const MAX_STEPS = 50

const NONE: ReadonlyMap<unknown, Json> = new Map()

const RULESET_ID = /^cloudflare_ruleset\..*\.id$/

const idOf = (address: string): Unknown => new Unknown(`${address}.id`, address)

const withId = (parameters: ObjectValue, address: string): ObjectValue =>
  new Map([...parameters, ['id', idOf(address)]])

/** `["key"]` or `[0]`. */
const INDEX = /(\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?/.source
const RESOURCE = new RegExp(`^((?:data\\.)?[\\w-]+\\.[\\w-]+)${INDEX}`)
const OUTPUT = new RegExp(`^module\\.([\\w-]+)${INDEX}\\.([\\w-]+)`)

/** `module.a["x"].module.b.cloudflare_filter.f[0]`: its modules, its name and its index. */
const PARTS = /((?:data\.)?[\w-]+\.[\w-]+)((?:\[.*\])?)$/
const CALL = new RegExp(`module\\.([\\w-]+)${INDEX}\\.`, 'g')

interface Address {
  /** `module.a["x"].`, or nothing for the root. */
  readonly prefix: string
  readonly modules: readonly { readonly name: string; readonly prefix: string }[]
  readonly name: string
  readonly index: string
}

/** The module and the index from which a resource refers to others. */
type At = Pick<Address, 'prefix' | 'modules' | 'index'>

const addressOf = (address: string): Address => {
  const modules: { name: string; prefix: string }[] = []
  let end = 0
  CALL.lastIndex = 0
  for (let call = CALL.exec(address); call?.index === end; call = CALL.exec(address)) {
    end = CALL.lastIndex
    modules.push({ name: call[1]!, prefix: address.slice(0, end) })
  }
  const [, name = '', index = ''] = PARTS.exec(address.slice(end)) ?? []
  return { prefix: address.slice(0, end), modules, name, index }
}

const referencesOf = (expression: unknown): string[] => {
  const references = child(expression, 'references')
  return Array.isArray(references) ? references.filter((one) => typeof one === 'string') : []
}

/**
 * The references between resources of a plan. A planned value has no id of a resource that does not exist yet, but the configuration in
 * the plan names the resource.
 *
 * Source: https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
 */
export class PlanReferences {
  readonly #resources = new Map<Json, ReadonlyMap<unknown, Json>>()

  /** @param addresses of all planned resources and data sources */
  constructor(
    readonly configuration: unknown,
    readonly addresses: ReadonlySet<string>
  ) {}

  /** The values of a resource, with the resources that its ids refer to. */
  completed(address: string, values: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
    const missing = IDS.filter((id) => (values.get(id) ?? null) === null)
    const at = addressOf(address)
    const module = this.#moduleOf(at.modules.map(({ name }) => name))
    const resource = this.#resourcesOf(module).get(at.name)
    if (resource === undefined) return values
    const completed = new Map(values)
    for (const id of missing) {
      const references = referencesOf(child(resource, 'expressions', id))
      const found = this.#resolved(references, at, child(resource, 'for_each_expression'))
      if (found !== undefined) completed.set(id, idOf(found))
    }
    const rules = values.get('rules')
    if (rules !== undefined && isList(rules)) {
      completed.set('rules', this.#executing(rules, child(resource, 'expressions', 'rules'), at))
    }
    return completed
  }

  /** Rules that execute rulesets which do not exist yet. Nested blocks have their own references, an attribute has those of all rules. */
  #executing(rules: readonly Value[], expression: unknown, at: Address): Value[] {
    const others = referencesOf(expression).filter((one) => RULESET_ID.test(one))
    const blocks = objects(expression)
    return rules.map((rule, i) => {
      if (!isObjectValue(rule) || rule.get('action') !== 'execute') return rule
      const given = rule.get('action_parameters') ?? null
      const [parameters] = isList(given) ? given : [given]
      if (parameters === undefined || !isObjectValue(parameters)) return rule
      if ((parameters.get('id') ?? null) !== null) return rule
      const [block] = objects(blocks[i]?.action_parameters)
      const references = block === undefined ? others.splice(0, 1) : referencesOf(block.id)
      const found = this.#resolved(references, at, undefined)
      if (found === undefined) return rule
      return new Map([...rule, ['action_parameters', withId(parameters, found)]])
    })
  }

  /** The resources of a module by their addresses in it. A plan asks for each of them. */
  #resourcesOf(module: unknown): ReadonlyMap<unknown, Json> {
    if (!isObject(module)) return NONE
    let resources = this.#resources.get(module)
    if (resources === undefined) {
      resources = new Map(objects(module.resources).map((one) => [one.address, one]))
      this.#resources.set(module, resources)
    }
    return resources
  }

  #moduleOf(names: readonly string[]): unknown {
    return names.reduce<unknown>(
      (module, name) => child(module, 'module_calls', name, 'module'),
      child(this.configuration, 'root_module')
    )
  }

  /** The resource that an expression refers to. */
  #resolved(
    references: readonly string[],
    at: At,
    forEach: unknown,
    steps = 0
  ): string | undefined {
    if (steps > MAX_STEPS) return undefined
    for (const reference of references) {
      const found = this.#one(reference, at, forEach, steps + 1)
      if (found !== undefined) return found
    }
    return undefined
  }

  #one(reference: string, at: At, forEach: unknown, steps: number): string | undefined {
    const [first = '', second = ''] = reference.split(/[.[]/)
    if (first === 'each') return this.#resolved(referencesOf(forEach), at, undefined, steps)
    if (first === 'var') return this.#given(second, at, steps)
    if (first === 'module') return this.#output(reference, at, steps)
    const [, name, index = ''] = RESOURCE.exec(reference) ?? []
    if (name === undefined) return undefined
    const candidates = [index, at.index, '', '[0]'].map((one) => at.prefix + name + one)
    return candidates.find((one) => this.addresses.has(one))
  }

  /** The value of a module's variable comes from its call. */
  #given(name: string, at: Pick<Address, 'modules'>, steps: number): string | undefined {
    const outer = at.modules.slice(0, -1)
    const [last] = at.modules.slice(-1)
    if (last === undefined) return undefined
    const parent = this.#moduleOf(outer.map((module) => module.name))
    const call = child(parent, 'module_calls', last.name)
    const prefix = outer.at(-1)?.prefix ?? ''
    const index = last.prefix.slice(prefix.length + `module.${last.name}`.length, -1)
    return this.#resolved(
      referencesOf(child(call, 'expressions', name)),
      { prefix, modules: outer, index },
      child(call, 'for_each_expression'),
      steps
    )
  }

  /** The value of a module's output comes from its own resources. */
  #output(reference: string, at: At, steps: number): string | undefined {
    const [, name, index = '', output] = OUTPUT.exec(reference) ?? []
    if (name === undefined || output === undefined) return undefined
    const modules = at.modules.map((module) => module.name)
    const expression = child(this.#moduleOf([...modules, name]), 'outputs', output, 'expression')
    for (const suffix of new Set([index, at.index, '', '[0]'])) {
      const prefix = `${at.prefix}module.${name}${suffix}.`
      const found = this.#resolved(
        referencesOf(expression),
        { prefix, modules: [...at.modules, { name, prefix }], index: at.index },
        undefined,
        steps
      )
      if (found !== undefined) return found
    }
    return undefined
  }
}
