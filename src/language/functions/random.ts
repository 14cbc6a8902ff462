import type { FunctionDefinition } from '../scheme.ts'
import { BYTES } from '../types.ts'
import { field } from './parameters.ts'
import { sha256 } from './sha256.ts'

const UUID_BYTES = 16
const GROUPS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/
const VERSION_BYTE = 6
const VARIANT_BYTE = 8

const toHex = (byte: number) => byte.toString(16).padStart(2, '0')

/** The same source gives the same UUID. The source is hashed first, so it may be short or readable. */
const uuid = (source: string): string => {
  const bytes = Array.from(sha256(source).slice(0, UUID_BYTES), (unit) => unit.charCodeAt(0))
  // RFC 9562 §4: version 4, variant 10.
  bytes[VERSION_BYTE] = (bytes[VERSION_BYTE]! & 0x0f) | 0x40
  bytes[VARIANT_BYTE] = (bytes[VARIANT_BYTE]! & 0x3f) | 0x80
  return bytes.map(toHex).join('').replace(GROUPS, '$1-$2-$3-$4-$5')
}

/** @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#uuidv4 */
export const randomFunctions: readonly FunctionDefinition[] = [
  {
    name: 'uuidv4',
    parameters: [field('source')],
    returns: BYTES,
    evaluate: ([source]) => uuid(source as string),
  },
]
