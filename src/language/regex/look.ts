import { CARRIAGE_RETURN, isDigit, isLower, isUpper, LINE_FEED, UNDERSCORE } from '../characters.ts'
import type { Look } from './look-names.ts'
import { isWordCodepoint } from './unicode.ts'

/** Means "no byte": before the first byte and after the last one. */
export const NO_BYTE = -1

const isWordByte = (byte: number) =>
  isDigit(byte) || isUpper(byte) || byte === UNDERSCORE || isLower(byte)

export const isUnicodeLook = (look: Look) => look.endsWith('Unicode')

/** True if the preceding byte alone decides. */
export const looksBackOnly = (look: Look) =>
  look === 'start' || look === 'startLine' || look === 'wordStartHalf'

const wordHolds = (look: Look, before: boolean, after: boolean) => {
  switch (look) {
    case 'word':
    case 'wordUnicode':
      return before !== after
    case 'notWord':
    case 'notWordUnicode':
      return before === after
    case 'wordStart':
    case 'wordStartUnicode':
      return !before && after
    case 'wordEnd':
    case 'wordEndUnicode':
      return before && !after
    case 'wordStartHalf':
    case 'wordStartHalfUnicode':
      return !before
    default:
      return !after
  }
}

/** Whether a byte assertion holds between two neighbouring bytes (`NO_BYTE` at either end). */
export const holdsBetween = (look: Look, before: number, after: number): boolean => {
  switch (look) {
    case 'start':
      return before === NO_BYTE
    case 'end':
      return after === NO_BYTE
    case 'startLine':
      return before === NO_BYTE || before === LINE_FEED
    case 'endLine':
      return after === NO_BYTE || after === LINE_FEED
    case 'startCrlf':
      return (
        before === NO_BYTE ||
        before === LINE_FEED ||
        (before === CARRIAGE_RETURN && after !== LINE_FEED)
      )
    case 'endCrlf':
      return (
        after === NO_BYTE ||
        after === CARRIAGE_RETURN ||
        (after === LINE_FEED && before !== CARRIAGE_RETURN)
      )
    default:
      return wordHolds(look, isWordByte(before), isWordByte(after))
  }
}

const CONTINUATION_LOW = 0x80
const CONTINUATION_HIGH = 0xbf
const INVALID = -1

/** The codepoint whose UTF-8 starts at `at`, or INVALID. */
const decodeAt = (bytes: string, at: number): number => {
  const lead = bytes.charCodeAt(at)
  if (lead < 0x80) return lead
  const length = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 ? 3 : 2
  if (lead < 0xc2 || lead > 0xf4 || at + length > bytes.length) return INVALID
  let value = lead & (0x7f >> length)
  for (let i = at + 1; i < at + length; i++) {
    const byte = bytes.charCodeAt(i)
    if (byte < CONTINUATION_LOW || byte > CONTINUATION_HIGH) return INVALID
    value = (value << 6) | (byte & 0x3f)
  }
  const smallest = length === 4 ? 0x10000 : length === 3 ? 0x800 : 0x80
  const surrogate = value >= 0xd800 && value <= 0xdfff
  return value < smallest || value > 0x10ffff || surrogate ? INVALID : value
}

/** The codepoint whose UTF-8 ends just before `at`, or INVALID. */
const decodeBefore = (bytes: string, at: number): number => {
  for (let start = at - 1; start >= 0 && start >= at - 4; start--) {
    const byte = bytes.charCodeAt(start)
    if (byte >= CONTINUATION_LOW && byte <= CONTINUATION_HIGH) continue
    const value = decodeAt(bytes, start)
    const length = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4
    return value !== INVALID && start + length === at ? value : INVALID
  }
  return INVALID
}

/** True if the assertion holds at offset `at`. Only this function handles Unicode words. */
export const holdsAt = (look: Look, bytes: string, at: number): boolean => {
  if (!isUnicodeLook(look)) {
    return holdsBetween(
      look,
      at > 0 ? bytes.charCodeAt(at - 1) : NO_BYTE,
      at < bytes.length ? bytes.charCodeAt(at) : NO_BYTE
    )
  }
  const before = at > 0 ? decodeBefore(bytes, at) : undefined
  const after = at < bytes.length ? decodeAt(bytes, at) : undefined
  // Otherwise a negative assertion would hold inside a codepoint, between its bytes.
  const readsBefore = look === 'notWordUnicode' || look === 'wordStartHalfUnicode'
  const readsAfter = look === 'notWordUnicode' || look === 'wordEndHalfUnicode'
  if ((readsBefore && before === INVALID) || (readsAfter && after === INVALID)) return false
  const isWord = (value: number | undefined) =>
    value !== undefined && value !== INVALID && isWordCodepoint(value)
  return wordHolds(look, isWord(before), isWord(after))
}
