import { describe, expect, test } from 'vitest'
import { lineChunks } from './chunks.ts'

const cut = async (parts: readonly (string | Uint8Array)[], size = 16, maxLine = 8) => {
  const bytes = async function* () {
    for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part
  }
  const chunks: string[] = []
  for await (const chunk of lineChunks(bytes(), size, maxLine)) {
    chunks.push(Buffer.from(chunk).toString())
  }
  return chunks
}

describe('chunks', () => {
  test.each([
    [['a\nb\n'], ['a\nb\n']],
    [['a\nb'], ['a\nb']],
    [[], []],
    [
      ['12345\n', '12345\n', '12345\n'],
      ['12345\n12345\n', '12345\n'],
    ],
    [['1234567\n1234567\nab\n'], ['1234567\n1234567\n', 'ab\n']],
    [['a', 'b', '\n', 'c'], ['ab\nc']],
  ])('of %j are whole lines: %j', async (parts, chunks) => {
    expect(await cut(parts)).toEqual(chunks)
  })

  test('a line that is too long is cut off, and the next one is whole', async () => {
    const long = 'x'.repeat(100)
    expect((await cut([`${long}\nok\n`])).join('')).toBe('xxxxxxxx\nok\n')
    expect((await cut([long, long, long, '\nok\n'])).join('')).toBe('xxxxxxxx\nok\n')
    expect((await cut([long, long])).join('')).toBe('xxxxxxxx')
  })

  test('a byte order mark is left out at the start and kept elsewhere', async () => {
    const mark = Buffer.from([0xef, 0xbb, 0xbf])
    expect(await cut([Buffer.concat([mark, Buffer.from('a\n')])])).toEqual(['a\n'])
    expect(await cut(['a\n', mark])).toEqual(['a\n\ufeff'])
  })
})
