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
 * Bytes are *binary strings*: one UTF-16 code unit (0–255) a byte, so that `includes`, `<` and regexes work byte by
 * byte, and header values as Node hands them out (latin1) need no conversion. See `bytes.ts` for going to and from text.
 * Int is i64: a `number` where it is a safe integer, else a `bigint`.
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

/** Gives the values of fields to a compiled expression; asked only for what the expression reads. */
export interface Context {
  /** Value of the field with this slot number (`Scheme.slot(name)`); `undefined` is a missing value. */
  get(slot: number): Value | undefined
}
