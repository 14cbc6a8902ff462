import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { formatIp, Ip, parseIp } from '../../lists/ip.ts'
import { isCountry } from '../countries.ts'
import { geoipLite } from './geoip-lite.ts'

const require = createRequire(import.meta.url)
const DATA = join(dirname(require.resolve('geoip-lite/package.json')), 'data')
const FILES = ['geoip-country.dat', 'geoip-country6.dat'] as const
const V4_RECORD = 10
const V6_RECORD = 34

const dir = mkdtempSync(join(tmpdir(), 'edge1020-geo-'))
afterAll(() => rmSync(dir, { recursive: true }))

/** A folder with these files in it. */
const folder = (name: string, files: Record<string, Uint8Array | string>) => {
  const path = mkdtempSync(join(dir, name))
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes)
  return path
}

const country = (text: string, source = geoipLite()) => source.lookup(parseIp(text)!)?.country

const failure = (run: () => unknown): EdgeError => {
  try {
    run()
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('country data of geoip-lite', () => {
  const geo = geoipLite()

  test.each([
    ['175.45.176.1', 'KP'],
    ['8.8.8.8', 'US'],
    ['2001:4860:4860::8888', 'US'],
    ['1.1.1.1', undefined],
    ['3000::1', undefined],
    ['10.0.0.1', undefined],
    ['127.0.0.1', undefined],
    ['0.0.0.0', undefined],
    ['255.255.255.255', undefined],
    ['::', undefined],
    ['::1', undefined],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
    // A /64 that the file has as a /48, with networks of another country in it: geoip-lite says GB to the third.
    ['2a03:8da0::1', 'GB'],
    ['2a03:8da0:0:1::', 'CZ'],
    ['2a03:8da0:0:8000::', 'CZ'],
  ])('%s: %s', (text, expected) => {
    expect(country(text, geo)).toBe(expected)
  })

  // The package is pinned: whoever raises its version has to look at the data's date and licence again.
  test('has the date of the pinned package', () => {
    expect(require('geoip-lite/package.json').version).toBe('1.4.10')
    expect(geoipLite().date).toBe('2023-11-15')
    expect(geoipLite({ dir: folder('undated', {}) }).date).toBe('')
  })

  test('has only countries known to the edge', () => {
    const seen = new Set(
      FILES.flatMap((file, i) => {
        const bytes = readFileSync(join(DATA, file))
        const size = [V4_RECORD, V6_RECORD][i]!
        return Array.from({ length: bytes.length / size }, (_, record) =>
          bytes.toString('latin1', (record + 1) * size - 2, (record + 1) * size)
        )
      })
    )
    expect(seen.size).toBe(250)
    expect([...seen].filter((code) => !isCountry(code))).toEqual([])
  })
})

describe('look-ups agree with geoip-lite', () => {
  const geo = geoipLite()
  let geoipLookup: (text: string) => string | undefined

  // With a folder of only the country files it loads no cities, 148 MB.
  beforeAll(() => {
    const only = mkdtempSync(join(dir, 'only'))
    for (const file of FILES) symlinkSync(join(DATA, file), join(only, file))
    process.env.GEODATADIR = only
    const { lookup } = require('geoip-lite') as {
      lookup(text: string): { country: string } | null
    }
    delete process.env.GEODATADIR
    geoipLookup = (text) => lookup(text)?.country || undefined
  })

  const random = () => Math.floor(Math.random() * 0x1_0000_0000)

  /** geoip-lite misreads `::` in the middle of an address. */
  const spelledOut = ({ a, b, c, d }: Ip) =>
    [a, b, c, d]
      .flatMap((word) => [word >>> 16, word & 0xffff])
      .map((group) => group.toString(16))
      .join(':')

  const differing = (addresses: readonly Ip[], text: (ip: Ip) => string) =>
    addresses
      .filter((ip) => geo.lookup(ip)?.country !== geoipLookup(text(ip)))
      .map((ip) => `${text(ip)}: ${geo.lookup(ip)?.country}, not ${geoipLookup(text(ip))}`)

  test('on random IPv4 addresses', () => {
    const addresses = Array.from({ length: 5000 }, () => new Ip(4, 0, 0, 0, random()))
    expect(differing(addresses, formatIp)).toEqual([])
  })

  test('at the ends of IPv4 networks', () => {
    const bytes = readFileSync(join(DATA, FILES[0]))
    const addresses: Ip[] = []
    for (let record = 0; record < bytes.length; record += 151 * V4_RECORD) {
      const [from, to] = [bytes.readUInt32BE(record), bytes.readUInt32BE(record + 4)]
      for (const d of [from - 1, from, to, (to + 1) >>> 0]) addresses.push(new Ip(4, 0, 0, 0, d))
    }
    expect(addresses.length).toBeGreaterThan(10_000)
    expect(differing(addresses, formatIp)).toEqual([])
  })

  test('on random IPv6 addresses and at the ends of IPv6 networks', () => {
    const bytes = readFileSync(join(DATA, FILES[1]))
    const addresses: Ip[] = []
    // Records that overlap, 20 of them: there geoip-lite's answer is a matter of chance.
    const overlaps: bigint[] = []
    for (let next = V6_RECORD; next < bytes.length; next += V6_RECORD) {
      const end = bytes.readBigUInt64BE(next - V6_RECORD + 16)
      if (bytes.readBigUInt64BE(next) <= end) overlaps.push(end >> 16n)
    }
    expect(overlaps).toHaveLength(20)
    for (let record = 0; record < bytes.length; record += 101 * V6_RECORD) {
      if (overlaps.includes(bytes.readBigUInt64BE(record) >> 16n)) continue
      const word = (at: number) => bytes.readUInt32BE(record + at)
      addresses.push(
        new Ip(6, word(0), word(4), 0, 0),
        new Ip(6, word(16), word(20), 0xffffffff, 0xffffffff),
        new Ip(6, word(0), (word(4) - 1) >>> 0, random(), random()),
        new Ip(6, word(16), (word(20) + 1) >>> 0, random(), random()),
        new Ip(6, word(0), random(), random(), random())
      )
    }
    expect(addresses.length).toBeGreaterThan(10_000)
    expect(differing(addresses, spelledOut)).toEqual([])
  })
})

/** A record of the IPv4 file. */
const v4 = (from: string, to: string, code: string) => {
  const bytes = Buffer.alloc(V4_RECORD)
  bytes.writeUInt32BE(parseIp(from)!.d, 0)
  bytes.writeUInt32BE(parseIp(to)!.d, 4)
  bytes.write(code, 8, 'latin1')
  return bytes
}

const v6 = (from: string, to: string, code: string) => {
  const bytes = Buffer.alloc(V6_RECORD)
  for (const [at, text] of [
    [0, from],
    [16, to],
  ] as const) {
    const { a, b, c, d } = parseIp(text)!
    for (const [i, word] of [a, b, c, d].entries()) bytes.writeUInt32BE(word, at + i * 4)
  }
  bytes.write(code, 32, 'latin1')
  return bytes
}

describe('custom data', () => {
  const LAST = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'
  const own = geoipLite({
    dir: folder('own', {
      [FILES[0]]: Buffer.concat([
        v4('1.0.0.0', '1.0.0.255', 'AU'),
        v4('1.0.1.0', '1.0.1.255', 'AU'),
        v4('1.0.3.0', '1.0.3.255', '\0\0'),
        v4('1.0.4.0', '1.0.4.255', 'JP'),
        v4('255.255.255.0', '255.255.255.255', 'FR'),
      ]),
      [FILES[1]]: Buffer.concat([
        v6('2001:db8::', '2001:db8:0:ffff:ffff:ffff:ffff:ffff', 'SG'),
        v6('2001:db8:0:1::', '2001:db8:0:1:ffff:ffff:ffff:ffff', 'SE'),
        v6('2001:db8:0:3::', '2001:db8:0:3:ffff:ffff:ffff:ffff', 'NO'),
        v6('ffff:ffff:ffff:ffff::', LAST, 'FR'),
      ]),
    }),
  })

  test.each([
    ['0.255.255.255', undefined],
    ['1.0.0.0', 'AU'],
    ['1.0.1.255', 'AU'],
    ['1.0.2.0', undefined],
    ['1.0.3.1', undefined],
    ['1.0.4.0', 'JP'],
    ['1.0.5.0', undefined],
    ['255.255.255.255', 'FR'],
    ['2001:db8::1', 'SG'],
    ['2001:db8:0:1::5', 'SE'],
    ['2001:db8:0:2::', undefined],
    ['2001:db8:0:3:ffff::', 'NO'],
    ['2001:db8:0:4::', undefined],
    [LAST, 'FR'],
  ])('%s: %s', (text, expected) => {
    expect(country(text, own)).toBe(expected)
  })
})

describe('unreadable data', () => {
  const good = v4('1.0.0.0', '1.0.0.255', 'AU')
  const good6 = v6('2001:db8::', '2001:db8::', 'AU')

  test.each<[string, Record<string, Uint8Array>, string]>([
    ['missing', {}, 'ENOENT'],
    ['of IPv4 alone', { [FILES[0]]: good }, FILES[1]],
    ['empty', { [FILES[0]]: Buffer.alloc(0), [FILES[1]]: good6 }, '0 bytes'],
    [
      'cut off',
      { [FILES[0]]: good.subarray(1), [FILES[1]]: good6 },
      '9 bytes are not records of 10',
    ],
    [
      'not countries',
      { [FILES[0]]: v4('1.0.0.0', '1.0.0.1', '<!'), [FILES[1]]: good6 },
      '"<!" is not a country',
    ],
    [
      'of hundreds of countries',
      {
        [FILES[0]]: Buffer.concat(
          Array.from({ length: 256 }, (_, i) =>
            v4(`1.0.${i}.0`, `1.0.${i}.9`, String.fromCharCode(65 + (i >> 4), 65 + (i & 15)))
          )
        ),
        [FILES[1]]: good6,
      },
      'too many countries',
    ],
    [
      'out of order',
      { [FILES[0]]: Buffer.concat([v4('2.0.0.0', '2.0.0.1', 'AU'), good]), [FILES[1]]: good6 },
      'the record at byte 10 begins before the one that precedes it',
    ],
    [
      'of IPv6 in the IPv4 file',
      { [FILES[0]]: Buffer.concat([good6, good6, good6, good6, good6]), [FILES[1]]: good6 },
      'record',
    ],
  ])('%s: the error names the file', (_name, files, reason) => {
    const path = folder('bad', files)
    const error = failure(() => geoipLite({ dir: path }).open!())
    expect(error.code).toBe('geo_failed')
    expect(error.message).toContain(path)
    expect(error.message).toContain(reason)
  })

  test('fails each look-up in the same way, until the data can be opened', () => {
    const path = folder('late', { [FILES[0]]: good })
    const geo = geoipLite({ dir: path })
    const first = failure(() => country('1.0.0.1', geo))
    writeFileSync(join(path, FILES[1]), good6)
    expect(failure(() => country('1.0.0.1', geo))).toBe(first)
    geo.open!()
    expect(country('1.0.0.1', geo)).toBe('AU')
  })

  test('is not read before the first look-up', () => {
    expect(() => geoipLite({ dir: '/nowhere' }).date).not.toThrow()
    expect(geoipLite({ dir: '/nowhere' })).toMatchObject({ name: 'geoip-lite', date: '' })
  })
})
