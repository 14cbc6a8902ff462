import { describe, expect, test } from 'vitest'
import { refusal } from './feeds.fixture.ts'
import { parseFeed } from './parse.ts'
import type { FeedFormat } from './spec.ts'
import { FEED_FORMATS } from './spec.ts'
import { MAX_FEED_BYTES } from './text.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const utf8 = (text: string) => new TextEncoder().encode(text)
const utf16 = (text: string) =>
  Uint8Array.from([...text].flatMap((char) => [char.charCodeAt(0), 0]))

describe('errors name other kinds of files', () => {
  test.each([
    ['gzip', bytes(0x1f, 0x8b, 8, 0, 0), 'it is compressed by gzip: unpack it first'],
    ['zip', bytes(0x50, 0x4b, 3, 4, 0), 'it is a zip archive: unpack it first'],
    ['xz', bytes(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), 'it is compressed by xz: unpack it first'],
    ['bzip2', utf8('BZh9'), 'it is compressed by bzip2: unpack it first'],
    ['zstd', bytes(0x28, 0xb5, 0x2f, 0xfd), 'it is compressed by zstd: unpack it first'],
    ['UTF-16', bytes(0xff, 0xfe, ...utf16('1.2.3.4')), 'it is UTF-16 text: expected UTF-8'],
    ['UTF-16, big end first', bytes(0xfe, 0xff, 0, 49), 'it is UTF-16 text: expected UTF-8'],
    ['UTF-16 without a mark', utf16('1.2.3.4\n'), 'it has a NUL at byte 1, expected text in UTF-8'],
    [
      'a NUL far behind',
      utf8(`${'198.51.100.1\n'.repeat(1000)}\0`),
      'it has a NUL at byte 13000, expected text in UTF-8',
    ],
  ])('%s', (_, content, problem) => {
    expect(refusal(() => parseFeed(content, { file: 'x.txt' }))).toEqual([
      'invalid_feed',
      `feed x.txt: ${problem}`,
    ])
  })

  test('too large', () => {
    expect(refusal(() => parseFeed(new Uint8Array(MAX_FEED_BYTES + 1), { file: 'x' }))).toEqual([
      'invalid_feed',
      'feed x: it has 134217729 bytes, expected at most 128 MB',
    ])
  })
})

const LINE_BYTES = 64 * 1024 * 1024

describe('a line of 64 MB', () => {
  const check = (piece: string, format?: FeedFormat) => {
    const line = Buffer.alloc(LINE_BYTES, piece)
    const [code, message] = refusal(() => parseFeed(line, { file: 'x', format })) ?? []
    expect(code).toBe('invalid_feed')
    expect(message!.length).toBeLessThan(400)
  }

  test.each(['1', '1.2.3.4 ', '{', '"', 'ip,', ':', ' ', 'AS'])('of %j is refused', (piece) => {
    check(piece)
  })

  test.each(FEED_FORMATS)('is refused as %s', (format) => {
    check('1.2.3.4,', format)
  })

  test('is one unreadable line among others', () => {
    const content = utf8(`${'198.51.100.1\n'.repeat(50)}${'9'.repeat(20_000)}\n198.51.100.2`)
    const { entries, problems } = parseFeed(content, { file: 'x' })
    expect(entries).toBe(51)
    expect(problems).toEqual([`x:51: "${'9'.repeat(64)}…": expected a line of at most 16384 bytes`])
  })
})

test('control characters in a line do not reach a terminal', () => {
  const content = utf8(`${'198.51.100.1\n'.repeat(50)}\u001b[31mred\u0007\u009b\n`)
  const [problem] = parseFeed(content, { file: 'x' }).problems
  expect(problem).toContain('x:51: "[31mred')
  expect(problem).not.toMatch(/[\u0000-\u001f]/)
})
