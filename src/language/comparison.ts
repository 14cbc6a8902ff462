import { EdgeError } from '../error.ts'
import type { IpRange } from '../lists/ip.ts'
import { ipLiteral, ipRangeLiteral } from './addresses.ts'
import type { IntRange, Operator, OrderingOperator, Right } from './ast.ts'
import { COMMA } from './characters.ts'
import type { Cursor } from './cursor.ts'
import { engines } from './engines.ts'
import type { ValuePlace } from './hints.ts'
import type { PatternText } from './literals.ts'
import { bytesLiteral, intLiteral, regexLiteral, startsString, stringLiteral } from './literals.ts'
import { mending } from './mending.ts'
import { operand } from './operands.ts'
import type { Parser } from './parser.ts'
import { Problem } from './problem.ts'
import type { Type, Value } from './types.ts'
import { sameType, typeName } from './types.ts'
import { compileWildcard } from './wildcard.ts'

/** Operators in the order in which the parser tries them. The parser matches a word by prefix, without a word boundary. */
const SPELLINGS: readonly (readonly [string, Operator])[] = [
  ['in', 'in'],
  ['eq', 'eq'],
  ['==', 'eq'],
  ['ne', 'ne'],
  ['!=', 'ne'],
  ['ge', 'ge'],
  ['>=', 'ge'],
  ['le', 'le'],
  ['<=', 'le'],
  ['gt', 'gt'],
  ['>', 'gt'],
  ['lt', 'lt'],
  ['<', 'lt'],
  ['&', 'bitwise_and'],
  ['bitwise_and', 'bitwise_and'],
  ['contains', 'contains'],
  ['~', 'matches'],
  ['matches', 'matches'],
  ['wildcard', 'wildcard'],
  ['strict wildcard', 'strict wildcard'],
]

const BYTES_OPERATORS = new Set<Operator>(['contains', 'matches', 'wildcard', 'strict wildcard'])
const ORDERING = new Set<Operator>(['eq', 'ne', 'lt', 'le', 'gt', 'ge'])

export const isOrdering = (operator: Operator): operator is OrderingOperator =>
  ORDERING.has(operator)

const operatorAt = (cursor: Cursor) => SPELLINGS.find((row) => cursor.sees(row[0]))

export const startsOperator = (cursor: Cursor): boolean =>
  mending.loaded?.operatorHint(cursor.source, cursor.at) !== undefined ||
  operatorAt(cursor) !== undefined

/** @param left the text of the left side, for hints */
export const readOperator = (
  cursor: Cursor,
  left: string
): { operator: Operator; start: number; end: number } => {
  const start = cursor.at
  const help = mending.loaded?.operatorHint(cursor.source, start, left)
  const found = help === undefined ? operatorAt(cursor) : undefined
  if (found === undefined) {
    throw new Problem(
      'expected_operator',
      'expected a comparison operator',
      start,
      cursor.end,
      help
    )
  }
  cursor.at += found[0].length
  return { operator: found[1], start, end: cursor.at }
}

const supports = (type: Type, operator: Operator): boolean => {
  if ('of' in type || type.kind === 'Bool') return false
  if (isOrdering(operator) || operator === 'in') return true
  if (operator === 'bitwise_and') return type.kind === 'Int'
  return type.kind === 'Bytes' && BYTES_OPERATORS.has(operator)
}

/** Reads the right-hand side. The type of the left side and the operator decide its grammar. */
export const readRight = (
  parser: Parser,
  type: Type,
  { operator, start, end }: { operator: Operator; start: number; end: number }
): Right => {
  const { cursor } = parser
  if (!supports(type, operator)) {
    const help = mending.loaded?.unsupportedHint({ type, operator })
    throw new Problem(
      'unsupported_operation',
      `cannot perform this operation on type ${typeName(type)}`,
      start,
      end,
      help
    )
  }
  cursor.skipSpace()
  const written = cursor.source.slice(start, end)
  const place = { type, operator, written, inSet: false }
  if (operator === 'in') return membership(parser, place)
  const found = isOrdering(operator) ? dynamic(parser, type) : undefined
  if (found !== undefined) return found
  const { at } = cursor
  try {
    if (operator === 'matches') return regex(parser)
    if (operator === 'wildcard') return wildcard(cursor, false)
    if (operator === 'strict wildcard') return wildcard(cursor, true)
    return { kind: 'literal', value: LITERAL[type.kind]!(cursor) }
  } catch (error) {
    throw withValueHint(parser, at, place, error)
  }
}

const LITERAL: Record<string, (cursor: Cursor) => Value> = {
  Bytes: bytesLiteral,
  Int: intLiteral,
  Ip: ipLiteral,
}

/** Adds a hint to a problem: the parser could not read the literal at `at`. */
const withValueHint = (parser: Parser, at: number, place: ValuePlace, error: unknown): unknown => {
  if (!(error instanceof Problem)) return error
  const { code, message, start, end, help } = error
  return new Problem(
    code,
    message,
    start,
    end,
    mending.loaded?.rightHint(parser, at, place) ?? help
  )
}

/**
 * A field or a call on the right of an equality or ordering operator.
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/operators/ (since 2026-10-01)
 */
const dynamic = (parser: Parser, type: Type): Right | undefined => {
  const { cursor } = parser
  if (startsString(cursor)) return undefined
  const name = cursor.peekName()
  if (!parser.isKnown(name) || parser.isTruth(name)) return undefined
  const right = operand(parser)
  if (right.each) {
    throw new Problem(
      'invalid_map_each_access',
      'invalid use of map each access operator',
      right.start,
      right.end,
      '[*] belongs on the left of a comparison'
    )
  }
  if (!sameType(right.type, type)) {
    throw new Problem(
      'type_mismatch',
      `expected value of type ${typeName(type)}, but got ${typeName(right.type)}`,
      right.start,
      right.end
    )
  }
  return { kind: 'dynamic', operand: right }
}

const LIST_NAME = /[a-z\d_.]+/y
const LIST_WORD = /[\w.-]+/y

const listName = (cursor: Cursor): string => {
  const start = cursor.at
  const name = cursor.takeRun(LIST_NAME)
  const rest = cursor.takeRun(LIST_WORD)
  if (name !== '' && !name.startsWith('.') && !name.endsWith('.') && rest === '') return name
  throw new Problem(
    'invalid_list_name',
    `invalid list name "${cursor.source.slice(start, cursor.at)}"`,
    start,
    cursor.at,
    'list names have lower-case letters, digits, _ and . only'
  )
}

const membership = (parser: Parser, place: ValuePlace): Right => {
  const { cursor } = parser
  if (cursor.take('$')) return { kind: 'list', name: listName(cursor) }
  const open = cursor.at
  if (!cursor.take('{')) {
    throw new Problem(
      'expected_literal',
      'expected literal "{"',
      open,
      cursor.end,
      'a set is written in braces: in {…}'
    )
  }
  const read = <Item>(one: (cursor: Cursor) => Item) =>
    items(parser, { ...place, inSet: true }, one)
  switch (place.type.kind) {
    case 'Bytes':
      return { kind: 'bytes_set', items: read(bytesLiteral) }
    case 'Int':
      return { kind: 'int_set', items: read(intRange) }
    default:
      return { kind: 'ip_set', items: read(ipRange) }
  }
}

const items = <Item>(parser: Parser, place: ValuePlace, read: (cursor: Cursor) => Item): Item[] => {
  const { cursor } = parser
  const found: Item[] = []
  for (;;) {
    cursor.skipSpace()
    if (cursor.take('}')) return found
    if (cursor.unit() === COMMA) {
      throw new Problem(
        'unexpected_comma',
        'unrecognised input',
        cursor.at,
        cursor.at + 1,
        'items of a set are separated by spaces, not commas'
      )
    }
    const { at } = cursor
    try {
      found.push(read(cursor))
    } catch (error) {
      throw withValueHint(parser, at, place, error)
    }
  }
}

const ipRange = (cursor: Cursor): IpRange => {
  if (cursor.done) throw new Problem('eof', 'unrecognised input', cursor.at, cursor.at)
  return ipRangeLiteral(cursor)
}

const intRange = (cursor: Cursor): IntRange => {
  if (cursor.done) throw new Problem('eof', 'unrecognised input', cursor.at, cursor.at)
  const start = cursor.at
  const from = intLiteral(cursor)
  if (!cursor.take('..')) return [from, from]
  const to = intLiteral(cursor)
  if (from > to) {
    throw new Problem('incompatible_range_bounds', 'incompatible range bounds', start, cursor.at)
  }
  return [from, to]
}

const regex = (parser: Parser): Right => {
  const { cursor } = parser
  const begin = cursor.at
  const text = regexLiteral(cursor)
  parser.countRegex(begin, cursor.at)
  return {
    kind: 'pattern',
    pattern: text.pattern,
    test: compiled(cursor, begin, text, () => {
      const regex = engines.needed.compileRegex(text.pattern)
      return (bytes) => regex.test(bytes)
    }),
  }
}

const wildcard = (cursor: Cursor, strict: boolean): Right => {
  const begin = cursor.at
  const pattern = stringLiteral(cursor)
  return {
    kind: 'pattern',
    pattern,
    test: compiled(cursor, begin, { pattern, start: begin, exact: false }, () => {
      const wildcard = compileWildcard(pattern, { strict })
      return (bytes) => wildcard.test(bytes)
    }),
  }
}

/**
 * Compiles a pattern. If every character of the literal is a character of the pattern, an error points into the source.
 */
const compiled = (
  cursor: Cursor,
  begin: number,
  { start, exact }: PatternText,
  make: () => (bytes: string) => boolean
): ((bytes: string) => boolean) => {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    const [detail] = error.diagnostics
    const message = detail?.message ?? error.message
    if (detail === undefined || !exact) {
      throw new Problem(error.code, message, begin, cursor.at, detail?.help)
    }
    const from = start + detail.column - 1
    throw new Problem(error.code, message, from, from + detail.length, detail.help)
  }
}
