import { describe, expect, test } from 'vitest'
import { KeyHash, TAG } from './key-hash.ts'

const [KEY0, KEY1] = [0x03020100, 0x07060504]

const hex = ({ high, low }: KeyHash) => {
  const bytes = new DataView(new ArrayBuffer(8))
  bytes.setUint32(0, high, true)
  bytes.setUint32(4, low, true)
  return Buffer.from(bytes.buffer).toString('hex')
}

/** Words of the bytes 0, 1, 2 … as the reference's vectors have them. */
const wordsTo = (bytes: number) =>
  Array.from({ length: bytes / 4 }, (_, i) => 0x03020100 + i * 0x04040404)

describe('the hash of a key', () => {
  test.each([
    [0, '218d1f59b9b83cc8'],
    [4, 'd5e78a175be52ea1'],
    [8, 'edfee820bce4858c'],
    [16, '7336aad25f7bf3b5'],
  ])('of %i bytes is that of the reference', (bytes, expected) => {
    const hash = new KeyHash(KEY0, KEY1)
    for (const word of wordsTo(bytes)) hash.word(word)
    expect(hex(hash.end())).toBe(expected)
  })

  const of = (feed: (hash: KeyHash) => void, key1 = KEY1) => {
    const hash = new KeyHash(KEY0, key1)
    feed(hash)
    return hex(hash.end())
  }

  test('differs with each character, length, border and type, and with the secret', () => {
    const hashes = [
      of((hash) => hash.text('')),
      of((hash) => hash.text('abcd')),
      of((hash) => hash.text('abce')),
      of((hash) => hash.text('abcde')),
      of((hash) => hash.text('abcd\0')),
      of((hash) => hash.text('ab').text('cd')),
      of((hash) => hash.text('abc').text('d')),
      of((hash) => hash.text('abcd').text('')),
      of((hash) => hash.tag(TAG.absent)),
      of((hash) => hash.tag(TAG.integer).word(1)),
      of((hash) => hash.text('1')),
      of((hash) => hash.text('abcd'), KEY1 + 1),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('goes on where another began', () => {
    const hash = new KeyHash(KEY0, KEY1)
    const start = hash.text('login').state
    const [first, second, again] = ['192.0.2.1', '192.0.2.2', '192.0.2.1'].map((ip) =>
      hex(hash.begin(start).text(ip).end())
    )
    expect(first).toBe(of((one) => one.text('login').text('192.0.2.1')))
    expect(again).toBe(first)
    expect(second).not.toBe(first)
  })
})
