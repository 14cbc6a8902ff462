import { toBytes } from './bytes.ts'
import {
  BACKSLASH,
  COLON,
  DASH,
  DIGIT_0,
  DIGIT_7,
  DOT,
  DOUBLE_QUOTE,
  LOWER_R,
} from './characters.ts'
import type { Cursor } from './cursor.ts'
import { Problem } from './problem.ts'

const HASHES = /#+/y
const HEX_DIGITS = /[\da-fA-F]+/y
/** The unescaped part of a quoted string. */
const PLAIN = /[^"\\]+/y
const MAX_HASHES = 255
const RADIX_HEX = 16
const RADIX_OCTAL = 8
const RADIX_DECIMAL = 10
const DIGITS = { 16: /^[0-9a-fA-F]+$/, 10: /^[0-9]+$/, 8: /^[0-7]+$/ } as const
const PREFIX = { 16: '0x', 10: '', 8: '0o' } as const
const INT_MIN = -(2n ** 63n)
const INT_MAX = 2n ** 63n - 1n

const invalidDigit = (start: number, end: number, radix: number) =>
  new Problem(
    'invalid_number',
    `invalid digit found in string while parsing with radix ${radix}`,
    start,
    end
  )

/** The engine parses the digits of a byte with Rust's number parser, which accepts a leading plus: `"\x+a"`, `+a:0d`. */
const BYTE_DIGITS = { 16: /^\+?[0-9a-fA-F]+$/, 8: DIGITS[8] } as const

/** Reads exactly `count` characters as a number, for an escape or a byte. */
const fixedNumber = (cursor: Cursor, count: number, radix: 8 | 16): number => {
  const start = cursor.at
  const text = cursor.source.slice(start, Math.min(start + count, cursor.end))
  if (text.length < count) {
    throw new Problem(
      'count_mismatch',
      `expected ${count} characters, but found ${text.length}`,
      start,
      start + text.length
    )
  }
  if (!BYTE_DIGITS[radix].test(text)) throw invalidDigit(start, start + count, radix)
  cursor.at += count
  return Number.parseInt(text, radix)
}

/** After a backslash in a quoted string: `\"`, `\\`, `\xHH`, `\OOO`. */
const escaped = (cursor: Cursor): string => {
  const unit = cursor.unit()
  if (unit === DOUBLE_QUOTE || unit === BACKSLASH) {
    cursor.at++
    return String.fromCharCode(unit)
  }
  if (cursor.take('x')) return String.fromCharCode(fixedNumber(cursor, 2, RADIX_HEX))
  if (unit >= DIGIT_0 && unit <= DIGIT_7) {
    const start = cursor.at
    const byte = fixedNumber(cursor, 3, RADIX_OCTAL)
    if (byte > 0xff) {
      throw new Problem(
        'invalid_number',
        'number too large to fit in target type while parsing with radix 8',
        start,
        start + 3
      )
    }
    return String.fromCharCode(byte)
  }
  throw new Problem(
    'invalid_character_escape',
    'expected ", xHH or OOO after \\',
    cursor.at,
    cursor.at + 1,
    'a quoted string supports \\", \\\\, \\xHH and \\OOO; r"…" keeps every character unchanged'
  )
}

const noEndingQuote = (start: number, end: number) =>
  new Problem('missing_ending_quote', 'could not find an ending quote', start, end)

/** Reads a quoted string. The cursor is on its first `"`. */
const quoted = (cursor: Cursor): string => {
  cursor.at++
  const start = cursor.at
  let bytes = ''
  for (;;) {
    bytes += toBytes(cursor.takeRun(PLAIN))
    if (cursor.done) throw noEndingQuote(start, cursor.end)
    const unit = cursor.unit()
    cursor.at++
    if (unit === DOUBLE_QUOTE) return bytes
    if (cursor.done) throw noEndingQuote(start, cursor.end)
    bytes += escaped(cursor)
  }
}

/** Reads a raw string. The cursor is on its `r`. Returns the text between the quotes. */
const rawText = (cursor: Cursor): string => {
  cursor.at++
  const start = cursor.at
  const hashes = cursor.takeRun(HASHES)
  if (cursor.unit() !== DOUBLE_QUOTE) {
    throw new Problem('expected_name', 'expected " or #', cursor.at, cursor.end)
  }
  if (hashes.length > MAX_HASHES) {
    throw new Problem(
      'invalid_raw_string',
      `expected at most ${MAX_HASHES} # before the quote, but found ${hashes.length}`,
      start,
      cursor.at
    )
  }
  cursor.at++
  const end = cursor.source.indexOf(`"${hashes}`, cursor.at)
  if (end < 0 || end + 1 + hashes.length > cursor.end) throw noEndingQuote(start, cursor.end)
  const text = cursor.source.slice(cursor.at, end)
  cursor.at = end + 1 + hashes.length
  return text
}

const isRaw = (cursor: Cursor) => cursor.sees('r"') || cursor.sees('r#')

export const startsString = (cursor: Cursor): boolean =>
  cursor.unit() === DOUBLE_QUOTE || isRaw(cursor)

const isSeparator = (unit: number) => unit === COLON || unit === DASH || unit === DOT

/** `61:62:63`: at least two bytes, separated by `:`, `-` or `.`. */
const byteString = (cursor: Cursor): string => {
  let bytes = String.fromCharCode(fixedNumber(cursor, 2, RADIX_HEX))
  do {
    if (!isSeparator(cursor.unit())) {
      throw new Problem('expected_name', 'expected byte separator', cursor.at, cursor.at + 1)
    }
    cursor.at++
    bytes += String.fromCharCode(fixedNumber(cursor, 2, RADIX_HEX))
  } while (isSeparator(cursor.unit()))
  return bytes
}

/** Reads a Bytes literal: a quoted, raw or byte string. */
export const bytesLiteral = (cursor: Cursor): string => {
  if (cursor.done) throw new Problem('eof', 'unrecognised input', cursor.at, cursor.at)
  if (cursor.unit() === DOUBLE_QUOTE) return quoted(cursor)
  if (cursor.unit() === LOWER_R) return toBytes(rawText(cursor))
  return byteString(cursor)
}

/** Reads a quoted or raw string, never a byte string: wildcards accept only these two. */
export const stringLiteral = (cursor: Cursor): string => {
  if (startsString(cursor)) return bytesLiteral(cursor)
  throw new Problem('expected_name', 'expected " or r', cursor.at, cursor.end)
}

export interface PatternText {
  /** Binary string of the pattern. */
  pattern: string
  /**
   * Offset in the source at which the pattern begins. If `exact` is true, every character of the pattern is a character of the
   * source.
   */
  start: number
  exact: boolean
}

/**
 * The pattern of `matches`: raw, or quoted with the escapes of regexes: outside a class, `\"` is a quote; every other
 * backslash stays; inside `[…]`, a bare `"` does not end the string.
 */
export const regexLiteral = (cursor: Cursor): PatternText => {
  if (isRaw(cursor) || cursor.unit() === LOWER_R) {
    const before = cursor.at
    const text = rawText(cursor)
    const hashes = (cursor.at - before - text.length - 3) / 2
    return { pattern: toBytes(text), start: before + 2 + hashes, exact: true }
  }
  if (cursor.unit() !== DOUBLE_QUOTE) {
    throw new Problem('expected_name', 'expected " or r', cursor.at, cursor.end)
  }
  cursor.at++
  const start = cursor.at
  let text = ''
  let inClass = false
  let exact = true
  for (;;) {
    if (cursor.done) throw noEndingQuote(start, cursor.end)
    const char = cursor.source[cursor.at]!
    cursor.at++
    if (char === '\\') {
      if (cursor.done) throw noEndingQuote(start, cursor.end)
      const next = cursor.source[cursor.at]!
      if (next === '"' && !inClass) {
        text += next
        exact = false
      } else text += char + next
      cursor.at++
      continue
    }
    if (char === '"' && !inClass) return { pattern: toBytes(text), start, exact }
    if (char === '[') inClass = true
    if (char === ']') inClass = false
    text += char
  }
}

/** i64: decimal, `0x…`, or octal with a leading 0. A negative number is decimal: `-010` is minus ten. */
export const intLiteral = (cursor: Cursor): number | bigint => {
  const hasPrefix = cursor.take('0x')
  const start = cursor.at
  const isNegative = !hasPrefix && cursor.take('-')
  const radix = hasPrefix
    ? RADIX_HEX
    : cursor.sees('0') && !isNegative
      ? RADIX_OCTAL
      : RADIX_DECIMAL
  // Takes hexadecimal digits for any radix, like the engine: `10and` is a wrong number, not a number and a word.
  const digits = cursor.takeRun(HEX_DIGITS)
  if (digits === '') throw new Problem('expected_name', 'expected digit', cursor.at, cursor.end)
  if (!DIGITS[radix].test(digits)) throw invalidDigit(start, cursor.at, radix)
  const size = BigInt(PREFIX[radix] + digits)
  const value = isNegative ? -size : size
  if (value < INT_MIN || value > INT_MAX) {
    throw new Problem(
      'invalid_number',
      `number too ${isNegative ? 'small' : 'large'} to fit in target type while parsing with radix ${radix}`,
      start,
      cursor.at
    )
  }
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
