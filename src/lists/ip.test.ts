import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { canonicalIp, compareIp, formatIp, Ip, ipEquals, networkOf, nextIp, parseIp } from './ip.ts'

const ip = (text: string): Ip => {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(`${text} is not an address`)
  return parsed
}

const word = fc.integer({ min: 0, max: 0xffffffff })
/** Addresses with runs of zeros, whose texts are the hardest to get right. */
const sparse = fc.oneof(word, fc.constant(0), fc.integer({ min: 0, max: 0xffff }))
const v4 = word.map((d) => new Ip(4, 0, 0, 0, d))
const v6 = fc.tuple(sparse, sparse, sparse, sparse).map((words) => new Ip(6, ...words))

describe('parseIp', () => {
  test.each([
    ['0.0.0.0', [4, 0, 0, 0, 0]],
    ['192.0.2.1', [4, 0, 0, 0, 0xc0000201]],
    ['255.255.255.255', [4, 0, 0, 0, 0xffffffff]],
    ['::', [6, 0, 0, 0, 0]],
    ['::1', [6, 0, 0, 0, 1]],
    ['1::', [6, 0x10000, 0, 0, 0]],
    ['2001:db8::1', [6, 0x20010db8, 0, 0, 1]],
    ['2001:DB8::A', [6, 0x20010db8, 0, 0, 10]],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', [6, 0x20010db8, 0, 0, 1]],
    ['1:2:3:4:5:6:7:8', [6, 0x10002, 0x30004, 0x50006, 0x70008]],
    ['1:2:3:4:5:6:7::', [6, 0x10002, 0x30004, 0x50006, 0x70000]],
    ['::2:3:4:5:6:7:8', [6, 0x2, 0x30004, 0x50006, 0x70008]],
    ['1:2::7:8', [6, 0x10002, 0, 0, 0x70008]],
    ['::ffff:127.0.0.1', [6, 0, 0, 0xffff, 0x7f000001]],
    ['::ffff:7f00:1', [6, 0, 0, 0xffff, 0x7f000001]],
    ['64:ff9b::192.0.2.1', [6, 0x0064ff9b, 0, 0, 0xc0000201]],
    ['1:2:3:4:5:6:1.2.3.4', [6, 0x10002, 0x30004, 0x50006, 0x01020304]],
    ['1::5:1.2.3.4', [6, 0x10000, 0, 5, 0x01020304]],
    ['0000:0000:0000:0000:0000:ffff:255.255.255.255', [6, 0, 0, 0xffff, 0xffffffff]],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', [6, ...new Array(4).fill(0xffffffff)]],
  ])('%s', (text, [family, a, b, c, d]) => {
    expect(parseIp(text)).toEqual({ family, a, b, c, d })
  })

  test.each([
    // nothing, or not an address
    '',
    ' ',
    'foo',
    'localhost',
    'unknown',
    '_hidden',
    '-',
    'null',
    'undefined',
    // octal, hex, short and whole-number IPv4
    '0177.0.0.1',
    '127.0.0.01',
    '00.0.0.0',
    '192.168.010.1',
    '0x7f.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '127.1',
    '127.0.1',
    '127',
    '1e1.0.0.1',
    // too much or too little
    '256.0.0.1',
    '1.2.3.999999999999999999999',
    '1.2.3.4.5',
    '1.2.3.4.',
    '.1.2.3.4',
    '1..2.3',
    '1.2.3.',
    '-1.2.3.4',
    '+1.2.3.4',
    // white space, also as other Unicode characters
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.4\n',
    '1.2.3.4\0',
    '1.2. 3.4',
    '1.2.3.4\u00a0',
    '::1 ',
    '\t::1',
    // port, brackets, prefix, zone
    '1.2.3.4:5678',
    '[::1]',
    '[::1]:80',
    '[1.2.3.4]',
    '1.2.3.4/24',
    '::1/128',
    'fe80::1%eth0',
    '::ffff:127.0.0.1%eth0',
    '"1.2.3.4"',
    // characters that look like digits, dots and letters
    '１.２.３.４',
    '1。2。3。4',
    '1․2․3․4',
    '١.٢.٣.٤',
    '①.②.③.④',
    'ｆｅ80::1',
    '::ℰ',
    '\u0131::1',
    // IPv6
    ':',
    ':::',
    ':1',
    '1:',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '1:2:3:4::5:6:7:8:9',
    '1::2::3',
    '::1::',
    ':::1',
    '1:::2',
    ':1::2',
    '1::2:',
    '12345::',
    '00001::',
    '0:0:0:0:0:0:0:00000',
    'g::',
    '-1::',
    '0x1::',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::1.2.3.4:5',
    '1.2.3.4::',
    '::1.2.3',
    '::1.2.3.4.5',
    '::1.2.3.256',
    '::01.2.3.4',
    '::0x1.2.3.4',
    '::ffff:127.1',
    '::ffff:0177.0.0.1',
    '::.1.2.3',
    `${'0'.repeat(60)}::1`,
  ])('%j is not an address', (text) => {
    expect(parseIp(text)).toBeUndefined()
  })

  test.each([`::${'1'.repeat(100_000)}`, '1.'.repeat(100_000), ':'.repeat(100_000)])(
    'neither is what begins like one and goes on for 100,000 characters',
    (text) => {
      expect(parseIp(text)).toBeUndefined()
    }
  )

  test('agrees with ipaddr.js on every address', () => {
    fc.assert(
      fc.property(v4, (address) => {
        const bytes = ipaddr.IPv4.parse(formatIp(address)).toByteArray()
        expect(bytes).toEqual([24, 16, 8, 0].map((shift) => (address.d >>> shift) & 255))
        expect(parseIp(formatIp(address))).toEqual(address)
      })
    )
    fc.assert(
      fc.property(v6, (address) => {
        const words = [address.a, address.b, address.c, address.d]
        const groups = words.flatMap((each) => [each >>> 16, each & 0xffff])
        const spelled = new ipaddr.IPv6(groups)
        for (const text of [
          formatIp(address),
          spelled.toNormalizedString(),
          spelled.toRFC5952String().toUpperCase(),
        ]) {
          expect(parseIp(text)).toEqual(address)
          expect(ipaddr.IPv6.parse(text).parts).toEqual(groups)
        }
      })
    )
  })

  test('accepts no text that ipaddr.js refuses, and returns the same address', () => {
    const near = fc
      .array(fc.constantFrom('0', '1', 'f', '10', '255', 'ffff', ':', '::', '.', '%', 'x'), {
        maxLength: 15,
      })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(near, (text) => {
        const parsed = parseIp(text)
        if (parsed === undefined) return
        expect(ipaddr.isValid(text)).toBe(true)
        expect(formatIp(ip(ipaddr.parse(text).toNormalizedString()))).toBe(formatIp(parsed))
      }),
      { numRuns: 2000 }
    )
  })
})

describe('formatIp', () => {
  test.each([
    // RFC 5952 §4 and §5
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['0:0:1:0:0:0:0:0', '0:0:1::'],
    ['::ffff:7f00:1', '::ffff:127.0.0.1'],
    ['::7f00:1', '::7f00:1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['10.0.0.255', '10.0.0.255'],
  ])('%s → %s', (text, canonical) => {
    expect(formatIp(ip(text))).toBe(canonical)
    expect(String(ip(text))).toBe(canonical)
    expect(JSON.stringify(ip(text))).toBe(`"${canonical}"`)
  })
})

describe('canonicalIp', () => {
  test.each([
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::ffff:7f00:1', '127.0.0.1'],
    ['0:0:0:0:0:FFFF:7F00:0001', '127.0.0.1'],
    ['64:ff9b::192.0.2.1', '192.0.2.1'],
    ['64:ff9b::c000:201', '192.0.2.1'],
    ['127.0.0.1', '127.0.0.1'],
  ])('%s is %s', (text, canonical) => {
    expect(formatIp(canonicalIp(ip(text)))).toBe(canonical)
    expect(canonicalIp(ip(text)).family).toBe(4)
  })

  test.each([
    ['::1'],
    ['::'],
    ['::127.0.0.1'],
    ['::ffff:0:127.0.0.1'],
    ['::fffe:127.0.0.1'],
    ['1::ffff:127.0.0.1'],
    ['64:ff9b:1::192.0.2.1'],
    ['64:ff9b::1:0:0:1'],
    ['2002:c000:201::1'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ])('%s stays the same', (text) => {
    expect(canonicalIp(ip(text))).toEqual(ip(text))
  })
})

describe('order', () => {
  test('is the numeric order within one family', () => {
    const big = ({ a, b, c, d }: Ip) =>
      [a, b, c, d].reduce((sum, each) => sum * 2n ** 32n + BigInt(each), 0n)
    for (const family of [v4, v6]) {
      fc.assert(
        fc.property(family, family, (x, y) => {
          const difference = big(x) - big(y)
          const expected = difference > 0n ? 1 : difference < 0n ? -1 : 0
          expect(Math.sign(compareIp(x, y))).toBe(expected)
          expect(ipEquals(x, y)).toBe(expected === 0)
        })
      )
    }
  })

  test('does not exist between families', () => {
    expect(compareIp(ip('0.0.0.1'), ip('::1'))).toBeNaN()
    expect(ipEquals(ip('0.0.0.1'), ip('::1'))).toBe(false)
  })

  test.each([
    ['10.0.0.255', '10.0.1.0'],
    ['255.255.255.255', undefined],
    ['::', '::1'],
    ['::ffff:ffff', '::1:0:0'],
    ['::ffff:ffff:ffff:ffff', '0:0:0:1::'],
    ['0:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '1::'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
  ])('%s is followed by %s', (text, next) => {
    expect(nextIp(ip(text))).toEqual(next === undefined ? undefined : ip(next))
  })
})

describe('networkOf', () => {
  test.each([
    ['10.1.2.3', 8, '10.0.0.0', '10.255.255.255'],
    ['10.1.2.3', 0, '0.0.0.0', '255.255.255.255'],
    ['10.1.2.3', 32, '10.1.2.3', '10.1.2.3'],
    ['200.1.2.3', 1, '128.0.0.0', '255.255.255.255'],
    ['2001:db8::1', 32, '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::1', 0, '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::1', 128, '2001:db8::1', '2001:db8::1'],
    ['2001:db8::1', 127, '2001:db8::', '2001:db8::1'],
    ['2001:db8:0:0:f000::', 65, '2001:db8:0:0:8000::', '2001:db8::ffff:ffff:ffff:ffff'],
  ])('%s/%d is %s to %s', (text, prefix, from, to) => {
    expect(networkOf(ip(text), prefix)).toEqual({ from: ip(from), to: ip(to) })
  })
})
