import { toBytes } from '../language/bytes.ts'

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** FNV-1a, 32 bits: enough to tell the names of one ruleset apart, and equal on every machine. */
const hash = (text: string): string => {
  let value = FNV_OFFSET
  for (const byte of toBytes(text)) {
    value = Math.imul(value ^ byte.charCodeAt(0), FNV_PRIME) >>> 0
  }
  return value.toString(16).padStart(8, '0')
}

const ASCII = /^[ -~]*$/
/** A run of what is neither letter nor digit. For names in ASCII, a class that the engine compiles in a fraction of the time. */
const OTHER_ASCII = /[^a-z0-9]+/g
const OTHER = /[^\p{L}\p{M}\p{N}]+/gu

/**
 * The id of a rule that has none of its own: its name in lower case, `-` for each run of what is neither letter nor
 * digit. Names without letters and digits get `rule-` and a hash.
 *
 *     slug('No scripts, please!') // 'no-scripts-please'
 */
export const slug = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(ASCII.test(name) ? OTHER_ASCII : OTHER, '-')
    .replace(/^-+|-+$/g, '') || `rule-${hash(name)}`
