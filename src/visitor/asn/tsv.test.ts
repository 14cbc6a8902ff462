import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { formatIp, Ip, parseIp } from '../../lists/ip.ts'
import { IP2ASN, IP2ASN_ENTRIES, IP2ASN_V4, IP2ASN_V6, tsv } from './ip2asn.fixture.ts'
import { asnTable } from './table.ts'
import { parseAsnTsv } from './tsv.ts'

const FILE = 'ip2asn.tsv'

const tableOf = (bytes: Uint8Array) => asnTable(parseAsnTsv(bytes, { file: FILE }))

const problemOf = (bytes: Uint8Array): EdgeError => {
  try {
    parseAsnTsv(bytes, { file: FILE })
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('every network of the file is found', () => {
  const { lookup, entries } = tableOf(IP2ASN)

  test.each([...IP2ASN_V4, ...IP2ASN_V6].map((line) => line.split('\t')))(
    '%s – %s: AS%s',
    (from, to, asn, _, name) => {
      const expected = asn === '0' ? undefined : { asn: Number(asn), name }
      expect(lookup(parseIp(from!)!)).toEqual(expected)
      expect(lookup(parseIp(to!)!)).toEqual(expected)
    }
  )

  test.each([
    ['before the first', '0.255.255.255'],
    ['in a gap', '1.0.4.0'],
    ['just behind one', '45.56.64.0'],
    ['between the last two', '223.255.255.255'],
    ['in a gap of IPv6', '2001:4860:4860::8889'],
    ['just before one of IPv6', '2606:46ff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['just behind one of IPv6', '2001:4861::'],
  ])('finds no network %s', (_, text) => {
    expect(lookup(parseIp(text)!)).toBeUndefined()
  })

  test('counts networks, without unassigned addresses', () => {
    expect(entries).toBe(IP2ASN_ENTRIES)
  })

  test('returns the same object each time', () => {
    expect(lookup(parseIp('1.1.1.2')!)).toBe(lookup(parseIp('1.0.0.7')!))
  })
})

test('accepts either family alone, and any order', () => {
  expect(tableOf(tsv(...IP2ASN_V4)).lookup(parseIp('2606:4700::1')!)).toBeUndefined()
  expect(tableOf(tsv(...IP2ASN_V6)).lookup(parseIp('8.8.8.8')!)).toBeUndefined()
  const swapped = tableOf(tsv(...IP2ASN_V6, ...IP2ASN_V4))
  expect(swapped.lookup(parseIp('8.8.8.8')!)?.asn).toBe(15169)
  expect(swapped.lookup(parseIp('2606:4700::1')!)?.asn).toBe(13335)
})

test.each([
  [
    'Windows line ends',
    '1.0.0.0\t1.0.0.255\t64500\tZZ\tNET\r\n\r\n2.0.0.0\t2.0.0.255\t64501\tZZ\tNEXT\r\n',
  ],
  [
    'no end of the last line',
    '1.0.0.0\t1.0.0.255\t64500\tZZ\tNET\n2.0.0.0\t2.0.0.255\t64501\tZZ\tNEXT',
  ],
])('%s', (_, text) => {
  const { lookup } = tableOf(new TextEncoder().encode(text))
  expect(lookup(parseIp('1.0.0.9')!)).toEqual({ asn: 64500, name: 'NET' })
  expect(lookup(parseIp('2.0.0.9')!)).toEqual({ asn: 64501, name: 'NEXT' })
  expect(lookup(parseIp('3.0.0.9')!)).toBeUndefined()
})

test('thousands of IPv6 networks', () => {
  const group = (i: number) => i.toString(16)
  const lines = Array.from(
    { length: 5_000 },
    (_, i) =>
      `2001:db8:${group(i)}::\t2001:db8:${group(i)}:ffff:ffff:ffff:ffff:ffff\t${i + 1}\tZZ\tÑ-${i}`
  )
  const { lookup } = tableOf(tsv(...lines))
  for (let i = 0; i < lines.length; i++) {
    expect(lookup(parseIp(`2001:db8:${group(i)}::7`)!)).toEqual({ asn: i + 1, name: `Ñ-${i}` })
  }
})

test('IPv6 networks of whole /64s need only half the columns', () => {
  const { map } = parseAsnTsv(tsv('2001:db8::\t2001:db8:0:0:ffff:ffff:ffff:ffff\t64500\tZZ\tNET'), {
    file: FILE,
  })
  expect(map.v6.c).toBeUndefined()
  expect(map.v6.a).toHaveLength(2)
})

const GOOD = '1.0.0.0\t1.0.0.255\t64500\tZZ\tNET'

describe('errors contain the place', () => {
  test.each<[string, string, string, number, number]>([
    ['an address', '1.0.0.256\t1.0.1.0\t1\tZZ\tN', '"1.0.0.256": expected an IP address', 1, 9],
    ['octal digits', '01.2.3.4\t1.2.3.5\t1\tZZ\tN', '"01.2.3.4": expected an IP address', 1, 8],
    ['a short address', '9.2.3\t9.2.4\t1\tZZ\tN', '"9.2.3": expected an IP address', 1, 5],
    ['no address', '\t9.2.4.0\t1\tZZ\tN', '"": expected an IP address', 1, 1],
    ['a last address', '9.0.0.0\t9.0.0\t1\tZZ\tN', '"9.0.0": expected an IPv4 address', 9, 5],
    ['two families', '9.0.0.0\t::9\t1\tZZ\tN', '"::9": expected an IPv4 address', 9, 3],
    [
      'families the other way',
      '::9\t9.0.0.0\t1\tZZ\tN',
      '"9.0.0.0": expected an IPv6 address',
      5,
      7,
    ],
    ['a network', '9.0.0.0/8\t9.0.0.9\t1\tZZ\tN', '"9.0.0.0/8": expected an IP address', 1, 9],
    [
      'an ASN',
      '9.0.0.0\t9.0.0.9\tAS1\tZZ\tN',
      '"AS1": expected an autonomous system number',
      17,
      3,
    ],
    ['no ASN', '9.0.0.0\t9.0.0.9\t\tZZ\tN', '"": expected an autonomous system number', 17, 1],
    [
      'a great ASN',
      '9.0.0.0\t9.0.0.9\t4294967296\tZZ\tN',
      '"4294967296": expected an autonomous system number',
      17,
      10,
    ],
    [
      'a range backwards',
      '9.0.0.9\t9.0.0.0\t1\tZZ\tN',
      '"9.0.0.0": the range ends before it begins',
      9,
      7,
    ],
    [
      'an IPv6 range backwards',
      '::9\t::1\t1\tZZ\tN',
      '"::1": the range ends before it begins',
      5,
      3,
    ],
    [
      'another format',
      '<!DOCTYPE html>',
      '"<!DOCTYPE html>": expected from, to, ASN, country and name, with tabs between them',
      1,
      15,
    ],
    [
      'fields that are missing',
      '9.0.0.0\t9.0.0.9\t1\tZZ',
      '"9.0.0.0\\t9.0.0.9\\t1\\tZZ": expected from, to, ASN, country and name, with tabs between them',
      1,
      20,
    ],
    [
      'disorder',
      '0.0.0.0\t0.0.0.9\t1\tZZ\tN',
      '"0.0.0.0": expected ascending ranges: this one starts before the end of the previous one',
      1,
      7,
    ],
    [
      'an overlap',
      '1.0.0.255\t1.0.1.9\t1\tZZ\tN',
      '"1.0.0.255": expected ascending ranges: this one starts before the end of the previous one',
      1,
      9,
    ],
  ])('%s', (_, line, message, column, length) => {
    const { code, message: whole, diagnostics } = problemOf(tsv(GOOD, line))
    expect(code).toBe('asn_failed')
    expect(whole).toBe(`${FILE}:2: ${message}`)
    expect(diagnostics).toEqual([
      {
        code: 'asn_failed',
        severity: 'error',
        message,
        file: FILE,
        line: 2,
        column,
        length,
        sourceLine: line,
      },
    ])
  })

  test.each([
    ['overlapping IPv6', ['::1\t::9\t1\tZZ\tN', '::9\t::a\t1\tZZ\tN']],
    [
      'what follows the last IPv6 address',
      ['::\tffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\t1\tZZ\tN', '::1\t::1\t1\tZZ\tN'],
    ],
    [
      'what follows the last IPv4 address',
      ['9.0.0.0\t255.255.255.255\t1\tZZ\tN', '255.255.255.255\t255.255.255.255\t1\tZZ\tN'],
    ],
  ])('%s', (_, lines) => {
    expect(problemOf(tsv(...lines)).message).toContain(`${FILE}:2: `)
  })

  test.each([
    ['nothing', ''],
    ['empty lines', '\n\r\n\n'],
    ['nobody', '1.0.0.0\t1.0.0.255\t0\tNone\tNot routed\n'],
  ])('%s', (_, text) => {
    expect(problemOf(new TextEncoder().encode(text)).message).toBe(
      `${FILE}: expected lines of from, to, ASN, country and name, with tabs between them; it has no network`
    )
  })

  test('long lines are cut short', () => {
    const { message, diagnostics } = problemOf(tsv('x'.repeat(10_000)))
    expect(message.length).toBeLessThan(300)
    expect(diagnostics[0]!.sourceLine.length).toBeLessThanOrEqual(200)
    expect(diagnostics[0]!.length).toBeLessThanOrEqual(200)
  })
})

const v4 = (word: number) => new Ip(4, 0, 0, 0, word >>> 0)

/** Gaps between networks and their lengths in turn, over few addresses so that they often touch. */
const steps = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 3 }), fc.nat({ max: 2 })), {
  minLength: 1,
  maxLength: 40,
})

test('returns the same results as a linear search', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 0xffff_ff00), fc.boolean(), (networks, base, isV6) => {
      const at = (n: number) =>
        isV6 ? new Ip(6, 0x20010db8, 0, n >>> 4, ((n & 15) * 0x1000_0000) >>> 0) : v4(base + n)
      const lines: string[] = []
      const owners: number[] = []
      for (const [gap, length, asn] of networks) {
        const from = owners.length + gap
        const to = from + length
        if (!isV6 && base + to > 0xffff_ffff) break
        for (let n = owners.length; n < from; n++) owners.push(0)
        for (let n = from; n <= to; n++) owners.push(asn)
        lines.push(`${formatIp(at(from))}\t${formatIp(at(to))}\t${asn}\tZZ\tNET-${asn}`)
      }
      if (owners.every((asn) => asn === 0)) return
      const { lookup } = tableOf(tsv(...lines))
      for (const [n, asn] of owners.entries()) expect(lookup(at(n))?.asn ?? 0).toBe(asn)
      if (isV6 || base + owners.length <= 0xffff_ffff)
        expect(lookup(at(owners.length))).toBeUndefined()
    })
  )
})
