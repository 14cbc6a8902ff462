import { EdgeError } from '../../error.ts'
import type { AsnData } from './table.ts'

/** `E1020ASN`: the signature of the file. */
const MAGIC = [0x45, 0x31, 0x30, 0x32, 0x30, 0x41, 0x53, 0x4e]
const VERSION = 1

/** Positions in the header, in words of 32 bits; the whole file is little-endian. */
const VERSION_AT = 2
const DATE_AT = 3
const ENTRIES_AT = 4
const V4_AT = 5
const V6_AT = 6
/** 4 if IPv6 segments can begin at any address, 2 if they begin only at a /64. */
const V6_WORDS_AT = 7
const NETWORKS_AT = 8
const NAME_BYTES_AT = 9
const CHECKSUM_AT = 10
const HEADER_WORDS = 11

const WORD_BYTES = 4
export const ASN_HEADER_BYTES = HEADER_WORDS * WORD_BYTES

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/

const dateNumber = (date: string) => Number(DATE.exec(date)?.slice(1).join('') ?? 0)

const dateText = (number: number) =>
  number === 0 ? '' : String(number).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')

/** MurmurHash3's steps over the words: it changes with any change of one word. */
const checksumOf = (words: Uint32Array): number => {
  let hash = 0
  for (let at = VERSION_AT; at < words.length; at++) {
    if (at === CHECKSUM_AT) continue
    hash ^= words[at]!
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  return hash >>> 0
}

/** The file as words. A view if possible, because copying takes longer than everything else. */
const wordsOf = (bytes: Uint8Array): Uint32Array => {
  const length = Math.floor(bytes.length / WORD_BYTES)
  if (isLittleEndian && bytes.byteOffset % WORD_BYTES === 0) {
    return new Uint32Array(bytes.buffer, bytes.byteOffset, length)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint32Array.from({ length }, (_, at) => view.getUint32(at * WORD_BYTES, true))
}

const columnsOf = ({ map, asns, nameEnds }: AsnData): readonly Uint32Array[] => {
  const { v4, v6 } = map
  const low = v6.c !== undefined && v6.d !== undefined ? [v6.c, v6.d] : []
  return [v4.starts, v4.values, v6.a, v6.b, ...low, v6.values, asns, nameEnds]
}

/** Writes a table in the form that it has in memory, so that reading needs no conversion. */
export const writeAsnBinary = (data: AsnData): Uint8Array => {
  const { map, asns, names, entries, date } = data
  const columns = columnsOf(data)
  const nameWords = Math.ceil(names.length / WORD_BYTES)
  const size = columns.reduce((sum, { length }) => sum + length, HEADER_WORDS + nameWords)
  const bytes = new Uint8Array(size * WORD_BYTES)
  const view = new DataView(bytes.buffer)
  const put = (at: number, word: number) => view.setUint32(at * WORD_BYTES, word, true)
  bytes.set(MAGIC)
  put(VERSION_AT, VERSION)
  put(DATE_AT, dateNumber(date))
  put(ENTRIES_AT, entries)
  put(V4_AT, map.v4.starts.length)
  put(V6_AT, map.v6.a.length)
  put(V6_WORDS_AT, map.v6.c === undefined ? 2 : 4)
  put(NETWORKS_AT, asns.length)
  put(NAME_BYTES_AT, names.length)
  let at = HEADER_WORDS
  for (const column of columns) for (const word of column) put(at++, word)
  bytes.set(names, at * WORD_BYTES)
  put(CHECKSUM_AT, checksumOf(wordsOf(bytes)))
  return bytes
}

export const isAsnBinary = (bytes: Uint8Array): boolean =>
  MAGIC.every((byte, at) => bytes[at] === byte)

/**
 * The facts in the first ASN_HEADER_BYTES.
 *
 * @throws EdgeError `asn_failed` for another kind of file or another version
 */
export const readAsnHeader = (
  bytes: Uint8Array,
  file: string
): Pick<AsnData, 'entries' | 'date'> => {
  if (bytes.length < ASN_HEADER_BYTES || !isAsnBinary(bytes)) {
    throw new EdgeError('asn_failed', `${file}: expected a compiled table of networks`)
  }
  const words = wordsOf(bytes.subarray(0, ASN_HEADER_BYTES))
  if (words[VERSION_AT] !== VERSION) {
    throw new EdgeError(
      'asn_failed',
      `${file}: has version ${words[VERSION_AT]}, expected ${VERSION}: run "edge1020 update asn" again`
    )
  }
  return { entries: words[ENTRIES_AT]!, date: dateText(words[DATE_AT]!) }
}

/**
 * Reads the output of `writeAsnBinary`. The table keeps `bytes`, which must not change.
 *
 * @throws EdgeError `asn_failed`
 */
export const readAsnBinary = (bytes: Uint8Array, file: string): AsnData => {
  const facts = readAsnHeader(bytes, file)
  const words = wordsOf(bytes)
  let at = HEADER_WORDS
  const take = (length: number) => {
    at += length
    return words.subarray(at - length, at)
  }
  const v4Length = words[V4_AT]!
  const v6Length = words[V6_AT]!
  const networks = words[NETWORKS_AT]!
  const nameBytes = words[NAME_BYTES_AT]!
  const v4 = { starts: take(v4Length), values: take(v4Length) }
  const high = { a: take(v6Length), b: take(v6Length) }
  const low = words[V6_WORDS_AT] === 4 ? { c: take(v6Length), d: take(v6Length) } : {}
  const v6 = { ...high, ...low, values: take(v6Length) }
  const asns = take(networks)
  const nameEnds = take(networks)
  const namesAt = at * WORD_BYTES
  const size = (at + Math.ceil(nameBytes / WORD_BYTES)) * WORD_BYTES
  if (bytes.length !== size || words[CHECKSUM_AT] !== checksumOf(words)) {
    throw new EdgeError(
      'asn_failed',
      `${file}: is damaged (wrong checksum or length): run "edge1020 update asn" again, or remove it`
    )
  }
  const names = bytes.subarray(namesAt, namesAt + nameBytes)
  return { map: { v4, v6 }, asns, nameEnds, names, ...facts }
}
