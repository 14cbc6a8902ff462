import { toBytes } from '../language/bytes.ts'

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** FNV-1a, 32 bits: enough to distinguish the names of one ruleset, and equal on every machine. */
const hash = (text: string): string => {
  let value = FNV_OFFSET
  for (const byte of toBytes(text)) {
    value = Math.imul(value ^ byte.charCodeAt(0), FNV_PRIME) >>> 0
  }
  return value.toString(16).padStart(8, '0')
}

const ASCII = /^[ -~]*$/
/**
 * A run of characters that are neither letters nor digits. For ASCII names, a class that compiles in a fraction of the time.
 */
const OTHER_ASCII = /[^a-z0-9]+/g
const OTHER = /[^\p{L}\p{M}\p{N}]+/gu

/**
 * Returns the id of a rule without one: its name in lower case, with `-` for each run of characters that are neither letters nor
 * digits. Names without letters and digits get `rule-` and a hash.
 *
 *     slug('No scripts, please!') // 'no-scripts-please'
 */
export const slug = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(ASCII.test(name) ? OTHER_ASCII : OTHER, '-')
    .replace(/^-+|-+$/g, '') || `rule-${hash(name)}`
