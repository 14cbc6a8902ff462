import type { Cursor } from './cursor.ts'
import type { Problem } from './problem.ts'

/** Problems after which the parser can read on: they do not hide the end of the operand. */
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
  'too_many_calls',
  'nested_call',
])

/** True if the parser can continue after the problem and find further ones. */
export const isRecoverable = ({ code }: Problem): boolean => RECOVERABLE.has(code)

/** Strings of both kinds, brackets, and the words and symbols that join operands. */
const TOKEN =
  /(?<![\w.])r(#*)".*?"\1|"(?:[^"\\]|\\.)*"|[({]|[)}]|(?<![\w.])(?:and|or|xor)(?![\w.])|&&|\|\||\^\^/gs

/**
 * Moves from the beginning of an operand to the logical operator or closing parenthesis that ends it.
 *
 * @param read the offset up to which the operand has been read: its end is not before that
 */
export const skipOperand = (cursor: Cursor, read: number): void => {
  const { source, at, end } = cursor
  let depth = 0
  for (const { 0: text, index } of source.slice(at, end).matchAll(TOKEN)) {
    if (text === '(' || text === '{') depth++
    else if (text === '}' || (text === ')' && depth > 0)) depth--
    else if (depth <= 0 && !text.endsWith('"') && !text.endsWith('#') && at + index >= read) {
      cursor.at = at + index
      return
    }
  }
  cursor.at = end
}
