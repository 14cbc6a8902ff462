import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatIp, parseIp } from '../lists/ip.ts'
import { trustedPeers } from './addresses.ts'
import { forwardedAddress } from './forwarded.ts'
import { elementParameter, lastComma } from './forwarded-element.ts'

const KB = 1024
const PROXY = '10.0.0.1'
const trusted = trustedPeers(['private', '2001:db8:aaaa::/48'])

const read = (headers: Record<string, string>) => {
  const notes: string[] = []
  const reader = (name: string) => (Object.hasOwn(headers, name) ? headers[name] : undefined)
  return { ip: formatIp(forwardedAddress(reader, parseIp(PROXY)!, trusted, notes)), notes }
}
const through = (forwarded: string) => read({ forwarded })

describe('Forwarded', () => {
  test.each([
    // The examples of RFC 7239 §4 and §6.
    ['for=192.0.2.43', '192.0.2.43'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', '192.0.2.60'],
    ['for=192.0.2.43, for=198.51.100.17', '198.51.100.17'],
    ['for="192.0.2.43:47011"', '192.0.2.43'],
    ['for=192.0.2.43, for="[2001:db8:cafe::17]"', '2001:db8:cafe::17'],
    ['for=192.0.2.43, for="[2001:db8:aaaa::17]";proto=https', '192.0.2.43'],
    // names in any case and order, `for` behind the others
    ['FOR=192.0.2.43', '192.0.2.43'],
    ['proto=https;host=shop.test;by="[2001:db8::1]:80";fOr=192.0.2.43', '192.0.2.43'],
    ['secret=x;for=192.0.2.43;x-own="a,b;c=d"', '192.0.2.43'],
    // white space, empty elements and pairs
    [' for=192.0.2.43 ,\tfor=10.0.0.2 ', '192.0.2.43'],
    ['for=192.0.2.43; proto=https ;by=_edge', '192.0.2.43'],
    [',,for=192.0.2.43,,', '192.0.2.43'],
    [';for=192.0.2.43;;', '192.0.2.43'],
    // quotes, escapes, and what is in quotes
    ['for="192.0.2.43"', '192.0.2.43'],
    ['for="\\1\\92.0.2.43"', '192.0.2.43'],
    ['for=192.0.2.43;host="a, for=6.6.6.6"', '192.0.2.43'],
    ['for=192.0.2.43;host="a\\", for=6.6.6.6"', '192.0.2.43'],
    ['for=192.0.2.43;host="a\\\\"', '192.0.2.43'],
    ['for=192.0.2.43;host=";for=6.6.6.6"', '192.0.2.43'],
    // ports, given and made up
    ['for="[2001:db8::9]:_http"', '2001:db8::9'],
    ['for="192.0.2.43:_a.b-c"', '192.0.2.43'],
    // canonical like any other
    ['for="[::ffff:192.0.2.43]"', '192.0.2.43'],
    ['for="[64:ff9b::c000:22b]:80"', '192.0.2.43'],
    // not quoted though it should be
    ['for=[2001:db8::9]:443', '2001:db8::9'],
    ['for=2001:db8::9', '2001:db8::9'],
    // up to the first that is not trusted
    ['for=6.6.6.6, for=192.0.2.43, for=10.0.0.3, for="[2001:db8:aaaa::1]"', '192.0.2.43'],
    ['for=10.0.0.9, for=10.0.0.8', '10.0.0.9'],
    ['', PROXY],
    [', ,', PROXY],
  ])('%s: %s', (value, expected) => {
    expect(through(value)).toEqual({ ip: expected, notes: [] })
  })

  test.each([
    'for',
    'for=',
    'for=""',
    'for =192.0.2.43',
    'for= 192.0.2.43',
    'for="192.0.2.43',
    'for=192.0.2.43"',
    '"for"=192.0.2.43',
    'for="192.0.2.43"x',
    "for='192.0.2.43'",
    'for=192.0.2.43 proto=https',
    'for=192.0.2.43;=x',
    'for=192.0.2.43;proto',
    'for=192.0.2.43;host=a b',
    '192.0.2.43',
    'for:192.0.2.43',
    'for=192.0.2.43;for=192.0.2.44',
    'for=192.0.2.43;FOR=192.0.2.43',
    'for="192.0.2.43\\',
    'for=192.0.2.43;host="a\\"',
    'for=0300.0.2.43',
    'for=192.0.2.43/32',
    'for="[192.0.2.43]"',
    'for="[2001:db8::9"',
    'for=localhost',
    'for="192.0.2.43, 192.0.2.44"',
    'for=192.0.2.43\0',
    'for=１.2.3.4',
  ])('%j is malformed: ignored with a note', (value) => {
    const { ip, notes } = through(`for=192.0.2.1,${value}`)
    // A quote that is left open may reach to the left as far as it likes, never to the right.
    expect([PROXY, '192.0.2.1']).toContain(ip)
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatch(/^forwarded entry ".*" is not an address: ignored$/)
  })

  test.each([
    ['unknown'],
    ['Unknown'],
    ['"unknown"'],
    ['_hidden'],
    ['_SEVKISEK'],
    ['"_gazonk:8080"'],
    ['"unknown:_x"'],
  ])('for=%s hides an address, and earlier elements are not trusted', (node) => {
    expect(through(`for=6.6.6.6, for=${node}`)).toEqual({
      ip: PROXY,
      notes: [
        `forwarded entry ${JSON.stringify(`for=${node}`)} hides an address: earlier entries ignored`,
      ],
    })
    expect(through(`for=6.6.6.6, for=${node}, for=10.0.0.7`).ip).toBe('10.0.0.7')
    expect(through(`for=${node}, for=192.0.2.43`)).toEqual({ ip: '192.0.2.43', notes: [] })
  })

  test('an element without `for` hides one too', () => {
    expect(through('for=6.6.6.6, proto=https;by=10.0.0.1').ip).toBe(PROXY)
  })

  test('X-Forwarded-For accepts `unknown` too', () => {
    expect(read({ 'x-forwarded-for': '6.6.6.6, unknown' })).toEqual({
      ip: PROXY,
      notes: ['x-forwarded-for entry "unknown" hides an address: earlier entries ignored'],
    })
  })
})

describe('Forwarded and X-Forwarded-For', () => {
  test.each<[Record<string, string>, string, string[]]>([
    [{ 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' }, '192.0.2.1', []],
    [{ 'x-forwarded-for': '6.6.6.6, 192.0.2.1', forwarded: 'for="192.0.2.1:80"' }, '192.0.2.1', []],
    [
      { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.2' },
      '192.0.2.1',
      ['forwarded says 192.0.2.2, x-forwarded-for 192.0.2.1: the latter is used'],
    ],
    // What cannot be read does not count, nor is it worth a note beside what can.
    [{ 'x-forwarded-for': '192.0.2.1', forwarded: 'nonsense' }, '192.0.2.1', []],
    [{ 'x-forwarded-for': '192.0.2.1', forwarded: '' }, '192.0.2.1', []],
    [{ 'x-forwarded-for': '', forwarded: 'for=192.0.2.2' }, '192.0.2.2', []],
    [
      { 'x-forwarded-for': 'nonsense', forwarded: 'for=192.0.2.2' },
      '192.0.2.2',
      ['x-forwarded-for entry "nonsense" is not an address: ignored'],
    ],
    // A proxy that keeps its caller to itself does not mean the other header.
    [
      { 'x-forwarded-for': 'unknown', forwarded: 'for=6.6.6.6' },
      PROXY,
      [
        'x-forwarded-for entry "unknown" hides an address: earlier entries ignored',
        `forwarded says 6.6.6.6, x-forwarded-for ${PROXY}: the latter is used`,
      ],
    ],
    [{ 'cf-connecting-ip': '192.0.2.3', forwarded: 'for=192.0.2.2' }, '192.0.2.3', []],
    [{ 'true-client-ip': '192.0.2.3', forwarded: 'for=192.0.2.2' }, '192.0.2.3', []],
  ])('%j: %s', (headers, ip, notes) => {
    expect(read(headers)).toEqual({ ip, notes })
  })
})

describe('64 KB of', () => {
  test.each([
    ['elements of trusted proxies', 'for=10.0.0.2,'.repeat(5 * KB)],
    ['elements of nobody', 'for=x,'.repeat(10 * KB)],
    ['commas', ','.repeat(64 * KB)],
    ['quotes', '"'.repeat(64 * KB)],
    ['an odd number of quotes', `"${'"'.repeat(64 * KB)}`],
    ['backslashes in quotes', `for="${'\\'.repeat(64 * KB)}"`],
    ['escaped quotes', `for="${'\\"'.repeat(32 * KB)}"`],
    ['backslashes and quotes', '\\"\\\\"'.repeat(13 * KB)],
    ['semicolons', ';'.repeat(64 * KB)],
    ['pairs', 'a=b;'.repeat(16 * KB)],
    ['equal signs', '='.repeat(64 * KB)],
    ['a name', `${'f'.repeat(64 * KB)}=1`],
    ['a value', `for=${'1'.repeat(64 * KB)}`],
    ['white space', ' \t'.repeat(32 * KB)],
    ['brackets', `for="${'['.repeat(64 * KB)}"`],
  ])('%s: few steps, few notes', (_what, value) => {
    const { ip, notes } = through(value)
    expect([PROXY, '10.0.0.2']).toContain(ip)
    expect(notes.length).toBeLessThanOrEqual(5)
    expect(Math.max(0, ...notes.map((note) => note.length))).toBeLessThan(200)
  })

  test('elements: only 64 are read', () => {
    expect(through(`for=6.6.6.6${', for=10.0.0.2'.repeat(63)}`).ip).toBe('6.6.6.6')
    expect(through(`for=6.6.6.6${', for=10.0.0.2'.repeat(64)}`)).toEqual({
      ip: '10.0.0.2',
      notes: ['forwarded has more than 64 entries: the others ignored'],
    })
  })
})

describe('any header from a visitor', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.string({
      unit: fc.constantFrom('"', '\\', ',', ';', '=', 'for', 'for="', ' ', '1', '[', '\0'),
    })
  )

  test('the element that the proxy appends is read', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(through(`${text}, for=192.0.2.43`).ip).toBe('192.0.2.43')
        expect(through(`${text}, for="[2001:db8::9]:80";proto=https`).ip).toBe('2001:db8::9')
      }),
      { numRuns: 500 }
    )
  })

  test('nothing throws', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(lastComma(text, text.length)).toBeLessThan(text.length)
        expect(['string', 'undefined']).toContain(typeof elementParameter(text, 'for'))
        expect(through(text).notes.length).toBeLessThanOrEqual(5)
      }),
      { numRuns: 500 }
    )
  })
})
