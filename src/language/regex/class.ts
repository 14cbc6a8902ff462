import { CLOSE_BRACKET, DASH } from '../characters.ts'
import type { Cursor } from './cursor.ts'
import { foldCase, type Primitive, parsePrimitive } from './escape.ts'
import {
  BYTE_MAX,
  CODEPOINT_MAX,
  intersect,
  negate,
  normalize,
  POSIX,
  type Ranges,
  subtract,
  symmetricDifference,
} from './ranges.ts'

const OPERATORS = { '&': intersect, '-': subtract, '~': symmetricDifference } as const
type Operator = keyof typeof OPERATORS

const ASCII_MAX = 0x7f

interface Parsed {
  ranges: Ranges
  /** Nesting depth, for the limit on the whole pattern. */
  depth: number
}

/** The value of a class literal; without `(?u)` it is a byte. */
const literalValue = (cursor: Cursor, item: Primitive & { kind: 'literal' }): number => {
  if (cursor.flags.u || item.byte || item.codepoint <= ASCII_MAX) return item.codepoint
  throw cursor.fail(item.start, 'Unicode not allowed here', {
    end: item.end,
    help: 'a class matches one byte; switch Unicode on with `(?u)`',
  })
}

/** `[:alpha:]`, if it is next. */
const parsePosix = (cursor: Cursor): Ranges | undefined => {
  const mark = cursor.mark()
  if (cursor.takeIf('[:')) {
    const negated = cursor.takeIf('^')
    let name = ''
    while (/^[a-z]$/.test(cursor.char)) name += cursor.take()
    if (cursor.takeIf(':]') && Object.hasOwn(POSIX, name)) {
      const set = POSIX[name]!
      return negated ? negate(set, cursor.flags.u ? CODEPOINT_MAX : BYTE_MAX) : set
    }
  }
  cursor.reset(mark)
  return undefined
}

const setOf = (cursor: Cursor, item: Primitive): Ranges => {
  if (item.kind === 'set') return item.ranges
  if (item.kind === 'literal') {
    const value = literalValue(cursor, item)
    return [value, value]
  }
  throw cursor.fail(item.start, 'invalid escape sequence found in character class', {
    end: item.end,
  })
}

const rangeEnd = (cursor: Cursor, item: Primitive): number => {
  if (item.kind === 'literal') return literalValue(cursor, item)
  throw cursor.fail(item.start, 'invalid range boundary, must be a literal', { end: item.end })
}

/** A single item or a range `a-z`. */
const parseItem = (cursor: Cursor, unclosed: () => Error): Ranges => {
  const first = parsePrimitive(cursor)
  cursor.skipSpace()
  if (cursor.done) throw unclosed()
  const past = cursor.char === '-' ? cursor.peekPastSpace() : ''
  if (cursor.char !== '-' || past === ']' || past === '-') return setOf(cursor, first)
  cursor.take()
  cursor.skipSpace()
  if (cursor.done) throw unclosed()
  const second = parsePrimitive(cursor)
  const low = rangeEnd(cursor, first)
  const high = rangeEnd(cursor, second)
  if (low > high) {
    throw cursor.fail(first.start, 'invalid character class range, the start must be <= the end')
  }
  return [low, high]
}

/** Parses `[…]` with nested classes and set operations. The cursor is on its `[`. */
export const parseClass = (cursor: Cursor, depthLeft: number): Parsed => {
  const start = cursor.offset
  cursor.take()
  const openEnd = cursor.offset
  const unclosed = () => cursor.fail(start, 'unclosed character class', { end: openEnd })
  if (depthLeft <= 0) throw tooDeep(cursor, start)
  cursor.skipSpace()
  const negated = cursor.takeIf('^')
  cursor.skipSpace()
  let items: number[] = []
  let depth = 0
  let left: Ranges | undefined
  let operator: Operator | undefined

  const endOperand = () => {
    const right = foldCase(cursor, normalize(items))
    items = []
    left = operator ? OPERATORS[operator](left!, right) : right
  }

  // Leading hyphens, then a leading `]`, are literals.
  while (cursor.takeIf('-')) {
    items.push(DASH, DASH)
    cursor.skipSpace()
  }
  if (items.length === 0 && cursor.takeIf(']')) items.push(CLOSE_BRACKET, CLOSE_BRACKET)

  for (;;) {
    cursor.skipSpace()
    if (cursor.done) throw unclosed()
    const { char } = cursor
    if (char === '[') {
      const posix = parsePosix(cursor)
      if (posix) {
        items.push(...posix)
        continue
      }
      const nested = parseClass(cursor, depthLeft - 1)
      for (const value of nested.ranges) items.push(value)
      depth = Math.max(depth, nested.depth)
    } else if (char === ']') {
      cursor.take()
      endOperand()
      const max = cursor.flags.u ? CODEPOINT_MAX : BYTE_MAX
      return { ranges: negated ? negate(left!, max) : left!, depth: depth + 1 }
    } else if (Object.hasOwn(OPERATORS, char) && cursor.next === char) {
      cursor.take()
      cursor.take()
      endOperand()
      operator = char as Operator
      depth++
      if (depth >= depthLeft) throw tooDeep(cursor, start)
    } else {
      for (const value of parseItem(cursor, unclosed)) items.push(value)
    }
  }
}

/** Rust's limit on nested groups, classes and quantifiers. */
export const NEST_LIMIT = 250

export const tooDeep = (cursor: Cursor, start: number) =>
  cursor.fail(start, `exceed the maximum number of nested parentheses/brackets (${NEST_LIMIT})`)
