import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatIp, parseIp } from '../../lists/ip.ts'
import { endOfIp, readV4, readV6 } from './ip-bytes.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** What is read of the text when something follows, as text; and how much of it. */
const read = (text: string, tail = '') => {
  const bytes = bytesOf(text + tail)
  const to = bytes.length - tail.length
  const word = readV4(bytes, 0, to)
  if (word >= 0) return [`${word}`, endOfIp()]
  const ip = readV6(bytes, 0, to)
  return ip === undefined ? undefined : [formatIp(ip), endOfIp()]
}

test.each([
  ['1.2.3.4', ['16909060', 7]],
  ['255.255.255.255', ['4294967295', 15]],
  ['0.0.0.0', ['0', 7]],
  ['1.2.3.4/24', ['16909060', 7]],
  ['1.2.3.4.5', ['16909060', 7]],
  ['::', ['::', 2]],
  ['::1', ['::1', 3]],
  ['1::', ['1::', 3]],
  ['1::/16', ['1::', 3]],
  ['::/0', ['::', 2]],
  ['2001:DB8::f/64', ['2001:db8::f', 11]],
  ['1:2:3:4:5:6:7:8', ['1:2:3:4:5:6:7:8', 15]],
  ['1:2:3:4:5:6:7:8:9', ['1:2:3:4:5:6:7:8', 15]],
  ['1:2:3:4:5:6:7::', ['1:2:3:4:5:6:7:0', 15]],
  ['::2:3:4:5:6:7:8', ['0:2:3:4:5:6:7:8', 15]],
  ['1.2.3', undefined],
  ['1.2.3.256', undefined],
  ['1.2.3.04', undefined],
  ['', undefined],
  [':', undefined],
  [':1', undefined],
  ['1:', undefined],
  ['1:2:3:4:5:6:7', undefined],
  ['1:2:3:4:5:6:7:', undefined],
  [':::', ['::', 2]],
  ['1:::', ['1::', 3]],
  ['1::2::3', undefined],
  ['1:2:3:4::5:6:7:8', undefined],
  ['12345::', undefined],
  ['g::', undefined],
])('%j', (text, expected) => {
  expect(read(text)).toEqual(expected)
})

describe('reading bytes and parsing text agree', () => {
  const piece = fc.constantFrom(
    '0',
    '1',
    'f',
    'F',
    'ab',
    '255',
    '256',
    '.',
    '.',
    ':',
    ':',
    '::',
    '/',
    'g'
  )
  const anything = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''))

  test('on every address, and on other text', () => {
    const seen = { read: 0, not: 0 }
    fc.assert(
      fc.property(
        fc.oneof(anything, fc.ipV6(), fc.ipV4()),
        fc.constantFrom('', ':', '1', '.1'),
        (text, tail) => {
          const ip = parseIp(text)
          const found = read(text, tail)
          const isWhole = found !== undefined && found[1] === text.length
          // A dotted part in IPv6 is left to the parser.
          if (ip?.family === 6 && text.includes('.')) expect(isWhole).toBe(false)
          else
            expect(isWhole && found[0]).toBe(
              ip !== undefined && (ip.family === 4 ? `${ip.d}` : formatIp(ip))
            )
          seen[isWhole ? 'read' : 'not']++
        }
      ),
      { numRuns: 3000 }
    )
    expect(Math.min(seen.read, seen.not)).toBeGreaterThan(500)
  })
})
