import { ArgumentProblem } from '../scheme.ts'
import type { Value } from '../types.ts'

const MAX_REFERENCES = 8
const PART = /\$\$|\$\{(\w+)\}|\$|[^$]+/g
const DIGITS = /^\d+$/

/** Returns the text of a group; '' for a group that took no part. */
export type Groups = (group: number) => string

/**
 * Reads the replacement of `regex_replace` and `wildcard_replace`: `${1}` is a group, `$$` a dollar sign. The documentation
 * shows numbers only; `${name}` comes from Rust's replacement syntax, of which this is a part.
 *
 * @param index the argument's place, for errors
 * @param groups the numbers and names of the existing groups
 * @throws ArgumentProblem for any other use of `$`, a group that does not exist, more than 8 references
 */
export const readTemplate = (
  value: Value | undefined,
  index: number,
  { first, last, names }: { first: number; last: number; names?: ReadonlyMap<string, number> }
): ((groups: Groups) => string) => {
  const parts: (string | number)[] = []
  for (const [part, key] of (value as string).matchAll(PART)) {
    if (part === '$') {
      const message = `a lone "$": expected a reference such as "\${1}"`
      throw new ArgumentProblem(index, message, 'write "$$" for a dollar sign')
    }
    if (key === undefined) {
      parts.push(part === '$$' ? '$' : part)
      continue
    }
    const group = DIGITS.test(key) ? Number(key) : names?.get(key)
    if (group === undefined || group < first || group > last) {
      const message = `no group "${part}": the pattern has groups ${first} to ${last}`
      throw new ArgumentProblem(
        index,
        last < first ? `no group "${part}": the pattern has no groups` : message
      )
    }
    parts.push(group)
  }
  const references = parts.filter((part) => typeof part === 'number').length
  if (references > MAX_REFERENCES) {
    throw new ArgumentProblem(
      index,
      `${references} references: at most ${MAX_REFERENCES} are allowed`
    )
  }
  return (read) => parts.map((part) => (typeof part === 'number' ? read(part) : part)).join('')
}
