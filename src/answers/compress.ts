import { crcAfter, crcOf, crcShift } from './crc32.ts'

/** Compresses a text so that anything may follow: ended by a flush, on a byte boundary, referring to nothing outside itself. */
export interface PartCoders {
  /** A raw DEFLATE stream (RFC 1951) without a final block. */
  deflate?(bytes: Uint8Array): Uint8Array
  /**
   * A Brotli stream (RFC 7932) whose last metablock is an empty one, made without static dictionary and without distances
   * from before its begin: of quality 0 or 1.
   */
  brotli?(bytes: Uint8Array): Uint8Array
  /** Reads a whole Brotli stream; throws where it is none. */
  unbrotli?(stream: Uint8Array): Uint8Array
}

export type Coding = 'br' | 'gzip'

const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
/** An empty final block, stored. */
const DEFLATE_END = Uint8Array.of(1, 0, 0, 0xff, 0xff)
const GZIP_TRAILER_BYTES = 8
/** Largest stored block of DEFLATE, and more than any slot's value has. */
const MAX_STORED = 0xffff
const STORED_HEADER_BYTES = 5
/** ISLAST and ISLASTEMPTY. */
const BROTLI_END = Uint8Array.of(3)
/** Uncompressed metablocks of up to 2^16 bytes: 20 bits. */
const BROTLI_HEADER_BYTES = 3
const MAX_UNCOMPRESSED = 0x10000
/** Below, a compressed piece is no smaller. */
const MIN_COMPRESSED_BYTES = 32
const BITS_PER_BYTE = 8
/** What of an empty metadata block stands behind its last set bit: reserved, and a length of no bytes. */
const ZEROS_OF_EMPTY_BLOCK = 3

const joinBytes = (pieces: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}

/** ISLAST 0, four nibbles of length less one, ISUNCOMPRESSED 1. */
const headerBits = (length: number) => ((length - 1) << 3) | (1 << 19)

const uncompressedHeader = (length: number): Uint8Array => {
  const bits = headerBits(length)
  return Uint8Array.of(bits, bits >>> 8, bits >>> 16)
}

/** RFC 7932 §9.1: how many bits tell the window's size. */
const windowBits = (first: number): number => {
  if ((first & 1) === 0) return 1
  return (first & 0b1110) === 0 ? 7 : 4
}

/** Bits of an empty metadata block, which is followed by zeros up to the next byte: 0, 11, 0, 00. */
const EMPTY_BLOCK = 0b110
const EMPTY_BLOCK_BITS = 6

/**
 * Takes the window's size off a stream, so that it can follow others; its end stays on a byte boundary.
 *
 * @param isPadded coders end on a byte boundary by an empty block, and without one where they are on it already
 */
const withoutWindow = (stream: Uint8Array, isPadded: boolean): Uint8Array => {
  const shift = windowBits(stream[0]!)
  const shifted = new Uint8Array(stream.length + 1)
  for (let i = 0; i < stream.length; i++) {
    shifted[i] = (stream[i]! >>> shift) | ((stream[i + 1] ?? 0) << (BITS_PER_BYTE - shift))
  }
  if (!isPadded) {
    const end = stream.length * BITS_PER_BYTE - shift
    const at = stream.length - 1
    const block = EMPTY_BLOCK << (BITS_PER_BYTE - shift)
    shifted[at] = shifted[at]! | block
    shifted[at + 1] = block >>> BITS_PER_BYTE
    return shifted.subarray(0, Math.ceil((end + EMPTY_BLOCK_BITS) / BITS_PER_BYTE))
  }
  let last = stream.length - 1
  while (stream[last] === 0) last--
  const lastBit = last * BITS_PER_BYTE + 31 - Math.clz32(stream[last]!)
  const end = lastBit + 1 + ZEROS_OF_EMPTY_BLOCK - shift
  return shifted.subarray(0, Math.ceil(end / BITS_PER_BYTE))
}

/** What stands in a slot. */
export interface SlotValue {
  readonly text: string
  /** In UTF-8; at most 65,535. */
  readonly bytes: number
}

/** A text with slots, whose fixed parts are compressed before. */
export interface CompressedTemplate {
  /** @param values one for each slot, in order */
  fill(values: readonly SlotValue[]): Uint8Array
}

const encoder = new TextEncoder()

/** Nearly all values are ASCII and short: written here, they allocate nothing. */
const write = ({ text, bytes }: SlotValue, out: Uint8Array, at: number): void => {
  if (bytes !== text.length) {
    out.set(encoder.encode(text), at)
    return
  }
  for (let i = 0; i < bytes; i++) out[at + i] = text.charCodeAt(i)
}

const SLAB_BYTES = 2 ** 18
let slab = new Uint8Array(0)
let slabUsed = 0

/** Memory for one answer, cut off a large piece: memory of their own is what costs most of small arrays. Never used twice. */
const allocate = (bytes: number): Uint8Array => {
  if (bytes > SLAB_BYTES / 8) return new Uint8Array(bytes)
  if (slabUsed + bytes > slab.length) {
    slab = new Uint8Array(SLAB_BYTES)
    slabUsed = 0
  }
  const piece = slab.subarray(slabUsed, slabUsed + bytes)
  slabUsed += bytes
  return piece
}

const gzipTemplate = (
  parts: readonly Uint8Array[],
  deflate: NonNullable<PartCoders['deflate']>
): CompressedTemplate => {
  const pieces = parts.map((part) => (part.length === 0 ? part : deflate(part)))
  const sums = parts.map((part) => ({ crc: crcOf(part), shift: crcShift(part.length) }))
  const fixedBytes =
    GZIP_HEADER.length + DEFLATE_END.length + GZIP_TRAILER_BYTES + joinBytes(pieces).length
  const fixedSize = joinBytes(parts).length
  return {
    fill: (values) => {
      let size = fixedSize
      let length = fixedBytes
      for (let i = 0; i < values.length; i++) {
        const { bytes } = values[i]!
        size += bytes
        length += STORED_HEADER_BYTES + bytes
      }
      const out = allocate(length)
      const put32 = (at: number, word: number) => {
        out[at] = word
        out[at + 1] = word >>> 8
        out[at + 2] = word >>> 16
        out[at + 3] = word >>> 24
      }
      out.set(GZIP_HEADER)
      let at = GZIP_HEADER.length
      let crc = 0
      for (let i = 0; i < pieces.length; i++) {
        const piece = pieces[i]!
        out.set(piece, at)
        at += piece.length
        crc = sums[i]!.shift(crc) ^ sums[i]!.crc
        const value = values[i]
        if (value === undefined) continue
        // Not the last block, stored; its length, and the length inverted.
        out[at] = 0
        put32(at + 1, value.bytes | ((value.bytes ^ MAX_STORED) << 16))
        at += STORED_HEADER_BYTES
        write(value, out, at)
        crc = crcAfter(crc, out, at, at + value.bytes)
        at += value.bytes
      }
      out.set(DEFLATE_END, at)
      put32(length - GZIP_TRAILER_BYTES, crc)
      put32(length - 4, size)
      return out
    },
  }
}

/** As it is, in metablocks of at most 65,536 bytes. */
const stored = (bytes: Uint8Array): Uint8Array => {
  const pieces: Uint8Array[] = []
  for (let from = 0; from < bytes.length; from += MAX_UNCOMPRESSED) {
    const piece = bytes.subarray(from, from + MAX_UNCOMPRESSED)
    pieces.push(uncompressedHeader(piece.length), piece)
  }
  return joinBytes(pieces)
}

const sameBytes = (x: Uint8Array, y: Uint8Array): boolean =>
  x.length === y.length && x.every((byte, i) => byte === y[i])

/** What can be read back behind something else; a coder that stores a piece uncompressed needs byte boundaries of its own. */
const readsBack = (piece: Uint8Array, bytes: Uint8Array, coders: BrotliCoders): boolean => {
  try {
    const nothing = coders.brotli(new Uint8Array())
    return sameBytes(coders.unbrotli(joinBytes([nothing, piece, BROTLI_END])), bytes)
  } catch {
    return false
  }
}

type BrotliCoders = Required<Pick<PartCoders, 'brotli' | 'unbrotli'>>

const brotliPart = (bytes: Uint8Array, coders: BrotliCoders): Uint8Array => {
  if (bytes.length < MIN_COMPRESSED_BYTES) return stored(bytes)
  const stream = coders.brotli(bytes)
  const pieces = [withoutWindow(stream, true), withoutWindow(stream, false), stored(bytes)]
  return pieces.find((piece) => readsBack(piece, bytes, coders))!
}

const brotliTemplate = (parts: readonly Uint8Array[], coders: BrotliCoders): CompressedTemplate => {
  const pieces = [coders.brotli(new Uint8Array()), ...parts.map((part) => brotliPart(part, coders))]
  const begin = joinBytes(pieces.splice(0, 2))
  pieces.unshift(begin)
  const fixedBytes = joinBytes(pieces).length + BROTLI_END.length
  return {
    fill: (values) => {
      let length = fixedBytes
      for (let i = 0; i < values.length; i++) {
        const { bytes } = values[i]!
        if (bytes > 0) length += BROTLI_HEADER_BYTES + bytes
      }
      const out = allocate(length)
      let at = 0
      for (let i = 0; i < pieces.length; i++) {
        const piece = pieces[i]!
        out.set(piece, at)
        at += piece.length
        const value = values[i]
        if (value === undefined || value.bytes === 0) continue
        const header = headerBits(value.bytes)
        out[at] = header
        out[at + 1] = header >>> 8
        out[at + 2] = header >>> 16
        write(value, out, at + BROTLI_HEADER_BYTES)
        at += BROTLI_HEADER_BYTES + value.bytes
      }
      out.set(BROTLI_END, at)
      return out
    },
  }
}

/**
 * Compresses the fixed parts of a text once. What stands between them is stored as it is when the text is filled, so that an
 * answer costs no compression.
 *
 * @param parts one more than there are slots
 * @returns `undefined` where there is no coder for the coding
 */
export const compressTemplate = (
  parts: readonly Uint8Array[],
  coding: Coding,
  { deflate, brotli, unbrotli }: PartCoders
): CompressedTemplate | undefined => {
  if (coding === 'gzip') return deflate && gzipTemplate(parts, deflate)
  return brotli && unbrotli && brotliTemplate(parts, { brotli, unbrotli })
}
