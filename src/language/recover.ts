import type { Cursor } from './cursor.ts'
import type { Problem } from './problem.ts'

/** Problems that say nothing about where an operand ends: what follows can still be read. */
const RECOVERABLE = new Set([
  'unknown_identifier',
  'unusable_field',
  'unusable_function',
  'unsupported_operation',
  'invalid_index_access',
  'invalid_argument',
  'invalid_argument_count',
  'invalid_argument_kind',
  'invalid_argument_type',
  'invalid_map_each_access',
  'invalid_network',
  'invalid_ip',
  'invalid_regex',
  'invalid_wildcard',
  'incompatible_range_bounds',
  'type_mismatch',
  'unexpected_comma',
  'expected_operator',
])

/** Can what follows the problem still be read, so that further ones are found? */
export const isRecoverable = ({ code }: Problem): boolean => RECOVERABLE.has(code)

/** Moves to the logical operator or closing parenthesis that ends the operand at this place. */
export const skipOperand = (cursor: Cursor): void => {
  const stop = /"(?:[^"\\]|\\.)*"|[({]|[)}]|\s(?:and|or|xor)\s|&&|\|\||\^\^/gs
  stop.lastIndex = cursor.at
  let depth = 0
  for (let match = stop.exec(cursor.source); match !== null; match = stop.exec(cursor.source)) {
    const [text] = match
    if (text.startsWith('"')) continue
    if (text === '(' || text === '{') depth++
    else if (text === '}') depth = Math.max(0, depth - 1)
    else if (text === ')' && depth > 0) depth--
    else if (depth === 0) {
      cursor.at = match.index
      return
    }
  }
  cursor.at = cursor.end
}
