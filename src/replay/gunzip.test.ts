import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { gunzip, NoGzip } from './gunzip.ts'

const TEXT = Array.from({ length: 3_000 }, (_, i) => `line ${i} ${Math.sin(i)}\n`).join('')
const PART = gzipSync(TEXT)
/** A gzip file whose header has all optional fields. */
const FULL = Buffer.concat([
  Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3]),
  Buffer.from([2, 0, 1, 2]),
  Buffer.from('access.log\0a comment\0'),
  Buffer.from([7, 7]),
  PART.subarray(10),
])

/** Returns the text that `gunzip` yields, and its error if it throws one. */
const read = async (bytes: Uint8Array, size = bytes.length) => {
  const source = async function* () {
    for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
  }
  const parts: Uint8Array[] = []
  try {
    for await (const part of gunzip(source())) parts.push(part)
    return { text: Buffer.concat(parts).toString(), error: undefined }
  } catch (error) {
    return { text: Buffer.concat(parts).toString(), error }
  }
}

const joined = (...parts: readonly Uint8Array[]) => Buffer.concat(parts)

describe('gzip data', () => {
  test.each<[string, Uint8Array, string]>([
    ['one part', PART, TEXT],
    ['several parts', joined(PART, gzipSync('more\n'), FULL), `${TEXT}more\n${TEXT}`],
    ['an empty part', joined(gzipSync(''), gzipSync('a')), 'a'],
    [
      'two parts with zeros between and after them',
      joined(PART, Buffer.alloc(512), gzipSync('more'), Buffer.alloc(3)),
      `${TEXT}more`,
    ],
    ['nothing', Buffer.alloc(0), ''],
  ])('of %s is unpacked from pieces of any length', async (_, bytes, text) => {
    for (const size of [bytes.length, 61, 4_099]) {
      expect(await read(bytes, size || 1)).toEqual({ text, error: undefined })
    }
  })

  test.each<[string, Uint8Array]>([
    ['text', Buffer.from('junk after it\n')],
    ['much', Buffer.alloc(300_000, 'x')],
    ['half a start', Buffer.from([0x1f, 1, 2, 3])],
    ['another method', Buffer.from([0x1f, 0x8b, 7])],
    ['reserved flags', Buffer.from([0x1f, 0x8b, 8, 0xe0, 0, 0])],
  ])('before junk is unpacked completely: %s', async (_, junk) => {
    for (const size of [1 << 20, 61]) {
      const { text, error } = await read(joined(PART, gzipSync('more\n'), junk), size)
      expect(text).toBe(`${TEXT}more\n`)
      expect(error).toBeInstanceOf(NoGzip)
    }
  })

  test.each([1, 5, 12, 14, 25, 30, FULL.length >> 1, FULL.length - 8, FULL.length - 1])(
    'cut off after %i bytes is unpacked up to there, and the error says that it ends early',
    async (length) => {
      const { text, error } = await read(FULL.subarray(0, length))
      expect(error).toEqual(new Error('unexpected end of file'))
      expect(TEXT.startsWith(text)).toBe(true)
      expect(text.length > 0).toBe(length >= FULL.length >> 1)
    }
  )

  test('that is damaged does not count as junk', async () => {
    const damaged = (place: number) => {
      const bytes = Buffer.from(PART)
      bytes[place]! ^= 0xff
      return read(bytes)
    }
    expect((await damaged(2)).error).toEqual(new Error('incorrect header check'))
    expect(await damaged(PART.length - 8)).toEqual({
      text: TEXT,
      error: new Error('incorrect data check'),
    })
    expect(await damaged(PART.length - 1)).toEqual({
      text: TEXT,
      error: new Error('incorrect length check'),
    })
    expect((await damaged(PART.length >> 1)).error).toBeInstanceOf(Error)
  })

  test('is not read further when the reader stops', async () => {
    let isClosed = false
    const source = async function* () {
      try {
        for (;;) yield PART
      } finally {
        isClosed = true
      }
    }
    for await (const _ of gunzip(source())) break
    expect(isClosed).toBe(true)
  })
})
