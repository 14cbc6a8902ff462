import { EvaluationProblem } from './problem.ts'

/** A value that is not known before Terraform runs, and the reason: `data.http.monitors.response_body`. */
export class Unknown {
  constructor(
    readonly what: string,
    /** The resource whose id this is, e.g. `cloudflare_filter.bots`. */
    readonly idOf?: string,
    /** Why it has no value, where that is a mistake and not Terraform's to find out. */
    readonly problem?: EvaluationProblem
  ) {}
}

/** Elements whose number is unknown, but all of them have the same value. */
export class UnknownMany extends Unknown {
  constructor(
    what: string,
    readonly element: () => Value
  ) {
    super(what)
  }
}

/** A set: its elements in order, each once. */
export class SetValue {
  constructor(readonly items: readonly Value[]) {}
}

/** An object or a map. */
export type ObjectValue = ReadonlyMap<string, Value>

/** A value of HCL. Lists and tuples are arrays. Whole numbers past 2^53 are bigints. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | SetValue
  | ObjectValue
  | Unknown

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value)
export const isObject = (value: Value): value is ObjectValue => value instanceof Map
export const isUnknown = (value: Value): value is Unknown => value instanceof Unknown

/** The first unknown value within, if any. */
export const unknownIn = (value: Value): Unknown | undefined => {
  if (isUnknown(value)) return value
  const items = isList(value)
    ? value
    : value instanceof SetValue
      ? value.items
      : isObject(value)
        ? [...value.values()]
        : []
  for (const item of items) {
    const found = unknownIn(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** "a list", "the text `x`": for messages. */
export const describe = (value: Value): string => {
  if (value === null) return 'null'
  if (isUnknown(value)) return `the unknown value ${value.what}`
  if (isList(value)) return 'a list'
  if (value instanceof SetValue) return 'a set'
  if (isObject(value)) return 'an object'
  return typeof value === 'string'
    ? `the text ${JSON.stringify(value)}`
    : `the ${typeof value === 'boolean' ? 'boolean' : 'number'} ${value}`
}

export const isAscii = (text: string) => /^[\x00-\x7f]*$/.test(text)

/** Order of keys as Terraform has it: by their UTF-8 bytes. */
export const byBytes = (a: string, b: string): number => {
  if (!isAscii(a) || !isAscii(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : a > b ? 1 : 0
}

/** Entries in the order of their keys, as HCL walks objects and maps. */
export const sortedEntries = (object: ObjectValue): [string, Value][] =>
  [...object].sort(([a], [b]) => byBytes(a, b))

const DIGITS = 15

/** Terraform reckons with decimal fractions: 0.1 + 0.2 is 0.3. */
export const decimal = (value: number): number =>
  Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS))

export const isNumber = (value: Value): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'

/** A whole number as a number, if that is exact. */
export const narrowed = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value

const PARTS = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/

/** The number that a text in decimal digits denotes. Whole numbers are exact. */
export const numberFrom = (text: string): number | bigint => {
  const number = Number(text)
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER || !Number.isFinite(number)) return number
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = PARTS.exec(text) ?? []
  const digits = whole + fraction
  const zeros = Number(exponent) - fraction.length
  const isWhole = zeros >= 0 || /^0*$/.test(digits.slice(zeros))
  if (!isWhole) return number
  const shifted = zeros >= 0 ? digits + '0'.repeat(zeros) : digits.slice(0, zeros)
  return narrowed(sign === '-' ? -BigInt(shifted) : BigInt(shifted))
}

/** A number as Terraform writes it in text. */
export const numberText = (value: number | bigint): string => {
  if (typeof value === 'bigint') return String(value)
  if (Number.isInteger(value)) return BigInt(value).toString()
  const text = String(value)
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '') : text
}

export const toText = (value: Value, where: string): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (isNumber(value)) return numberText(value)
  throw new EvaluationProblem(`${where}: expected text, found ${describe(value)}`)
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** The exact number. */
export const toExact = (value: Value, where: string): number | bigint => {
  if (isNumber(value)) return value
  if (typeof value === 'string' && NUMBER.test(value)) return numberFrom(value)
  throw new EvaluationProblem(`${where}: expected a number, found ${describe(value)}`)
}

export const toNumber = (value: Value, where: string): number => Number(toExact(value, where))

/**
 * Terraform converts four texts. Configurations for version 0.11 have `"1"` and `"0"`.
 *
 * Source: https://github.com/zclconf/go-cty/blob/main/cty/convert/conversion_primitive.go
 */
export const BOOLEAN_TEXTS: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

export const toBoolean = (value: Value, where: string): boolean => {
  if (typeof value === 'boolean') return value
  const found = BOOLEAN_TEXTS.get(value)
  if (found !== undefined) return found
  throw new EvaluationProblem(`${where}: expected true or false, found ${describe(value)}`)
}

export const equal = (a: Value, b: Value): boolean => {
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, i) => equal(item, b[i]!))
  }
  if (a instanceof SetValue && b instanceof SetValue) {
    return (
      a.items.length === b.items.length &&
      a.items.every((item) => b.items.some((other) => equal(item, other)))
    )
  }
  if (isObject(a) && isObject(b)) {
    return (
      a.size === b.size &&
      [...a].every(([key, item]) => b.has(key) && equal(item, b.get(key) as Value))
    )
  }
  return a === b
}

/** Elements of a list or a set. */
export const elementsOf = (value: Value, where: string): readonly Value[] => {
  if (isList(value)) return value
  if (value instanceof SetValue) return value.items
  throw new EvaluationProblem(`${where}: expected a list or a set, found ${describe(value)}`)
}

/** Each value once, in the order in which they come. */
export const unique = (values: readonly Value[]): Value[] => {
  const kept: Value[] = []
  const seen = new Set<Value>()
  for (const value of values) {
    if (typeof value === 'object' && value !== null) {
      if (!kept.some((other) => equal(other, value))) kept.push(value)
    } else if (!seen.has(value)) {
      seen.add(value)
      kept.push(value)
    }
  }
  return kept
}

/** The text by which Terraform orders values of a set that are no text, number or boolean. */
const setKey = (value: Value): string => {
  if (value === null) return '~'
  if (isUnknown(value)) return '?'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'boolean') return value ? 'T' : 'F'
  if (isNumber(value)) return numberText(value)
  if (isObject(value))
    return `<${sortedEntries(value)
      .map(([, item]) => setKey(item))
      .join('')}>`
  return `<${elementsOf(value, '').map(setKey).join('')}>`
}

const inSetOrder = (a: Value, b: Value): number => {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (typeof a === 'string' && typeof b === 'string') return byBytes(a, b)
  return byBytes(setKey(a), setKey(b))
}

/** A set of values: text in the order of its bytes, numbers by size, `null` last. */
export const setOf = (values: readonly Value[]): SetValue =>
  new SetValue(unique(values).sort(inSetOrder))

/** A value of JSON (or of a plan) as a value of HCL. */
export const fromJson = (value: unknown): Value => {
  if (Array.isArray(value)) return value.map(fromJson)
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, item]) => [key, fromJson(item)]))
  }
  if (value === undefined) return null
  return value as string | number | bigint | boolean | null
}

/** The opposite: keys in their order, sets as lists. */
export const toJson = (value: Value): unknown => {
  if (isList(value)) return value.map(toJson)
  if (value instanceof SetValue) return value.items.map(toJson)
  if (isObject(value)) {
    // Not assigned: a key `__proto__` stays a key.
    return Object.fromEntries(sortedEntries(value).map(([key, item]) => [key, toJson(item)]))
  }
  if (isUnknown(value)) throw new EvaluationProblem(`${value.what} is not known`)
  return typeof value === 'bigint' ? Number(value) : value
}
