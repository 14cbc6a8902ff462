import { CASE_BIT, isUpper } from '../characters.ts'
import { foldCase } from './fold-case.ts'

const HEAD = /^(?:\\.|[^*\\])*/s

/**
 * A wildcard test that first compares the beginning. Most values fail there, and no lower-case copy of them is needed.
 *
 * @param pattern binary string with its escapes, already checked
 */
export const wildcardTest = (
  pattern: string,
  test: (bytes: string) => boolean
): ((bytes: string) => boolean) => {
  const head = foldCase(HEAD.exec(pattern)![0].replace(/\\(.)/gs, '$1'))
  if (head === '') return test
  const wanted = Uint8Array.from(head, (unit) => unit.charCodeAt(0))
  return (bytes) => {
    for (let i = 0; i < wanted.length; i++) {
      // After the end this is NaN, which equals nothing.
      const byte = bytes.charCodeAt(i)
      if ((isUpper(byte) ? byte | CASE_BIT : byte) !== wanted[i]) return false
    }
    return test(bytes)
  }
}
