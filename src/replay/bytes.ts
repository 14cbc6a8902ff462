import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import * as zlib from 'node:zlib'
import { EdgeError, messageOf } from '../error.ts'
import { fileReason } from '../text-file.ts'
import { gunzip, NoGzip } from './gunzip.ts'

const READ_BYTES = 1 << 20
const INFLATED_BYTES = 1 << 18

export type Packing = 'gzip' | 'zstd'

/** The first bytes of each kind of packed file. */
const MAGICS: readonly (readonly [bytes: readonly number[], kind: string])[] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz'],
  [[0x42, 0x5a, 0x68], 'bzip2'],
  [[0x50, 0x4b, 0x03, 0x04], 'zip'],
]
/** Commands that unpack the kinds which the replay cannot read. */
const UNPACKED_BY: Readonly<Record<string, string>> = {
  xz: 'xz -dc',
  bzip2: 'bzip2 -dc',
  zip: 'unzip -p',
}
const MAGIC_BYTES = 5

export const failedLog = (name: string, reason: string, cause?: unknown): EdgeError =>
  new EdgeError('log_failed', `${name}: ${reason}`, { cause })

const packingOf = (name: string, head: Uint8Array): Packing | undefined => {
  const [, kind] = MAGICS.find(([magic]) => magic.every((byte, i) => head[i] === byte)) ?? []
  if (kind === undefined) return undefined
  const command = UNPACKED_BY[kind]
  if (command !== undefined) {
    throw failedLog(
      name,
      `it is packed by ${kind}: expected plain text, gzip or zstd; unpack it on the way: ${command} FILE | edge1020 replay - …`
    )
  }
  return kind as Packing
}

/** A source of bytes that may stop before its end. The bytes up to that point are judged, and the report names the problem. */
export interface Stopped {
  /** Why the source stopped; `undefined` if it did not. */
  problem: string | undefined
}

type Bytes = AsyncIterable<Uint8Array>

/** Returns the first bytes of a source, at least `MAGIC_BYTES` unless it is shorter, and the whole source. */
const withHead = async (bytes: Bytes): Promise<{ head: Uint8Array; all: Bytes }> => {
  const iterator = bytes[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let length = 0
  let isDone = false
  while (length < MAGIC_BYTES && !isDone) {
    const { value, done } = await iterator.next()
    isDone = done === true
    if (value !== undefined && !isDone) {
      first.push(value)
      length += value.length
    }
  }
  const all = async function* () {
    try {
      yield* first
      while (!isDone) {
        const { value, done } = await iterator.next()
        if (done === true) return
        yield value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { head: Buffer.concat(first), all: all() }
}

/** Returns the bytes as a zlib stream unpacks them. */
const throughStream = (bytes: Bytes, unpack: NodeJS.ReadWriteStream & Readable): Bytes => {
  const feed = async () => {
    for await (const part of bytes) {
      if (unpack.destroyed) return
      if (!unpack.write(part)) {
        await new Promise<void>((resolve) => {
          unpack.once('drain', resolve)
          unpack.once('close', resolve)
        })
      }
    }
    unpack.end()
  }
  feed().catch((error: unknown) => unpack.destroy(error as Error))
  return unpack
}

interface ZstdModule {
  createZstdDecompress?: (options: object) => NodeJS.ReadWriteStream & Readable
}

/** Unpacks zstd data: with Node's zlib from Node 22.15 on, else with `fzstd`. */
const unzstd = async function* (bytes: Bytes): Bytes {
  const { createZstdDecompress } = zlib as unknown as ZstdModule
  if (createZstdDecompress !== undefined) {
    yield* throughStream(bytes, createZstdDecompress({ chunkSize: INFLATED_BYTES }))
    return
  }
  const { Decompress } = await import('fzstd')
  let out: Uint8Array[] = []
  const stream = new Decompress((part) => {
    // fzstd reuses the buffer behind its output.
    if (part.length > 0) out.push(part.slice())
  })
  for await (const part of bytes) {
    stream.push(part)
    yield* out
    out = []
  }
  stream.push(new Uint8Array(0), true)
  yield* out
}

const ENDED_EARLY = /unexpected end of file|unexpected EOF/i

const problemOf = (packing: Packing, error: unknown): string => {
  if (error instanceof NoGzip) return 'after the gzip data comes something else, which is not read'
  const text = messageOf(error)
  return ENDED_EARLY.test(text)
    ? `the ${packing} data ends too early`
    : `the ${packing} data is damaged (${text})`
}

/** Unpacks bytes. If the packed data is cut off or damaged, it yields the data before that and sets the problem of `stopped`. */
const unpacked = async function* (
  bytes: Bytes,
  packing: Packing,
  stopped: Stopped
): AsyncGenerator<Uint8Array> {
  try {
    yield* packing === 'zstd' ? unzstd(bytes) : gunzip(bytes)
  } catch (error) {
    stopped.problem = problemOf(packing, error)
  }
}

export interface OpenedBytes {
  readonly bytes: Bytes
  readonly packing: Packing | undefined
  readonly stopped: Stopped
}

/**
 * Opens a log and unpacks it while it is read.
 *
 * @param name a path, or `-` for `stdin`
 * @param onRead called with the size in bytes of each part that is read, before unpacking
 * @throws EdgeError `log_failed` if the log cannot be read or its packing is not supported
 */
export const openBytes = async (
  name: string,
  stdin: AsyncIterable<Uint8Array | string>,
  onRead: (bytes: number) => void
): Promise<OpenedBytes> => {
  const source: AsyncIterable<Uint8Array | string> =
    name === '-' ? stdin : createReadStream(name, { highWaterMark: READ_BYTES })
  const counted = async function* () {
    try {
      for await (const part of source) {
        const bytes = typeof part === 'string' ? Buffer.from(part) : part
        onRead(bytes.length)
        yield bytes
      }
    } catch (cause) {
      throw failedLog(name, fileReason(cause), cause)
    }
  }
  const { head, all } = await withHead(counted())
  const packing = packingOf(name, head)
  const stopped: Stopped = { problem: undefined }
  return {
    bytes: packing === undefined ? all : unpacked(all, packing, stopped),
    packing,
    stopped,
  }
}
