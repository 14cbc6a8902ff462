import type { Problem } from '../problem.ts'
import type { Fix } from './fix.ts'
import { afterSpace, looseItem } from './loose.ts'
import { looseOperator, spelled } from './operators.ts'

/** Characters that have a meaning only in regular expressions. */
const REGULAR = /[\\^$()[\]{}|+]|\.\*/

/** `matches "*.php"` has a pattern of file names. */
export const mendPattern = (source: string, problem: Problem): Fix | undefined => {
  const { comparison, code } = problem
  if (comparison === undefined || !/^invalid_(?:regex|wildcard)$/.test(code)) return undefined
  const operator = looseOperator(source, afterSpace(source, comparison.end))
  const at = afterSpace(source, operator?.end ?? comparison.end)
  const item = operator && looseItem(source, at)
  if (operator === undefined || item === undefined || item.quotes !== 'double') return undefined
  const left = source.slice(comparison.start, comparison.end)
  const stars = item.inner.replace(/\*{2,}/g, '*')
  const isGlob = operator.meant === 'matches' && stars.includes('*') && !REGULAR.test(stars)
  if (operator.meant === 'matches' && !isGlob) return undefined
  const shown = isGlob ? 'wildcard' : spelled(operator)
  const text = `${operator.isNegated ? 'not ' : ''}${left} ${shown} "${stars}"`
  const reason = isGlob ? 'a `*` by itself belongs to `wildcard`' : 'one star is any text'
  return { start: comparison.start, end: at + item.text.length, text, reason }
}
