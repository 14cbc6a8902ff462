import type { Ip } from '../lists/ip.ts'

/**
 * The types of the Rules language. `Bytes` is what Cloudflare's documentation calls String.
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/values/
 */
export type Type =
  | { readonly kind: 'Bool' | 'Int' | 'Bytes' | 'Ip' }
  | { readonly kind: 'Array' | 'Map'; readonly of: Type }

/**
 * A value of the language at run time.
 *
 * Bytes are *binary strings*: each byte is one UTF-16 code unit (0–255). `includes`, `<` and regexes thus work byte by
 * byte, and header values from Node (latin1) need no conversion. `bytes.ts` converts to and from text. Int is i64: a
 * `number` if it is a safe integer, else a `bigint`.
 * A missing value (absent header, index out of range) is `undefined`.
 */
export type Value =
  | boolean
  | number
  | bigint
  | string
  | Ip
  | readonly Value[]
  | ReadonlyMap<string, Value>

/** Gives the values of fields to a compiled expression, which requests only the fields it reads. */
export interface Context {
  /** Value of the field with this slot number (`Scheme.slot(name)`); `undefined` is a missing value. */
  get(slot: number): Value | undefined
}

export const BOOL: Type = { kind: 'Bool' }
export const INT: Type = { kind: 'Int' }
export const BYTES: Type = { kind: 'Bytes' }
export const IP: Type = { kind: 'Ip' }
export const arrayOf = (of: Type): Type => ({ kind: 'Array', of })
export const mapOf = (of: Type): Type => ({ kind: 'Map', of })

/** `Map<Array<Bytes>>` */
export const typeName = (type: Type): string =>
  'of' in type ? `${type.kind}<${typeName(type.of)}>` : type.kind

export const sameType = (x: Type, y: Type): boolean => {
  if (x.kind !== y.kind) return false
  return 'of' in x && 'of' in y ? sameType(x.of, y.of) : true
}

const SCALARS: Record<string, Type> = { Bool: BOOL, Int: INT, Bytes: BYTES, Ip: IP }
const CONTAINERS: readonly (readonly [open: string, of: (type: Type) => Type])[] = [
  ['Array<', arrayOf],
  ['Map<', mapOf],
]

/** The type in a part of a text. The text is never sliced, so a deep type takes time proportional to its length. */
const typeBetween = (text: string, from: number, to: number): Type | undefined => {
  const container = CONTAINERS.find(([open]) => text.startsWith(open, from))
  if (container === undefined) {
    const name = text.slice(from, to)
    return Object.hasOwn(SCALARS, name) ? SCALARS[name] : undefined
  }
  const [open, containerOf] = container
  const of = text[to - 1] === '>' ? typeBetween(text, from + open.length, to - 1) : undefined
  return of && containerOf(of)
}

/** The inverse of `typeName`; `undefined` if the text is not a type. */
export const parseType = (text: string): Type | undefined => typeBetween(text, 0, text.length)

/** Bool, Array<Bool> and Map<Bool> are conditions by themselves: no operator may follow them. */
export const isBare = (type: Type): boolean =>
  type.kind === 'Bool' || ('of' in type && type.of.kind === 'Bool')
