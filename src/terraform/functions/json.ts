import type { Value } from '../values.ts'
import { toJson } from '../values.ts'

const ESCAPED: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

/** JSON as Go writes it: `<`, `>` and `&` are escaped. */
export const jsonText = (value: Value): string =>
  JSON.stringify(toJson(value)).replace(/[<>&\u2028\u2029]/g, (char) => ESCAPED[char]!)
