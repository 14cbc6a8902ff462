import { crcAfter, crcOf, crcShift } from './crc32.ts'

/** Compresses a text so that any text may follow: flushed to a byte boundary, without references outside itself. */
export interface PartCoders {
  /** A raw DEFLATE stream (RFC 1951) without a final block. */
  deflate?(bytes: Uint8Array): Uint8Array
  /**
   * A Brotli stream (RFC 7932) that ends in an empty metablock, made without a static dictionary and without distances to
   * bytes before its start: quality 0 or 1.
   */
  brotli?(bytes: Uint8Array): Uint8Array
  /** Reads a whole Brotli stream; throws if it is not one. */
  unbrotli?(stream: Uint8Array): Uint8Array
  /**
   * A whole Zstandard frame (RFC 8878). Each answer needs a new one: readers stop after the first frame, and the blocks of
   * one frame depend on each other.
   */
  zstd?(bytes: Uint8Array): Uint8Array
}

/** Coders, with the function that joins their parts. Without that function, the edge imports it when it is created. */
export interface Coders extends PartCoders {
  compressTemplate?: typeof compressTemplate
}

export type Coding = 'br' | 'gzip' | 'zstd'
/** Codings whose fixed parts are compressed once. */
export type PartCoding = Exclude<Coding, 'zstd'>

const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
/** An empty final block, stored. */
const DEFLATE_END = Uint8Array.of(1, 0, 0, 0xff, 0xff)
const GZIP_TRAILER_BYTES = 8
/** Largest stored block of DEFLATE. */
const MAX_STORED = 0xffff
const STORED_HEADER_BYTES = 5
/** ISLAST and ISLASTEMPTY. */
const BROTLI_END = Uint8Array.of(3)
/** Uncompressed metablocks of up to 2^16 bytes: 20 bits. */
const BROTLI_HEADER_BYTES = 3
const MAX_UNCOMPRESSED = 0x10000
/** A shorter piece does not get smaller. */
const MIN_COMPRESSED_BYTES = 32
const BITS_PER_BYTE = 8
/** The bits of an empty metadata block after its last set bit: reserved, and a length of no bytes. */
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

/** ISLAST 0, four nibbles for the length minus one, ISUNCOMPRESSED 1. */
const headerBits = (length: number) => ((length - 1) << 3) | (1 << 19)

const uncompressedHeader = (length: number): Uint8Array => {
  const bits = headerBits(length)
  return Uint8Array.of(bits, bits >>> 8, bits >>> 16)
}

/** RFC 7932 §9.1: the number of bits that encode the window's size. */
const windowBits = (first: number): number => {
  if ((first & 1) === 0) return 1
  return (first & 0b1110) === 0 ? 7 : 4
}

/** Bits of an empty metadata block, followed by zeros up to the next byte: 0, 11, 0, 00. */
const EMPTY_BLOCK = 0b110
const EMPTY_BLOCK_BITS = 6

/**
 * Removes the window's size from a stream, so that the stream can follow others. Its end stays on a byte boundary.
 *
 * @param isPadded whether the coder ended the stream with an empty block, because it was not on a byte boundary
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

/** The value of a slot. */
export interface SlotValue {
  readonly text: string
  /** The length in UTF-8; at most `MAX_VALUE_BYTES`. */
  readonly bytes: number
}

/** Longer than any host name or address. */
export const MAX_VALUE_BYTES = 2 ** 12

/** A text with slots and precompressed fixed parts. */
export interface CompressedTemplate {
  /** @param values one for each different slot */
  fill(values: readonly SlotValue[]): Uint8Array
}

/** For each part except the last, the number of the value after it. */
type Places = readonly number[]

/** A fixed part and the run after it: slots and the short parts between them. The run is stored uncompressed, in one block. */
interface Segment {
  readonly part: Uint8Array
  readonly run: readonly (number | Uint8Array)[]
  /** Bytes of the run without its values. */
  readonly fixedBytes: number
}

/** The values of this many slots and the short parts between them fit into a stored block. */
const MAX_SLOTS_OF_RUN = 15

const segmentsOf = (parts: readonly Uint8Array[], places: Places): readonly Segment[] => {
  const segments: Segment[] = []
  let part = parts[0]!
  let run: (number | Uint8Array)[] = []
  let slots = 0
  let fixedBytes = 0
  const end = () => segments.push({ part, run, fixedBytes })
  places.forEach((place, i) => {
    run.push(place)
    slots++
    const next = parts[i + 1]!
    if (next.length < MIN_COMPRESSED_BYTES && slots < MAX_SLOTS_OF_RUN) {
      if (next.length > 0) run.push(next)
      fixedBytes += next.length
      return
    }
    end()
    part = next
    run = []
    slots = 0
    fixedBytes = 0
  })
  end()
  return segments
}

const runBytes = ({ run, fixedBytes }: Segment, values: readonly SlotValue[]): number => {
  let bytes = fixedBytes
  for (let i = 0; i < run.length; i++) {
    const piece = run[i]!
    if (typeof piece === 'number') bytes += values[piece]!.bytes
  }
  return bytes
}

const encoder = new TextEncoder()

/** Most runs are short ASCII text: a loop writes them without an allocation. */
const writeRun = (
  { run }: Segment,
  values: readonly SlotValue[],
  out: Uint8Array,
  from: number
): number => {
  let at = from
  for (let i = 0; i < run.length; i++) {
    const piece = run[i]!
    if (typeof piece !== 'number') {
      for (let j = 0; j < piece.length; j++) out[at++] = piece[j]!
      continue
    }
    const { text, bytes } = values[piece]!
    if (bytes === text.length) {
      for (let j = 0; j < bytes; j++) out[at++] = text.charCodeAt(j)
    } else {
      out.set(encoder.encode(text), at)
      at += bytes
    }
  }
  return at
}

/** A format's way to store uncompressed bytes. */
interface Storage {
  /** The size of the header for this many stored bytes, at least one. */
  headerBytes(bytes: number): number
  /** Writes that header; returns the position of the bytes. */
  writeHeader(out: Uint8Array, at: number, bytes: number): number
}

/** Fills everything except the format's own start and end. */
const createFiller = (
  segments: readonly Segment[],
  pieces: readonly Uint8Array[],
  { headerBytes, writeHeader }: Storage
) => {
  const fixedBytes = joinBytes(pieces).length
  return {
    bytes: (values: readonly SlotValue[]): number => {
      let length = fixedBytes
      for (let i = 0; i < segments.length; i++) {
        const bytes = runBytes(segments[i]!, values)
        if (bytes > 0) length += headerBytes(bytes) + bytes
      }
      return length
    },
    /** @param seen gets each run after it is written */
    write: (
      values: readonly SlotValue[],
      out: Uint8Array,
      from: number,
      seen?: (segment: number, from: number, to: number) => void
    ): number => {
      let at = from
      for (let i = 0; i < segments.length; i++) {
        const piece = pieces[i]!
        out.set(piece, at)
        at += piece.length
        const bytes = runBytes(segments[i]!, values)
        if (bytes > 0) at = writeHeader(out, at, bytes)
        const begin = at
        at = writeRun(segments[i]!, values, out, at)
        seen?.(i, begin, at)
      }
      return at
    },
  }
}

const SLAB_BYTES = 2 ** 16
let slab = new Uint8Array(0)
let slabUsed = 0

/** Memory for one answer, cut from a large piece: separate memory is the main cost of small arrays. Never reused. */
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

const put32 = (out: Uint8Array, at: number, word: number) => {
  out[at] = word
  out[at + 1] = word >>> 8
  out[at + 2] = word >>> 16
  out[at + 3] = word >>> 24
}

/** Blocks that are not the last one: the length, and the inverted length. */
const DEFLATE_STORAGE: Storage = {
  headerBytes: () => STORED_HEADER_BYTES,
  writeHeader: (out, at, bytes) => {
    out[at] = 0
    put32(out, at + 1, bytes | ((bytes ^ MAX_STORED) << 16))
    return at + STORED_HEADER_BYTES
  },
}

const gzipTemplate = (
  segments: readonly Segment[],
  deflate: NonNullable<PartCoders['deflate']>
): CompressedTemplate => {
  const parts = segments.map(({ part }) => part)
  const pieces = parts.map((part) => (part.length === 0 ? part : deflate(part)))
  const filler = createFiller(segments, pieces, DEFLATE_STORAGE)
  const sums = parts.map((part) => ({ crc: crcOf(part), shift: crcShift(part.length) }))
  const fixedSize = joinBytes(parts).length
  return {
    fill: (values) => {
      const length =
        GZIP_HEADER.length + filler.bytes(values) + DEFLATE_END.length + GZIP_TRAILER_BYTES
      const out = allocate(length)
      out.set(GZIP_HEADER)
      let crc = 0
      let size = fixedSize
      const end = filler.write(values, out, GZIP_HEADER.length, (segment, from, to) => {
        const sum = sums[segment]!
        crc = crcAfter(sum.shift(crc) ^ sum.crc, out, from, to)
        size += to - from
      })
      out.set(DEFLATE_END, end)
      put32(out, length - GZIP_TRAILER_BYTES, crc)
      put32(out, length - 4, size)
      return out
    },
  }
}

/** Uncompressed, in metablocks of at most 65,536 bytes. */
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

/**
 * Whether a piece can follow others. A coder that stores a piece uncompressed needs its own byte boundaries, so the piece
 * is read back.
 */
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

const BROTLI_STORAGE: Storage = {
  headerBytes: () => BROTLI_HEADER_BYTES,
  writeHeader: (out, at, bytes) => {
    const header = headerBits(bytes)
    out[at] = header
    out[at + 1] = header >>> 8
    out[at + 2] = header >>> 16
    return at + BROTLI_HEADER_BYTES
  },
}

const brotliTemplate = (segments: readonly Segment[], coders: BrotliCoders): CompressedTemplate => {
  const begin = coders.brotli(new Uint8Array())
  const pieces = segments.map(({ part }) => brotliPart(part, coders))
  const filler = createFiller(segments, pieces, BROTLI_STORAGE)
  return {
    fill: (values) => {
      const out = allocate(begin.length + filler.bytes(values) + BROTLI_END.length)
      out.set(begin)
      out.set(BROTLI_END, filler.write(values, out, begin.length))
      return out
    },
  }
}

/**
 * Compresses the fixed parts of a text once. Filling the text stores the parts between them uncompressed, so an answer
 * needs no compression.
 *
 * @param parts one more than the number of slots
 * @param places for each slot, the number of its value
 * @returns `undefined` if there is no coder for the coding
 */
export const compressTemplate = (
  parts: readonly Uint8Array[],
  places: Places,
  coding: PartCoding,
  { deflate, brotli, unbrotli }: PartCoders
): CompressedTemplate | undefined => {
  const segments = segmentsOf(parts, places)
  if (coding === 'gzip') return deflate && gzipTemplate(segments, deflate)
  return brotli && unbrotli && brotliTemplate(segments, { brotli, unbrotli })
}
