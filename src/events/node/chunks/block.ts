import { ipv4OfKey, keyOfIpv4 } from '../../ip-key.ts'

/** Names of the blocks for times and for places within a millisecond. All other blocks have the name of their column. */
export const TIMES = 'ms'
export const SLOTS_BLOCK = 'slot'

/** The values of one column for the rows of a chunk. */
export interface Block {
  /** The position of each row's value in the dictionary; absent if all rows have its only entry. */
  readonly codes?: Uint8Array | Uint16Array | Uint32Array
  /** Entries of the dictionary. */
  readonly size: number
  /** An entry of the dictionary: a number, a text, or the key of an address. */
  value(code: number): string | number
  /** All texts of the dictionary in one string, and the end of each; only for texts. */
  readonly texts?: { readonly all: string; readonly ends: Uint32Array; readonly isAscii: boolean }
  /** The addresses, row by row; only if all are IPv4. There is no dictionary then: `dictionaryOf` creates one. */
  readonly ipv4?: Uint32Array
}

/** The column of a chunk that was sealed before the column existed. */
export const EMPTY_BLOCK: Block = {
  size: 1,
  value: () => '',
  texts: { all: '', ends: Uint32Array.of(0), isAscii: true },
}

/** The first word of a block states its layout. */
const TEXTS = 0
const NUMBERS = 1
const IPV4 = 2

const HEADER_WORDS = 3
const WORD_BYTES = 4
const BITS = 8

const padded = (bytes: number): number => Math.ceil(bytes / WORD_BYTES) * WORD_BYTES

/** Bytes of a code. */
const widthOf = (size: number): 0 | 1 | 2 | 4 => {
  if (size <= 1) return 0
  if (size <= 1 << BITS) return 1
  return size <= 1 << (2 * BITS) ? 2 : 4
}

const ARRAYS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const

const codesIn = (buffer: ArrayBuffer, from: number, width: 0 | 1 | 2 | 4, rows: number) =>
  width === 0 ? undefined : new ARRAYS[width](buffer, from, rows)

/** The header, the codes, and then the dictionary. */
const layOut = (kind: number, places: readonly number[], dictionary: Uint8Array, size: number) => {
  const width = widthOf(size)
  const from = HEADER_WORDS * WORD_BYTES
  const codeBytes = padded(places.length * width)
  const buffer = new ArrayBuffer(from + codeBytes + dictionary.byteLength)
  new Uint32Array(buffer, 0, HEADER_WORDS).set([kind, size, places.length])
  codesIn(buffer, from, width, places.length)?.set(places)
  new Uint8Array(buffer, from + codeBytes).set(dictionary)
  return Buffer.from(buffer)
}

const indexed = <Value>(values: readonly Value[]): { places: number[]; entries: Value[] } => {
  const known = new Map<Value, number>()
  const places = values.map((value) => {
    const place = known.get(value) ?? known.size
    if (place === known.size) known.set(value, place)
    return place
  })
  return { places, entries: [...known.keys()] }
}

/** @param values one for each row, without lone surrogates */
export const encodeTexts = (values: readonly string[]): Buffer => {
  const { places, entries } = indexed(values)
  const ends = new Uint32Array(entries.length)
  let end = 0
  for (const [i, text] of entries.entries()) {
    end += text.length
    ends[i] = end
  }
  const dictionary = Buffer.concat([Buffer.from(ends.buffer), Buffer.from(entries.join(''))])
  return layOut(TEXTS, places, dictionary, entries.length)
}

/** @param values one for each row */
export const encodeNumbers = (values: readonly number[]): Buffer => {
  const { places, entries } = indexed(values)
  return layOut(NUMBERS, places, new Uint8Array(Float64Array.from(entries).buffer), entries.length)
}

/** @param times in milliseconds, ascending: their differences have few distinct values */
export const encodeTimes = (times: readonly number[]): Buffer =>
  encodeNumbers(times.map((ms, row) => (row === 0 ? ms : ms - times[row - 1]!)))

/** @param keys one for each row, from `ipKey` */
export const encodeAddresses = (keys: readonly string[]): Buffer => {
  const addresses = new Uint32Array(keys.length)
  for (const [row, key] of keys.entries()) {
    const address = ipv4OfKey(key)
    if (address === undefined) return encodeTexts(keys)
    addresses[row] = address
  }
  return layOut(IPV4, [], new Uint8Array(addresses.buffer), 0)
}

/** @param bytes from one of the `encode…` functions, at any position in memory */
export const decodeBlock = (bytes: Uint8Array): Block => {
  const buffer = bytes.slice().buffer as ArrayBuffer
  const [kind = 0, size = 0, rows = 0] = new Uint32Array(buffer, 0, HEADER_WORDS)
  const from = HEADER_WORDS * WORD_BYTES
  if (kind === IPV4) {
    const ipv4 = new Uint32Array(buffer, from)
    return { ipv4, size: 0, value: keyOfIpv4 }
  }
  const width = widthOf(size)
  const codes = codesIn(buffer, from, width, rows)
  const dictionary = from + padded(rows * width)
  const shared = { size, ...(codes === undefined ? {} : { codes }) }
  if (kind === NUMBERS) {
    const numbers = new Float64Array(buffer.slice(dictionary))
    return { ...shared, value: (code) => numbers[code]! }
  }
  const ends = new Uint32Array(buffer, dictionary, size)
  const utf8 = Buffer.from(buffer, dictionary + size * WORD_BYTES)
  const all = utf8.toString()
  return {
    ...shared,
    texts: { all, ends, isAscii: all.length === utf8.length },
    value: (code) => all.slice(code === 0 ? 0 : ends[code - 1], ends[code]),
  }
}

/** The times of `encodeTimes`. */
export const decodeTimes = (bytes: Uint8Array, rows: number): Float64Array => {
  const steps = decodeBlock(bytes)
  const times = new Float64Array(rows)
  let ms = 0
  for (let row = 0; row < rows; row++) {
    ms += steps.value(steps.codes?.[row] ?? 0) as number
    times[row] = ms
  }
  return times
}

/** The block with a dictionary, for groups of several fields. */
export const dictionaryOf = (block: Block): Block => {
  if (block.ipv4 === undefined) return block
  const known = new Map<number, number>()
  const codes = new Uint32Array(block.ipv4.length)
  for (let row = 0; row < codes.length; row++) {
    const address = block.ipv4[row]!
    const code = known.get(address) ?? known.size
    if (code === known.size) known.set(address, code)
    codes[row] = code
  }
  const addresses = [...known.keys()]
  return { codes, size: addresses.length, value: (code) => keyOfIpv4(addresses[code]!) }
}
