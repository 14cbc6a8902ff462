/** The part of a file that contains records; their pointers count from `start`. */
export interface Section {
  readonly start: number
  readonly end: number
}

/** Types of the MaxMind DB format, version 2. */
const EXTENDED = 0
const POINTER = 1
const TEXT = 2
const DOUBLE = 3
const BYTES = 4
const MAP = 7
const ARRAY = 11
const BOOLEAN = 14
const FLOAT = 15
const FIRST_EXTENDED = 7

/** The longest payloads of the numbers; exact lengths for the last two. */
const NUMBER_BYTES = new Map([
  [5, 2],
  [6, 4],
  [8, 4],
  [9, 8],
  [10, 16],
])
const EXACT_BYTES = new Map([
  [DOUBLE, 8],
  [FLOAT, 4],
])

/** The amount added to a size or a pointer that has this many bytes of its own. */
const SIZE_OFFSETS = [0, 29, 285, 65_821]
const POINTER_OFFSETS = [0, 2_048, 526_336, 0]

/**
 * Real records have about a hundred values, five levels deep. Pointers could make endless or exploding ones out of a small
 * file.
 */
const MAX_VALUES = 10_000
const MAX_DEPTH = 64
const MAX_PAYLOAD_BYTES = 1 << 20

const big = (bytes: Uint8Array, at: number, length: number): number => {
  let value = 0
  for (let i = 0; i < length; i++) value = value * 256 + bytes[at + i]!
  return value
}

/**
 * Walks a record like a decoder and throws if it is damaged, circular or too large. A checked record is safe to decode.
 *
 * @throws Error that names the problem and its byte
 */
export const checkRecord = (bytes: Uint8Array, section: Section, start: number): void => {
  let values = 0
  let payload = 0

  const need = (at: number, length: number) => {
    if (at < section.start || at + length > section.end) {
      throw new Error(`a value at byte ${at} lies outside the data`)
    }
  }

  /** Returns the end of the value. `wanted` is the required type. */
  const check = (from: number, depth: number, wanted?: number): number => {
    if (depth > MAX_DEPTH) throw new Error(`the record at byte ${start} is circular or too deep`)
    if (++values > MAX_VALUES) throw new Error(`the record at byte ${start} has too many values`)
    need(from, 1)
    const control = bytes[from]!
    let at = from + 1
    let type = control >>> 5
    if (type === POINTER) {
      const extra = ((control >>> 3) & 3) + 1
      need(at, extra)
      const high = extra === 4 ? 0 : (control & 7) * 256 ** extra
      check(
        section.start + POINTER_OFFSETS[extra - 1]! + high + big(bytes, at, extra),
        depth + 1,
        wanted
      )
      return at + extra
    }
    if (type === EXTENDED) {
      need(at, 1)
      type = FIRST_EXTENDED + bytes[at++]!
      if (type === FIRST_EXTENDED) throw new Error(`the value at byte ${from} has no type`)
    }
    if (wanted !== undefined && type !== wanted) {
      throw new Error(`the key at byte ${from} is not text`)
    }
    let size = control & 31
    if (size > 28) {
      const extra = size - 28
      need(at, extra)
      size = SIZE_OFFSETS[extra]! + big(bytes, at, extra)
      at += extra
    }
    if (type === MAP || type === ARRAY) {
      for (let i = 0; i < size; i++) {
        if (type === MAP) at = check(at, depth + 1, TEXT)
        at = check(at, depth + 1)
      }
      return at
    }
    if (type === BOOLEAN) {
      if (size > 1) throw new Error(`the boolean at byte ${from} is neither true nor false`)
      return at
    }
    const exact = EXACT_BYTES.get(type)
    const most = type === TEXT || type === BYTES ? section.end : (exact ?? NUMBER_BYTES.get(type))
    if (most === undefined)
      throw new Error(`the value at byte ${from} has the unknown type ${type}`)
    if (size > most || (exact !== undefined && size !== exact)) {
      throw new Error(`the number at byte ${from} has ${size} bytes`)
    }
    need(at, size)
    payload += size
    if (payload > MAX_PAYLOAD_BYTES) throw new Error(`the record at byte ${start} is too large`)
    return at + size
  }

  check(start, 0)
}
