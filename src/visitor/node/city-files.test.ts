import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { formatIp, Ip, parseIp } from '../../lists/ip.ts'
import type { FindPlace } from './city-files.ts'
import { readCityFiles } from './city-files.ts'
import { geoipLite } from './geoip-lite.ts'

const require = createRequire(import.meta.url)
const DATA = join(dirname(require.resolve('geoip-lite/package.json')), 'data')
const NAMES = 'geoip-city-names.dat'
const V4 = 'geoip-city.dat'
const V6 = 'geoip-city6.dat'
const V4_RECORD = 24
const V6_RECORD = 48
const NAME_RECORD = 88
const NO_PLACE = 0xffff_ffff

const dir = mkdtempSync(join(tmpdir(), 'edge1020-city-'))
afterAll(() => rmSync(dir, { recursive: true }))

const folder = (files: Record<string, Uint8Array>) => {
  const path = mkdtempSync(join(dir, 'data'))
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes)
  return path
}

const failure = (run: () => unknown): EdgeError => {
  try {
    run()
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('places agree with geoip-lite', () => {
  interface Place {
    country: string
    region: string
    city: string
    timezone: string
    metro: number
    ll: [number, number]
  }
  const RECORDS = 20_000
  const v4 = readFileSync(join(DATA, V4)).subarray(0, RECORDS * V4_RECORD)
  const v6 = readFileSync(join(DATA, V6)).subarray(0, RECORDS * V6_RECORD)
  let find: FindPlace
  let lookup: (text: string) => Place | null

  // Of all its records it would make 148 MB.
  beforeAll(() => {
    const path = folder({ [V4]: v4, [V6]: v6 })
    symlinkSync(join(DATA, NAMES), join(path, NAMES))
    find = readCityFiles(path)
    process.env.GEODATADIR = path
    lookup = (require('geoip-lite') as { lookup: typeof lookup }).lookup
    delete process.env.GEODATADIR
  })

  const differing = (addresses: readonly [Ip, string][]) =>
    addresses.flatMap(([ip, text]) => {
      const { city, regionCode, subdivision1, metroCode, lat, lon, timezone } = find(ip)!
      const other = lookup(text)!
      const subdivision = other.region === '' ? '' : `${other.country}-${other.region}`
      const metro = other.metro > 0 ? String(other.metro) : ''
      const ours = [city, regionCode, subdivision1, metroCode, lat, lon, timezone]
      const theirs = [other.city, other.region, subdivision, metro, ...other.ll, other.timezone]
      return ours.join() === theirs.join() ? [] : [`${text}: ${ours}, not ${theirs}`]
    })

  test('at both ends of IPv4 networks', () => {
    const addresses: [Ip, string][] = []
    for (let record = 0; record < v4.length; record += 7 * V4_RECORD) {
      if (v4.readUInt32BE(record + 8) === NO_PLACE) continue
      for (const at of [0, 4]) {
        const ip = new Ip(4, 0, 0, 0, v4.readUInt32BE(record + at))
        addresses.push([ip, formatIp(ip)])
      }
    }
    expect(differing(addresses)).toEqual([])
  })

  test('at the first addresses of IPv6 networks', () => {
    const addresses: [Ip, string][] = []
    for (let record = 0; record < v6.length; record += 7 * V6_RECORD) {
      if (v6.readUInt32BE(record + 32) === NO_PLACE) continue
      const [a, b] = [v6.readUInt32BE(record), v6.readUInt32BE(record + 4)]
      // geoip-lite misreads `::` in the middle of an address.
      const groups = [a, b].flatMap((word) => [word >>> 16, word & 0xffff])
      const text = [...groups, 0, 0, 0, 0].map((group) => group.toString(16)).join(':')
      addresses.push([new Ip(6, a, b, 0, 0), text])
    }
    expect(differing(addresses)).toEqual([])
  })
})

interface Name {
  country?: string
  region?: string
  metro?: number
  timezone?: string
  city?: string
}

const name = ({ country = '', region = '', metro = 0, timezone = '', city = '' }: Name) => {
  const bytes = Buffer.alloc(NAME_RECORD)
  bytes.write(country, 0)
  bytes.write(region, 2)
  bytes.writeInt32BE(metro, 5)
  bytes.write(timezone, 10)
  Buffer.from(city).copy(bytes, 42)
  return bytes
}

const v4 = (from: string, to: string, place: number, lat = 0, lon = 0) => {
  const bytes = Buffer.alloc(V4_RECORD)
  for (const [i, value] of [parseIp(from)!.d, parseIp(to)!.d, place].entries()) {
    bytes.writeUInt32BE(value, i * 4)
  }
  bytes.writeInt32BE(lat, 12)
  bytes.writeInt32BE(lon, 16)
  return bytes
}

const v6 = (from: string, to: string, place: number) => {
  const bytes = Buffer.alloc(V6_RECORD)
  for (const [i, text] of [from, to].entries()) {
    const { a, b, c, d } = parseIp(text)!
    for (const [j, word] of [a, b, c, d].entries()) bytes.writeUInt32BE(word, i * 16 + j * 4)
  }
  bytes.writeUInt32BE(place, 32)
  return bytes
}

const names = Buffer.concat([
  name({
    country: 'US',
    region: 'CA',
    metro: 807,
    timezone: 'America/Los_Angeles',
    city: 'Hayward',
  }),
  name({ country: 'FR', region: 'IDF', timezone: 'Europe/Paris', city: 'Évry' }),
  // The name is cut within its last character.
  name({ country: 'DE', city: `${'x'.repeat(45)}ü` }),
  name({ timezone: 'Europe/Vaduz' }),
])
const networks = Buffer.concat([
  v4('192.0.2.0', '192.0.2.127', 0, 376_609, -1_220_491),
  v4('192.0.2.128', '192.0.2.255', 0, 370_000, -1_220_000),
  v4('198.51.100.0', '198.51.100.255', 1, 485_000, 24_333),
  v4('203.0.113.0', '203.0.113.127', NO_PLACE),
  v4('203.0.113.128', '203.0.113.255', 2, 500_000, 100_000),
  v4('203.0.114.0', '203.0.114.255', 3, 1, -1),
])
const networks6 = v6('2001:db8::', '2001:db8:0:0:ffff:ffff:ffff:ffff', 1)

describe('custom data', () => {
  const geo = geoipLite({ dir: folder({ [NAMES]: names, [V4]: networks, [V6]: networks6 }) })
  const place = (text: string) => geo.place(parseIp(text)!)

  test('returns every field of the files', () => {
    expect(place('192.0.2.1')).toEqual({
      city: 'Hayward',
      region: 'California',
      regionCode: 'CA',
      subdivision1: 'US-CA',
      subdivision2: '',
      postalCode: '',
      metroCode: '807',
      lat: '37.6609',
      lon: '-122.0491',
      timezone: 'America/Los_Angeles',
    })
  })

  test.each<[string, object | undefined]>([
    ['192.0.2.127', { lat: '37.6609' }],
    ['192.0.2.128', { city: 'Hayward', lat: '37', lon: '-122' }],
    // A name is not guessed from a code.
    ['198.51.100.1', { city: 'Évry', region: '', regionCode: 'IDF', subdivision1: 'FR-IDF' }],
    ['2001:db8::1', { city: 'Évry', metroCode: '' }],
    ['203.0.113.129', { city: 'x'.repeat(45), regionCode: '', subdivision1: '' }],
    ['203.0.114.1', { subdivision1: '', lat: '0.0001', lon: '-0.0001', timezone: 'Europe/Vaduz' }],
    ['203.0.113.1', undefined],
    ['192.0.3.0', undefined],
    ['2001:db8:0:1::', undefined],
    ['::1', undefined],
  ])('%s: %o', (text, expected) => {
    if (expected === undefined) expect(place(text)).toBeUndefined()
    else expect(place(text)).toMatchObject(expected)
  })

  test('returns the same object for the same place', () => {
    expect(place('192.0.2.1')).toBe(place('192.0.2.100'))
    expect(place('192.0.2.1')).not.toBe(place('192.0.2.200'))
  })
})

describe('unreadable data', () => {
  test.each<[string, Record<string, Uint8Array>, string, string]>([
    ['no names', { [V4]: networks, [V6]: networks6 }, NAMES, 'ENOENT'],
    [
      'empty names',
      { [NAMES]: Buffer.alloc(0), [V4]: networks, [V6]: networks6 },
      NAMES,
      '0 bytes',
    ],
    ['no IPv4', { [NAMES]: names, [V6]: networks6 }, V4, 'ENOENT'],
    ['no IPv6', { [NAMES]: names, [V4]: networks }, V6, 'ENOENT'],
    [
      'cut off',
      { [NAMES]: names, [V4]: networks.subarray(1), [V6]: networks6 },
      V4,
      '143 bytes are not records of 24',
    ],
    [
      'places without a name',
      { [NAMES]: names, [V4]: v4('192.0.2.0', '192.0.2.1', 4), [V6]: networks6 },
      V4,
      'it names place 4 of 4',
    ],
    [
      'out of order',
      { [NAMES]: names, [V4]: Buffer.concat([networks, networks]), [V6]: networks6 },
      V4,
      'the record at byte 144 begins before',
    ],
  ])('%s: the error names the file', (_what, files, file, reason) => {
    const path = folder(files)
    const error = failure(() => readCityFiles(path))
    expect(error.code).toBe('geo_failed')
    expect(error.message).toContain(join(path, file))
    expect(error.message).toContain(reason)
  })
})

describe('places are read only on request', () => {
  const country = (size: number) => {
    const bytes = Buffer.alloc(size)
    bytes.write('DE', size - 2)
    return bytes
  }
  const countries = { 'geoip-country.dat': country(10), 'geoip-country6.dat': country(34) }

  test('countries need no place files', () => {
    const geo = geoipLite({ dir: folder(countries) })
    expect(() => geo.open!()).not.toThrow()
    expect(() => geo.open!('country')).not.toThrow()
    expect(geo.lookup(parseIp('0.0.0.0')!)).toEqual({ country: 'DE' })
    expect(failure(() => geo.open!('city')).message).toContain(NAMES)
  })

  test('a failed look-up is not repeated until the files can be opened', () => {
    const path = folder(countries)
    const geo = geoipLite({ dir: path })
    const ask = () => geo.place(parseIp('192.0.2.1')!)
    const first = failure(ask)
    for (const [file, bytes] of [
      [NAMES, names],
      [V4, networks],
      [V6, networks6],
    ] as const) {
      writeFileSync(join(path, file), bytes)
    }
    expect(failure(ask)).toBe(first)
    geo.open!('city')
    expect(ask()).toMatchObject({ city: 'Hayward' })
  })
})
