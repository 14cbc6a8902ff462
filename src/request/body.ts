import { append } from './header-fields.ts'

/** What is known of a request's body when its rules are judged. */
export interface RequestBody {
  /** Its beginning, up to the limit: a binary string. */
  readonly bytes: string
  /** Of the whole body where that is known, else of what has come so far. Bytes. */
  readonly size: number
  /** There is more of it than `bytes` has. */
  readonly isTruncated: boolean
}

/**
 * How much of a body the fields see, in bytes.
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/http.request.body.raw/
 */
export const BODY_LIMIT_BYTES = 128 * 1024

export const NO_BODY: RequestBody = { bytes: '', size: 0, isTruncated: false }

/** Fields that need the body begin so. */
export const BODY_FIELDS = 'http.request.body.'

/** One part of a multipart body; a header or parameter that it does not have is `undefined`. */
export interface Part {
  readonly name: string | undefined
  readonly filename: string | undefined
  readonly contentType: string | undefined
  readonly disposition: string | undefined
  readonly transferEncoding: string | undefined
  readonly value: string
}

/** Values by name, in order. */
export const grouped = (
  pairs: Iterable<readonly [name: string, value: string]>
): ReadonlyMap<string, readonly string[]> => {
  const map = new Map<string, string[]>()
  for (const [name, value] of pairs) append(map, name, value)
  return map
}
