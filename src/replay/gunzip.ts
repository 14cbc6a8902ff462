import { crc32, createInflateRaw } from 'node:zlib'

/** The size of the data that is unpacked at a time. Its output can be a thousand times as large. */
const PACKED_BYTES = 1 << 15
const INFLATED_BYTES = 1 << 18
const ID1 = 0x1f
const ID2 = 0x8b
const DEFLATE = 8
/** The size of the time, the compression level and the system. Unpacking does not need them. */
const TIME_BYTES = 6
const TRAILER_BYTES = 8
const HAS_CHECK = 2
const HAS_EXTRA = 4
const HAS_NAME = 8
const HAS_COMMENT = 16
const RESERVED = 0xe0
const UINT32 = 2 ** 32

type Bytes = AsyncIterable<Uint8Array>

const endsEarly = () => new Error('unexpected end of file')

/** Reads pieces of any length from a source of bytes. */
class Input {
  readonly #iterator: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(bytes: Bytes) {
    this.#iterator = bytes[Symbol.asyncIterator]()
  }

  /** Returns the next bytes, at most `size`, or an empty array at the end. */
  async some(size: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#iterator.next()
      if (done === true) return this.#rest
      this.#rest = value
    }
    const part = this.#rest.subarray(0, size)
    this.#rest = this.#rest.subarray(part.length)
    return part
  }

  /** Puts back the end of the bytes that `some` returned last. */
  back(rest: Uint8Array): void {
    if (rest.length > 0) this.#rest = Buffer.concat([rest, this.#rest])
  }

  /** Returns exactly `size` bytes. Throws if the data ends before them. */
  async exactly(size: number): Promise<Buffer> {
    const parts: Uint8Array[] = []
    for (let missing = size; missing > 0; ) {
      const part = await this.some(missing)
      if (part.length === 0) throw endsEarly()
      parts.push(part)
      missing -= part.length
    }
    return Buffer.concat(parts)
  }

  /** Returns the next byte, or `undefined` at the end. */
  async byte(): Promise<number | undefined> {
    return (await this.some(1))[0]
  }

  /** Returns the next byte. Throws if the data ends before it. */
  async next(): Promise<number> {
    const byte = await this.byte()
    if (byte === undefined) throw endsEarly()
    return byte
  }

  /** Skips a text and the zero byte that ends it. */
  async skipText(): Promise<void> {
    for (;;) if ((await this.next()) === 0) return
  }

  close(): Promise<unknown> {
    return this.#iterator.return?.() ?? Promise.resolve()
  }
}

/** Thrown if other data follows the last part. */
export class NoGzip extends Error {}

/** Reads the header of a part. Returns false if the data ends before it. */
const readHeader = async (input: Input, isFirst: boolean): Promise<boolean> => {
  let first = await input.byte()
  // Tapes and some writers pad the data with zeros.
  while (first === 0) first = await input.byte()
  if (first === undefined) return false
  // Junk after the last part can be shorter than a header, so the header is read byte by byte.
  const isPart = first === ID1 && (await input.next()) === ID2 && (await input.next()) === DEFLATE
  const flags = isPart ? await input.next() : RESERVED
  if ((flags & RESERVED) !== 0) throw isFirst ? new Error('incorrect header check') : new NoGzip()
  await input.exactly(TIME_BYTES)
  if ((flags & HAS_EXTRA) !== 0) {
    await input.exactly((await input.exactly(2)).readUInt16LE())
  }
  if ((flags & HAS_NAME) !== 0) await input.skipText()
  if ((flags & HAS_COMMENT) !== 0) await input.skipText()
  if ((flags & HAS_CHECK) !== 0) await input.exactly(2)
  return true
}

/** Unpacks one part and checks its trailer. Throws if the part is damaged or ends too early. */
const inflatePart = async function* (input: Input): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: INFLATED_BYTES })
  let ready: Uint8Array[] = []
  let resume = () => {}
  let failure: Error | undefined
  inflate.on('data', (part: Uint8Array) => ready.push(part))
  inflate.on('error', (error) => {
    failure = error
    resume()
  })
  const write = (part: Uint8Array) =>
    new Promise<void>((resolve) => {
      resume = resolve
      inflate.write(part, () => resolve())
    })
  let sum = 0
  let length = 0
  let consumed = 0
  try {
    for (let isEnded = false; !isEnded; ) {
      const part = await input.some(PACKED_BYTES)
      if (part.length === 0) throw endsEarly()
      await write(part)
      for (const unpacked of ready) {
        sum = crc32(unpacked, sum)
        length += unpacked.length
        yield unpacked
      }
      ready = []
      if (failure !== undefined) throw failure
      const used = inflate.bytesWritten - consumed
      consumed += used
      isEnded = used < part.length
      input.back(part.subarray(used))
    }
  } finally {
    inflate.destroy()
  }
  const trailer = await input.exactly(TRAILER_BYTES)
  if (trailer.readUInt32LE(0) !== sum) throw new Error('incorrect data check')
  if (trailer.readUInt32LE(4) !== length % UINT32) throw new Error('incorrect length check')
}

/**
 * Unpacks gzip data of one or more parts. Node's own stream would drop output if junk follows the last part.
 *
 * @throws NoGzip if other data follows the last part; Error if a part is damaged or ends too early
 */
export const gunzip = async function* (bytes: Bytes): AsyncGenerator<Uint8Array> {
  const input = new Input(bytes)
  try {
    for (let isFirst = true; await readHeader(input, isFirst); isFirst = false) {
      yield* inflatePart(input)
    }
  } finally {
    await input.close()
  }
}
