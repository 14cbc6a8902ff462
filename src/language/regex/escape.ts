import type { Cursor } from './cursor.ts'
import type { Look } from './look-names.ts'
import { BYTE_MAX, foldAscii, negate, POSIX, type Ranges } from './ranges.ts'
import { foldUnicode, negateUnicode, unicodePerl, unicodeProperty } from './unicode.ts'

/** The meaning of one codepoint or one escape. */
export type Primitive = { start: number; end: number } & (
  | {
      kind: 'literal'
      codepoint: number /** Written `\xHH`: a byte unless `(?u)`. */
      byte: boolean
    }
  | { kind: 'set'; ranges: Ranges }
  | { kind: 'look'; look: Look }
)

const META = '\\.+*?()|[]{}^$#&-~'
const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
const SURROGATES = { low: 0xd800, high: 0xdfff }
const CODEPOINT_MAX = 0x10ffff
const WORD_BOUNDARIES: Readonly<Record<string, Look>> = {
  start: 'wordStart',
  end: 'wordEnd',
  'start-half': 'wordStartHalf',
  'end-half': 'wordEndHalf',
}

/** Help for escapes of other dialects; Rust's own messages don't name the replacement. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  Z: 'use `\\z` for the end of the text',
  h: 'use `[ \\t]`',
  H: 'use `[^ \\t]`',
  R: 'use `(?:\\r\\n|\\n|\\r)`',
  e: 'use `\\x1b`',
  Q: 'escape each special character, or use `contains`',
  E: 'escape each special character, or use `contains`',
  K: 'capture what should be kept instead',
  G: 'use `\\A` or `^`',
  X: 'use `(?u).` for one codepoint',
  N: 'use `[^\\n]`',
  c: 'write the control character as `\\xHH`',
  k: 'back-references would break the linear-time guarantee',
}

const isHex = (char: string) => /^[0-9A-Fa-f]$/.test(char)

const hex = (cursor: Cursor, start: number, letter: string): Primitive => {
  cursor.skipSpace()
  let digits = ''
  let byte = false
  if (cursor.char === '{') {
    const open = cursor.offset
    cursor.take()
    cursor.skipSpace()
    while (!cursor.done && (cursor.char as string | undefined) !== '}') {
      const at = cursor.offset
      const digit = cursor.take()
      if (!isHex(digit)) throw cursor.fail(at, 'invalid hexadecimal digit')
      digits += digit
      cursor.skipSpace()
    }
    if (cursor.done) {
      throw cursor.fail(open, 'incomplete escape sequence, reached end of pattern prematurely')
    }
    cursor.take()
    if (digits === '') throw cursor.fail(open, 'hexadecimal literal empty')
  } else {
    byte = letter === 'x'
    while (digits.length < HEX_DIGITS[letter]!) {
      if (cursor.done) {
        throw cursor.fail(start, 'incomplete escape sequence, reached end of pattern prematurely')
      }
      const at = cursor.offset
      const digit = cursor.take()
      if (!isHex(digit)) throw cursor.fail(at, 'invalid hexadecimal digit')
      digits += digit
      if (digits.length < HEX_DIGITS[letter]!) cursor.skipSpace()
    }
  }
  const codepoint = Number.parseInt(digits, 16)
  const surrogate = codepoint >= SURROGATES.low && codepoint <= SURROGATES.high
  if (codepoint > CODEPOINT_MAX || surrogate) {
    throw cursor.fail(start, 'hexadecimal literal is not a Unicode scalar value')
  }
  return { kind: 'literal', codepoint, byte, start, end: cursor.offset }
}

const PROPERTY_PROBLEMS = {
  unknown_property: ['Unicode property not found', 'see the Unicode Character Database for names'],
  unknown_value: ['Unicode property value not found', 'scripts are written `\\p{Script=Greek}`'],
  unreadable_property: ['Unicode property not available here', 'list the codepoints in a class'],
} as const

const property = (cursor: Cursor, start: number, letter: string): Primitive => {
  cursor.skipSpace()
  let body = ''
  if (cursor.takeIf('{')) {
    while (!cursor.done && cursor.char !== '}') body += cursor.take()
    if (cursor.done) {
      throw cursor.fail(start, 'incomplete escape sequence, reached end of pattern prematurely')
    }
    cursor.take()
  } else {
    if (cursor.done) {
      throw cursor.fail(start, 'incomplete escape sequence, reached end of pattern prematurely')
    }
    body = cursor.take()
    if (body === '\\') throw cursor.fail(start, 'invalid Unicode character class')
  }
  if (!cursor.flags.u) {
    throw cursor.fail(start, 'Unicode not allowed here', {
      help: 'patterns match bytes; switch Unicode on with `(?u)`',
    })
  }
  // regex-syntax parses `!=` but, as measured, does not negate it; `\P{…}` negates.
  const found = unicodeProperty(body.replace('!=', '='))
  if (typeof found === 'string') {
    const [message, help] = PROPERTY_PROBLEMS[found]
    throw cursor.fail(start, message, { help })
  }
  const folded = cursor.flags.i ? foldUnicode(found) : found
  const ranges = letter === 'P' ? negateUnicode(folded) : folded
  return { kind: 'set', ranges, start, end: cursor.offset }
}

const perl = (cursor: Cursor, start: number, letter: string): Primitive => {
  const name = letter.toLowerCase() as 'd' | 's' | 'w'
  const { u } = cursor.flags
  const ascii = POSIX[{ d: 'digit', s: 'space', w: 'word' }[name]]!
  const set = u ? unicodePerl(name) : ascii
  const ranges = letter === name ? set : u ? negateUnicode(set) : negate(set, BYTE_MAX)
  return { kind: 'set', ranges, start, end: cursor.offset }
}

/** `\b{start}` and similar; `undefined` if the brace opens a counted repetition of `\b`. */
const namedBoundary = (cursor: Cursor, start: number): Look | undefined => {
  const mark = cursor.mark()
  const open = cursor.offset
  cursor.take()
  cursor.skipSpace()
  if (cursor.done) {
    throw cursor.fail(
      start,
      'found either the beginning of a special word boundary or a bounded repetition on a \\b with an opening brace, but no closing brace'
    )
  }
  if (!/^[A-Za-z-]$/.test(cursor.char)) {
    cursor.reset(mark)
    return undefined
  }
  const from = cursor.offset
  let name = ''
  while (/^[A-Za-z-]$/.test(cursor.char)) {
    name += cursor.take()
    cursor.skipSpace()
  }
  if (cursor.char !== '}') {
    throw cursor.fail(
      open,
      'special word boundary assertion is either unclosed or contains an invalid character'
    )
  }
  const look = Object.hasOwn(WORD_BOUNDARIES, name) ? WORD_BOUNDARIES[name] : undefined
  if (!look) {
    throw cursor.fail(
      from,
      'unrecognized special word boundary assertion, valid choices are: start, end, start-half or end-half'
    )
  }
  cursor.take()
  return look
}

const assertionLook = (cursor: Cursor, start: number, letter: string): Look | undefined => {
  const words = (look: Look) => (cursor.flags.u ? (`${look}Unicode` as Look) : look)
  switch (letter) {
    case 'A':
      return 'start'
    case 'z':
      return 'end'
    case 'B':
      return words('notWord')
    case '<':
      return words('wordStart')
    case '>':
      return words('wordEnd')
    case 'b':
      return words((cursor.char === '{' && namedBoundary(cursor, start)) || 'word')
    default:
      return undefined
  }
}

/** Parses an escape. The cursor is on its backslash. */
const parseEscape = (cursor: Cursor): Primitive => {
  const start = cursor.offset
  cursor.take()
  if (cursor.done) {
    throw cursor.fail(start, 'incomplete escape sequence, reached end of pattern prematurely')
  }
  const char = cursor.take()
  if (/^[0-9]$/.test(char)) {
    throw cursor.fail(start, 'backreferences are not supported', {
      help: 'a byte is written `\\xHH`; octal is not supported either',
    })
  }
  if (Object.hasOwn(HEX_DIGITS, char)) return hex(cursor, start, char)
  if (char === 'p' || char === 'P') return property(cursor, start, char)
  if ('dswDSW'.includes(char)) return perl(cursor, start, char)
  const look = assertionLook(cursor, start, char)
  if (look) return { kind: 'look', look, start, end: cursor.offset }
  const control = Object.hasOwn(CONTROL, char) ? CONTROL[char] : undefined
  const codepoint = control ?? char.codePointAt(0)!
  const plain = META.includes(char) || (codepoint < 0x80 && !/^[A-Za-z]$/.test(char))
  if (control === undefined && !plain) {
    const help = Object.hasOwn(ELSEWHERE, char) ? ELSEWHERE[char] : undefined
    throw cursor.fail(start, 'unrecognized escape sequence', { help })
  }
  return { kind: 'literal', codepoint, byte: false, start, end: cursor.offset }
}

/** One codepoint, escaped or not. */
export const parsePrimitive = (cursor: Cursor): Primitive => {
  if (cursor.char === '\\') return parseEscape(cursor)
  const start = cursor.offset
  const codepoint = cursor.take().codePointAt(0)!
  return { kind: 'literal', codepoint, byte: false, start, end: cursor.offset }
}

/** Applies `(?i)` according to the current flags. */
export const foldCase = (cursor: Cursor, ranges: Ranges): Ranges =>
  !cursor.flags.i ? ranges : cursor.flags.u ? foldUnicode(ranges) : foldAscii(ranges)
