import { toBytes } from '../bytes.ts'
import type { Evaluate } from '../scheme.ts'
import { decodeRecursively } from './recursive.ts'

const ENCODED = /[%+]/
const ESCAPE = /\+|%([0-9a-fA-F]{2})/g
/**
 * Takes two escapes at once if they are the halves of one character. A run of any length would overflow V8's stack if a
 * body has megabytes of escapes.
 */
const UNICODE_ESCAPE =
  /\+|%([0-9a-fA-F]{2})|(?:%u[dD][89abAB][0-9a-fA-F]{2}(?=%u[dD][c-fC-F]))?%u[0-9a-fA-F]{4}/g

const unitsOf = (run: string): string =>
  run.replace(/%u(.{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const decodeOne = (encoded: string, hex: string | undefined): string => {
  if (encoded === '+') return ' '
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
  // UTF-16; half a pair becomes U+FFFD.
  return toBytes(unitsOf(encoded))
}

/** A decoder of percent-encoding: `recursive` decodes text that was encoded several times; `unicode` also reads `%u0041`. */
export const decoder = (recursive: boolean, unicode: boolean): Evaluate => {
  const pattern = unicode ? UNICODE_ESCAPE : ESCAPE
  return ([source]) => {
    const bytes = source as string
    if (!ENCODED.test(bytes)) return bytes
    return recursive ? decodeRecursively(bytes, unicode) : bytes.replace(pattern, decodeOne)
  }
}
