import type { Type, Value } from './types.ts'
import { typeName } from './types.ts'

export interface FieldDefinition {
  readonly name: string
  readonly type: Type
  /** The canonical name, if this one is an old spelling of it. */
  readonly alias?: string
  /** Why a rule of the request phase cannot read the field. The field is then known but refused. */
  readonly refused?: string
  /** The replacement, for a deprecated field that still works. */
  readonly deprecated?: string
}

/** The type of a parameter: one type, any array, any map, or anything. */
export type Expected = Type | 'Array' | 'Map' | 'Any'

export interface Parameter {
  readonly name: string
  readonly types: readonly Expected[]
  /** `field`: no literal; `literal`: only a literal; `any`: both. */
  readonly kind: 'field' | 'literal' | 'any'
  readonly optional?: boolean
}

export type Evaluate = (args: readonly (Value | undefined)[]) => Value | undefined

/** The facts of a call that are known when it is compiled. */
export interface CallShape {
  /** Values of the arguments that are literals, `undefined` for the others. */
  readonly literals: readonly (Value | undefined)[]
  readonly types: readonly Type[]
}

export interface FunctionDefinition {
  readonly name: string
  readonly parameters: readonly Parameter[]
  /** Takes any number of further arguments like this one, up to `maxArguments`. */
  readonly rest?: Parameter
  readonly maxArguments?: number
  readonly returns: Type | ((types: readonly Type[]) => Type)
  /** Evaluates a call. With `missing: 'propagate'` (default), no argument is ever missing. */
  readonly evaluate: Evaluate
  /** Checks the literals of a call and may return a faster `evaluate` for it. Throws ArgumentProblem. */
  readonly prepare?: (call: CallShape) => Evaluate | undefined
  readonly missing?: 'propagate' | 'handle'
  /** The open engine's result of a call with a missing argument (option `missing: 'engine'`), if it has one. */
  readonly engineMissing?: Value
  /** Allows at most one call in an expression, and none inside a call of another such function. */
  readonly once?: boolean
  /** Why a rule of the request phase cannot call the function. */
  readonly refused?: string
}

/** A literal argument that the function cannot work with. */
export class ArgumentProblem extends Error {
  override readonly name = 'ArgumentProblem'
  constructor(
    readonly index: number,
    message: string,
    readonly help?: string
  ) {
    super(message)
  }
}

export const expectedName = (expected: Expected): string => {
  if (expected === 'Any') return 'any type'
  return typeof expected === 'string' ? `${expected}<_>` : typeName(expected)
}

/** Functions by name. */
export interface FunctionTable {
  has(name: string): boolean
  /** @throws StillLoading for a function that is not loaded yet */
  get(name: string): FunctionDefinition | undefined
  keys(): Iterable<string>
}

/** The fields and functions that expressions may use. Each canonical field has a slot number. */
export interface Scheme {
  readonly fields: ReadonlyMap<string, FieldDefinition>
  readonly functions: FunctionTable
  /** Canonical field names; the index is the slot. */
  readonly slots: readonly string[]
  /** Slot of a field, by any of its names. Throws RangeError for a name that is not a field. */
  slot(name: string): number
}

export const functionsByName = (
  definitions: readonly FunctionDefinition[]
): ReadonlyMap<string, FunctionDefinition> =>
  new Map(definitions.map((definition) => [definition.name, definition]))

/**
 * @example createScheme({ fields: [{ name: 'http.host', type: BYTES }], functions: [] })
 */
export const createScheme = ({
  fields,
  functions = [],
}: {
  fields: readonly FieldDefinition[]
  functions?: readonly FunctionDefinition[] | FunctionTable
}): Scheme => {
  const byName = new Map(fields.map((field) => [field.name, field]))
  const slots = fields.filter((field) => field.alias === undefined).map((field) => field.name)
  const numbers = new Map(slots.map((name, i) => [name, i]))
  for (const { name, alias } of fields) {
    const number = alias === undefined ? undefined : numbers.get(alias)
    if (alias === undefined) continue
    if (number === undefined) throw new RangeError(`field ${name}: no field ${alias} to stand for`)
    numbers.set(name, number)
  }
  return {
    fields: byName,
    functions: 'get' in functions ? functions : functionsByName(functions),
    slots,
    slot: (name) => {
      const number = numbers.get(name)
      if (number === undefined) throw new RangeError(`no field ${name}`)
      return number
    },
  }
}
