import { toBytes } from '../bytes.ts'
import {
  CASE_BIT,
  DIGIT_0,
  isDigit,
  isHexDigit,
  LOWER_A,
  LOWER_U,
  PERCENT,
  PLUS,
  SPACE,
} from '../characters.ts'

const ASCII_END = 0x80
/** Marks a unit that came from `%uXXXX`, which is UTF-16 and no byte. */
const UTF16 = 0x1_0000
const NOT_HEX = -1
/** The value of the digit `a`. */
const TEN = 10

const hexValue = (unit: number): number => {
  if (isDigit(unit)) return unit - DIGIT_0
  return isHexDigit(unit) ? (unit | CASE_BIT) - LOWER_A + TEN : NOT_HEX
}

/** The number that `count` hex digits below `end` spell, or NOT_HEX. */
const hexAt = (units: Uint32Array, end: number, count: number): number => {
  let value = 0
  for (let i = end - count; i < end; i++) {
    const digit = hexValue(units[i]!)
    if (digit < 0) return NOT_HEX
    value = value * 16 + digit
  }
  return value
}

const CHUNK = 8_192

const toBinary = (units: Uint32Array): string => {
  let bytes = ''
  let utf16 = ''
  const flush = () => {
    bytes += toBytes(utf16)
    utf16 = ''
  }
  for (let i = 0; i < units.length; i += CHUNK) {
    const chunk = units.subarray(i, i + CHUNK)
    if (utf16 === '' && chunk.every((unit) => unit < UTF16)) {
      bytes += String.fromCharCode(...chunk)
      continue
    }
    for (const unit of chunk) {
      if (unit >= UTF16) {
        utf16 += String.fromCharCode(unit - UTF16)
      } else {
        if (utf16 !== '') flush()
        bytes += String.fromCharCode(unit)
      }
    }
  }
  if (utf16 !== '') flush()
  return bytes
}

/**
 * Decodes until nothing is left to decode, in one pass. With repeated passes, a visitor could choose the number of rounds
 * (`%25252525…`). Escapes cannot overlap, so the order of decoding makes no difference, and each byte can be checked as the
 * possible end of an escape when it arrives.
 */
export const decodeRecursively = (bytes: string, unicode: boolean): string => {
  const units = new Uint32Array(bytes.length)
  let end = 0
  for (let i = 0; i < bytes.length; i++) {
    units[end++] = bytes.charCodeAt(i)
    for (;;) {
      let code = NOT_HEX
      if (end >= 3 && units[end - 3] === PERCENT) {
        code = hexAt(units, end, 2)
        if (code >= 0) end -= 3
      } else if (unicode && end >= 6 && units[end - 5] === LOWER_U && units[end - 6] === PERCENT) {
        code = hexAt(units, end, 4)
        if (code >= 0) {
          end -= 6
          if (code >= ASCII_END) code += UTF16
        }
      }
      if (code < 0) break
      units[end++] = code
    }
  }
  const decoded = units.subarray(0, end)
  for (let i = 0; i < end; i++) if (decoded[i] === PLUS) decoded[i] = SPACE
  return toBinary(decoded)
}
