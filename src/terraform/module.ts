import { blockType, blockViews, bodyView } from './blocks.ts'
import type { Budget, Files, Scope } from './evaluate.ts'
import { evaluate, withNames } from './evaluate.ts'
import type { Functions } from './functions/function.ts'
import { LazyObject, once, tolerant, tolerated } from './lazy.ts'
import { EvaluationProblem, LimitProblem } from './problem.ts'
import type { Instance, Repeated } from './repeat.ts'
import { collected, repeatedOf } from './repeat.ts'
import { placeOf } from './syntax/text.ts'
import type { Block, Expression } from './syntax/tree.ts'
import type { Type } from './type.ts'
import { converted, typeOf } from './type.ts'
import type { ObjectValue, Value } from './values.ts'
import { isList, Unknown } from './values.ts'
import type { View } from './view.ts'
import { dataType, isZoneData, zoneDataValue } from './zone-data.ts'

/** The blocks of all files of one folder. */
export interface ModuleSource {
  /** Absolute path. */
  readonly folder: string
  /** Relative to the folder that the user named, with `/`: the value of `path.module`. */
  readonly path: string
  readonly variables: ReadonlyMap<string, Block>
  readonly locals: ReadonlyMap<string, Expression>
  readonly resources: ReadonlyMap<string, Block>
  readonly data: ReadonlyMap<string, Block>
  readonly modules: ReadonlyMap<string, Block>
  readonly outputs: ReadonlyMap<string, Block>
}

/** An omitted part, and the reason. */
export interface LeftOut {
  readonly source: string
  readonly what: string
  readonly reason: string
}

/** Data that all modules of a configuration share. */
export interface World {
  readonly functions: Functions
  readonly budget: Budget
  readonly rootPath: string
  /** The value of `terraform.workspace`. */
  readonly workspace: string
  readonly files: Files
  /** The module that a `source` names; the reason if there is none. */
  load(from: ModuleSource, source: string): ModuleSource | string
  leaveOut(left: LeftOut): void
}

export interface Resource extends View {
  readonly type: string
  readonly address: string
  readonly uncertain?: Unknown
}

/** The types of resources to evaluate. */
export interface Wanted {
  /** True for types with an own meaning. Their omission is reported. */
  isWanted(type: string): boolean
  /** True for types that only complete others: those refer to them, and report what is missing. */
  isContext?(type: string): boolean
}

/** Terraform 0.11 reads an attribute of a resource with `count = 1` without an index. */
const onlyInstance = (value: Value, name: string): Value => {
  if (!isList(value)) return value
  const [only] = value
  if (only !== undefined && value.length === 1) return only
  throw new EvaluationProblem(
    `${name} has ${value.length} instances: expected an index, as in \`${name}[0]\``
  )
}

const MAX_DEPTH = 20
const MAX_MODULES = 2_000

/** One module with the values of its variables. */
export class Module {
  readonly #scope: Scope
  readonly #locals = new Map<string, () => Value>()
  readonly #variables = new Map<string, () => Value>()
  readonly #resources = new Map<string, () => Value>()
  readonly #repeatedModules = new Map<string, Repeated>()
  readonly #children = new Map<
    string,
    readonly { instance: Instance; module: Module }[] | Unknown
  >()

  constructor(
    readonly source: ModuleSource,
    readonly world: World,
    /** `module.site["a"].`, or nothing for the root. */
    readonly prefix: string,
    readonly inputs: ReadonlyMap<string, () => Value>,
    readonly depth = 0,
    readonly count: { modules: number } = { modules: 0 }
  ) {
    if (depth > MAX_DEPTH)
      throw new LimitProblem(`modules call each other ${MAX_DEPTH} levels deep`)
    if (++count.modules > MAX_MODULES) throw new LimitProblem(`more than ${MAX_MODULES} modules`)
    const path = new Map([
      ['module', source.path],
      ['root', world.rootPath],
      ['cwd', world.rootPath],
    ])
    const terraform = new Map([['workspace', world.workspace]])
    this.#scope = {
      functions: world.functions,
      files: world.files,
      budget: world.budget,
      variable: (name) => {
        if (name === 'path') return path
        if (name === 'terraform' || name === 'tofu') return terraform
        if (name === 'var') return this.#all(source.variables, (key) => this.variable(key))
        if (name === 'local') return this.#all(source.locals, (key) => this.local(key))
        return undefined
      },
      reference: (names) => this.#reference(names),
    }
    for (const [name, expression] of source.locals) {
      this.#locals.set(
        name,
        once(`local.${name}`, () => evaluate(expression, this.#scope))
      )
    }
    for (const [name, block] of source.variables) {
      this.#variables.set(
        name,
        once(`var.${name}`, () => this.#variableValue(name, block))
      )
    }
    for (const [name, block] of source.resources) {
      this.#resources.set(
        name,
        once(name, () => this.#resourceValue(name, block))
      )
    }
    for (const [name, block] of source.data) {
      if (!isZoneData(block)) continue
      this.#resources.set(
        `data.${name}`,
        once(`data.${name}`, () => this.#zoneValue(`data.${name}`, block))
      )
    }
  }

  #all(names: ReadonlyMap<string, unknown>, read: (name: string) => Value): ObjectValue {
    const readers = new Map([...names.keys()].map((name) => [name, () => read(name)] as const))
    return new LazyObject(readers, () => undefined)
  }

  variable(name: string): Value {
    const read = this.#variables.get(name)
    if (read === undefined) throw new EvaluationProblem(`there is no variable "${name}"`)
    return read()
  }

  local(name: string): Value {
    const read = this.#locals.get(name)
    if (read === undefined) throw new EvaluationProblem(`there is no local value "${name}"`)
    return read()
  }

  output(name: string): Value | undefined {
    const value = this.source.outputs.get(name)?.body.attributes.get('value')
    return value === undefined ? undefined : evaluate(value.expression, this.#scope)
  }

  #variableValue(name: string, { body }: Block): Value {
    const attribute = (key: string) => body.attributes.get(key)?.expression
    const constraint = attribute('type')
    const type: Type = constraint === undefined ? { kind: 'any' } : typeOf(constraint)
    const fallback = attribute('default')
    const fallbackValue = () =>
      fallback === undefined ? undefined : evaluate(fallback, this.#scope)
    const nullable = attribute('nullable')
    const takesNull = nullable === undefined || evaluate(nullable, this.#scope) !== false
    let given = this.inputs.get(name)?.()
    if (given === undefined || (given === null && !takesNull)) given = fallbackValue()
    if (given === undefined) return new Unknown(`var.${name}`)
    return converted(given, type, `var.${name}`, (expression) => evaluate(expression, this.#scope))
  }

  #reference(names: readonly string[]): { value: Value; used: number } | undefined {
    const [first, second] = names
    if (second === undefined) return undefined
    switch (first) {
      case 'var':
        return { value: this.variable(second), used: 2 }
      case 'local':
        return { value: this.local(second), used: 2 }
      case 'module':
        return { value: this.#moduleValue(second), used: 2 }
      case 'data': {
        const read = this.#resources.get(names.slice(0, 3).join('.'))
        if (read !== undefined) return { value: read(), used: 3 }
        return { value: new Unknown(names.join('.')), used: names.length }
      }
      case 'ephemeral':
        return { value: new Unknown(names.join('.')), used: names.length }
      case 'resource': {
        // The long form of a reference: `resource.cloudflare_list.office.id`.
        const short = names.slice(1)
        const found = this.#reference(short)
        return found && { value: found.value, used: found.used + 1 }
      }
      case 'path':
      case 'terraform':
      case 'tofu':
      case 'self':
        return undefined
      default: {
        const name = `${first}.${second}`
        const read = this.#resources.get(name)
        if (read === undefined) return undefined
        const value = read()
        return { value: names.length > 2 ? onlyInstance(value, name) : value, used: 2 }
      }
    }
  }

  #resourceValue(name: string, block: Block): Value {
    return collected(repeatedOf(block.body, name, this.#scope), (instance) => {
      const scope = withNames(this.#scope, instance.names)
      const address = `${this.prefix}${name}${instance.suffix}`
      const readers = new Map<string, () => Value>()
      for (const [key, { expression }] of block.body.attributes) {
        readers.set(
          key,
          once(`${address}.${key}`, () => evaluate(expression, scope))
        )
      }
      for (const type of new Set(block.body.blocks.map((inner) => blockType(inner)))) {
        readers.set(
          type,
          once(`${address}.${type}`, () =>
            blockViews(block.body, type, scope).map(({ value }) => value())
          )
        )
      }
      return new LazyObject(
        readers,
        (key) => new Unknown(`${name}.${key}`, key === 'id' ? address : undefined)
      )
    })
  }

  #zoneValue(name: string, block: Block): Value {
    return collected(repeatedOf(block.body, name, this.#scope), ({ suffix, names }) =>
      zoneDataValue(block, `${this.prefix}${name}${suffix}`, withNames(this.#scope, names))
    )
  }

  #instancesOf(name: string): readonly { instance: Instance; module: Module }[] | Unknown {
    const known = this.#children.get(name)
    if (known !== undefined) return known
    const made = this.#makeInstances(name)
    this.#children.set(name, made)
    return made
  }

  #makeInstances(name: string): readonly { instance: Instance; module: Module }[] | Unknown {
    const block = this.source.modules.get(name)
    if (block === undefined) throw new EvaluationProblem(`there is no module "${name}"`)
    const { body, at } = block
    const named = body.attributes.get('source')
    const source = named === undefined ? null : evaluate(named.expression, this.#scope)
    if (typeof source !== 'string') return new Unknown(`the source of module.${name}`)
    const loaded = this.world.load(this.source, source)
    if (typeof loaded === 'string') {
      this.world.leaveOut({ source: placeOf(at), what: `module.${name}`, reason: loaded })
      return new Unknown(`module.${name}`)
    }
    const repeated = repeatedOf(body, `module.${name}`, this.#scope)
    this.#repeatedModules.set(name, repeated)
    if (repeated.kind === 'unknown' && repeated.instances.length === 0) {
      const reason = `the count is not known: ${repeated.unknown.what}`
      this.world.leaveOut({ source: placeOf(at), what: `module.${name}`, reason })
      return new Unknown(repeated.unknown.what)
    }
    return repeated.instances.map((instance) => {
      const scope = withNames(this.#scope, instance.names)
      const inputs = new Map<string, () => Value>()
      for (const [key, { expression }] of body.attributes) {
        if (key === 'source' || key === 'version' || key === 'count' || key === 'for_each') continue
        inputs.set(
          key,
          once(`module.${name}.${key}`, () => tolerant(() => evaluate(expression, scope)))
        )
      }
      const prefix = `${this.prefix}module.${name}${instance.suffix}.`
      const module = new Module(loaded, this.world, prefix, inputs, this.depth + 1, this.count)
      return { instance, module }
    })
  }

  #moduleValue(name: string): Value {
    const made = this.#instancesOf(name)
    if (made instanceof Unknown) return made
    const outputs = (module: Module): Value =>
      new LazyObject(
        new Map(
          [...module.source.outputs.keys()].map((key) => [
            key,
            once(`module.${name}.${key}`, () => module.output(key) ?? null),
          ])
        ),
        () => undefined
      )
    const repeated = this.#repeatedModules.get(name)!
    if (repeated.kind === 'unknown') return new Unknown(repeated.unknown.what)
    if (repeated.kind === 'one') return outputs(made[0]!.module)
    const values = made.map(({ module }) => outputs(module))
    return repeated.kind === 'list'
      ? values
      : new Map(repeated.keys.map((key, i) => [key, values[i] as Value]))
  }

  /** Resources of the wanted types in this module and the modules that it calls, in the order of the files. */
  *resources(wanted: Wanted): Generator<Resource> {
    for (const [name, block] of this.source.resources) {
      yield* this.#wanted(block.labels[0] ?? '', name, block, wanted)
    }
    for (const [name, block] of this.source.data) {
      yield* this.#wanted(dataType(block.labels[0] ?? ''), `data.${name}`, block, wanted)
    }
    for (const [name, block] of this.source.modules) {
      const made = this.#reported(block, `module.${name}`, () => this.#instancesOf(name))
      if (made === undefined || made instanceof Unknown) continue
      for (const { instance, module } of made) {
        for (const resource of module.resources(wanted)) {
          const uncertain = resource.uncertain ?? instance.uncertain
          yield uncertain === undefined ? resource : { ...resource, uncertain }
        }
      }
    }
  }

  #wanted(type: string, name: string, block: Block, wanted: Wanted): Iterable<Resource> {
    if (wanted.isWanted(type)) return this.#instances(type, name, block)
    if (wanted.isContext?.(type) !== true) return []
    const repeated = tolerated(() => repeatedOf(block.body, name, this.#scope))
    return repeated === undefined ? [] : this.#made(type, name, block, repeated)
  }

  *#instances(type: string, name: string, block: Block): Generator<Resource> {
    const repeated = this.#reported(block, `${this.prefix}${name}`, () =>
      repeatedOf(block.body, name, this.#scope)
    )
    if (repeated === undefined) return
    if (repeated.kind === 'unknown' && repeated.instances.length === 0) {
      const { what, problem } = repeated.unknown
      const reason = problem === undefined ? `the count is not known: ${what}` : what
      this.world.leaveOut({ source: placeOf(block.at), what: `${this.prefix}${name}`, reason })
      return
    }
    yield* this.#made(type, name, block, repeated)
  }

  *#made(type: string, name: string, block: Block, repeated: Repeated): Generator<Resource> {
    for (const instance of repeated.instances) {
      const { view } = bodyView(
        block.body,
        withNames(this.#scope, instance.names),
        placeOf(block.at)
      )
      const { place, value, children, names } = view
      const address = `${this.prefix}${name}${instance.suffix}`
      const { uncertain } = instance
      yield {
        place,
        value,
        children,
        names,
        type,
        address,
        ...(uncertain === undefined ? {} : { uncertain }),
      }
    }
  }

  #reported<T>(block: Block, what: string, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof EvaluationProblem)) throw error
      this.world.leaveOut({ source: placeOf(block.at), what, reason: error.message })
      return undefined
    }
  }
}
