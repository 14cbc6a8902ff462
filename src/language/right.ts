import { EdgeError } from '../error.ts'
import type { IpRange } from '../lists/ip.ts'
import { ipLiteral, ipRangeLiteral } from './addresses.ts'
import type { IntRange, Operator, OrderingOperator, Right } from './ast.ts'
import { Cursor } from './cursor.ts'
import type { PatternText } from './literals.ts'
import { bytesLiteral, intLiteral, regexLiteral, startsString, stringLiteral } from './literals.ts'
import { operand } from './operands.ts'
import type { Parser } from './parser.ts'
import { Problem } from './problem.ts'
import { compileRegex } from './regex/regex.ts'
import { nearest } from './suggest.ts'
import type { Type, Value } from './types.ts'
import { sameType, typeName } from './types.ts'
import { compileWildcard } from './wildcard.ts'

/** Operators in the order they are tried: a word is matched by prefix, without a boundary. */
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

/** What people write that is not an operator, and what to write instead. */
const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/not\s+in\b/y, '`not in` does not exist: write `not x in {…}`'],
  [/(?:===|=(?!=))/y, 'equality is `eq` or `==`'],
  [/<>/y, 'inequality is `ne` or `!=`'],
  [
    /(?:starts_with|ends_with)\b/y,
    'starts_with and ends_with are functions: starts_with(field, "text")',
  ],
  [
    /(?:IN|EQ|NE|GE|LE|GT|LT|CONTAINS|MATCHES|WILDCARD|AND|OR|NOT|XOR)\b/y,
    'operators are lower case',
  ],
  [/\[/y, 'an index follows its field without a space'],
  [/(?:is|equals|like)\b/y, 'equality is `eq` or `==`; patterns are `wildcard` or `matches`'],
]

export const mistake = (source: string, at: number): string | undefined => {
  for (const [pattern, help] of MISTAKES) {
    pattern.lastIndex = at
    if (pattern.test(source)) return help
  }
  return undefined
}

export const startsOperator = (cursor: Cursor): boolean =>
  mistake(cursor.source, cursor.at) !== undefined ||
  SPELLINGS.some(([spelling]) => cursor.sees(spelling))

export const readOperator = (
  cursor: Cursor
): { operator: Operator; start: number; end: number } => {
  const start = cursor.at
  const help = mistake(cursor.source, start)
  const found =
    help === undefined ? SPELLINGS.find(([spelling]) => cursor.take(spelling)) : undefined
  if (found === undefined) {
    throw new Problem(
      'expected_operator',
      'expected a comparison operator',
      start,
      cursor.end,
      help
    )
  }
  return { operator: found[1], start, end: cursor.at }
}

const supports = (type: Type, operator: Operator): boolean => {
  if ('of' in type || type.kind === 'Bool') return false
  if (isOrdering(operator) || operator === 'in') return true
  if (operator === 'bitwise_and') return type.kind === 'Int'
  return type.kind === 'Bytes' && BYTES_OPERATORS.has(operator)
}

/** The right-hand side that fits the left side's type and the operator. */
export const readRight = (
  parser: Parser,
  type: Type,
  { operator, start, end }: { operator: Operator; start: number; end: number }
): Right => {
  if (!supports(type, operator)) {
    const help =
      'of' in type
        ? 'index one element, or compare every one with [*] inside any(…) or all(…)'
        : undefined
    throw new Problem(
      'unsupported_operation',
      `cannot perform this operation on type ${typeName(type)}`,
      start,
      end,
      help
    )
  }
  const { cursor } = parser
  cursor.skipSpace()
  if (operator === 'in') return membership(parser, type)
  const found = isOrdering(operator) ? dynamic(parser, type) : undefined
  if (found !== undefined) return found
  const { at } = cursor
  try {
    if (operator === 'matches') return regex(parser)
    if (operator === 'wildcard') return wildcard(cursor, false)
    if (operator === 'strict wildcard') return wildcard(cursor, true)
    return { kind: 'literal', value: LITERAL[type.kind]!(cursor) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { code, message, start: from, end: to, help } = error
    const better = literalHelp(parser, at, type, operator, help)
    throw new Problem(code, message, from, to, better ?? help)
  }
}

const LITERAL: Record<string, (cursor: Cursor) => Value> = {
  Bytes: bytesLiteral,
  Int: intLiteral,
  Ip: ipLiteral,
}

/** What was probably meant where no literal could be read. */
const literalHelp = (
  parser: Parser,
  at: number,
  type: Type,
  operator: Operator,
  help: string | undefined
): string | undefined => {
  const { cursor, scheme } = parser
  const start = new Cursor(cursor.source, cursor.end)
  start.at = at
  if (type.kind !== 'Bytes' && (start.sees('"') || start.sees("'"))) {
    return `expected a value of type ${typeName(type)}, written without quotes`
  }
  const name = start.peekName()
  if (startsString(start) || !/^[A-Za-z_]/.test(name)) return undefined
  if (!isOrdering(operator)) {
    return parser.isKnown(name)
      ? 'only equality and ordering operators take a field on the right'
      : undefined
  }
  const near = nearest(name, scheme.fields.keys())
  if (near === undefined) return undefined
  return `${help === undefined ? '' : `${help}; or `}did you mean \`${near}\`?`
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

const isListUnit = (unit: number) =>
  (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57) || unit === 95 || unit === 46
const isWordUnit = (unit: number) => isListUnit(unit) || (unit >= 65 && unit <= 90) || unit === 45

const listName = (cursor: Cursor): string => {
  const start = cursor.at
  const name = cursor.takeWhile(isListUnit)
  const wrong =
    name === '' || name.startsWith('.') || name.endsWith('.') || isWordUnit(cursor.unit())
  if (!wrong) return name
  cursor.takeWhile(isWordUnit)
  throw new Problem(
    'invalid_list_name',
    `invalid list name "${cursor.source.slice(start, cursor.at)}"`,
    start,
    cursor.at,
    'list names have lower-case letters, digits, _ and . only'
  )
}

const membership = (parser: Parser, type: Type): Right => {
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
  switch (type.kind) {
    case 'Bytes':
      return { kind: 'bytes_set', items: items(cursor, bytesLiteral) }
    case 'Int':
      return { kind: 'int_set', items: items(cursor, intRange) }
    default:
      return { kind: 'ip_set', items: items(cursor, ipRange) }
  }
}

const items = <Item>(cursor: Cursor, read: (cursor: Cursor) => Item): Item[] => {
  const found: Item[] = []
  for (;;) {
    cursor.skipSpace()
    if (cursor.take('}')) return found
    if (cursor.unit() === 44) {
      throw new Problem(
        'unexpected_comma',
        'unrecognised input',
        cursor.at,
        cursor.at + 1,
        'items of a set are separated by spaces, not commas'
      )
    }
    found.push(read(cursor))
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
      const regex = compileRegex(text.pattern)
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

/** Compiles a pattern; its error points into the source where the literal maps character by character. */
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
