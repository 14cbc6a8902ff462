import { brotliDecompressSync, crc32, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PartCoding } from './compress.ts'
import { compressTemplate, MAX_VALUE_BYTES } from './compress.ts'
import { crcAfter, crcOf, crcShift } from './crc32.ts'
import { coders } from './node/coders.ts'

const SEED = 1020
const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync }
const bytes = (text: string) => new TextEncoder().encode(text)
const slot = (text: string) => ({ text, bytes: bytes(text).length })

const roundTrip = (coding: PartCoding, parts: readonly string[], values: readonly string[]) => {
  const places = values.map((_, i) => i)
  const template = compressTemplate(parts.map(bytes), places, coding, coders)!
  return DECODERS[coding](template.fill(values.map(slot))).toString()
}

const joined = (parts: readonly string[], values: readonly string[]) =>
  parts.map((part, i) => part + (values[i] ?? '')).join('')

const LOREM = 'the request was stopped before it reached the site; '

describe.each(['br', 'gzip'] as const)('%s', (coding) => {
  test.each<[string, string[], string[]]>([
    ['one part', ['hello'], []],
    ['nothing at all', [''], []],
    ['a slot between parts', ['<p>', '</p>'], ['1020']],
    ['slots without text between', ['', '', ''], ['a', 'b']],
    ['an empty value', ['<p>', '</p>'], ['']],
    ['the same long text again and again', [LOREM.repeat(50), LOREM.repeat(50), LOREM], ['x', 'y']],
    ['values of the most bytes', ['a', 'b'], ['v'.repeat(MAX_VALUE_BYTES)]],
    [
      'more slots with little between them than a stored block holds',
      Array.from({ length: 41 }, () => 'p'.repeat(31)),
      Array.from({ length: 40 }, () => 'v'.repeat(MAX_VALUE_BYTES)),
    ],
    ['text beyond ASCII', ['é'.repeat(99), '日本', '🙂'], ['ü', '€']],
  ])('%s', (_name, parts, values) => {
    expect(roundTrip(coding, parts, values)).toBe(joined(parts, values))
  })

  test('whatever the parts and values are', () => {
    const words = fc.array(
      fc.constantFrom('error ', 'code ', 'Access denied ', 'q', '\u0000', 'é', '<div class="x">'),
      { maxLength: 400 }
    )
    const text = fc.oneof(
      words.map((list) => list.join('')),
      fc.string({ unit: 'binary', maxLength: 300 })
    )
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), text, (list, first) => {
        const parts = [first, ...list]
        const values = list.map((value) => value.slice(0, 100))
        expect(roundTrip(coding, parts, values)).toBe(joined(parts, values))
      }),
      { seed: SEED, numRuns: 300 }
    )
  })

  test('is smaller than the text', () => {
    const parts = [bytes(LOREM.repeat(100)), bytes(LOREM)]
    const template = compressTemplate(parts, [0], coding, coders)!
    expect(template.fill([slot('x')]).length).toBeLessThan(LOREM.length * 5)
  })

  test('a value may stand in several slots', () => {
    const template = compressTemplate([',', ';', '.', '!'].map(bytes), [0, 1, 0], coding, coders)!
    expect(DECODERS[coding](template.fill([slot('one'), slot('two')])).toString()).toBe(
      ',one;two.one!'
    )
  })

  test('needs a coder', () => {
    expect(compressTemplate([bytes('x')], [], coding, {})).toBeUndefined()
  })
})

describe('CRC-32', () => {
  test.each([
    ['', 0],
    ['123456789', 0xcbf43926],
  ])('of %j', (text, sum) => {
    expect(crcOf(bytes(text)) >>> 0).toBe(sum)
  })

  test('of two texts is known from the sums of both', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.uint8Array(), (tail, head) => {
        const whole = crcAfter(crcOf(head), tail) >>> 0
        expect((crcShift(tail.length)(crcOf(head)) ^ crcOf(tail)) >>> 0).toBe(whole)
        expect(crc32?.(Buffer.concat([head, tail])) ?? whole).toBe(whole)
      }),
      { seed: SEED, numRuns: 300 }
    )
  })
})
