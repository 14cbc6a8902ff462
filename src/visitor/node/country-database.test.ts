import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { EdgeError } from '../../error.ts'
import { parseIp } from '../../lists/ip.ts'
import {
  COUNTRY_DATABASE,
  COUNTRY_PACKAGE,
  countryDatabase,
  defaultGeo,
  withPlaces,
} from './country-database.ts'
import type { GeoipLite } from './geoip-lite.ts'
import { dateOfVersion, installedPackage } from './installed.ts'
import { mmdb } from './mmdb.fixture.ts'
import { readMmdb } from './mmdb-file.ts'

const DIR = mkdtempSync(join(tmpdir(), 'edge1020-countries-'))
afterAll(() => rmSync(DIR, { recursive: true }))
const ip = (text: string) => parseIp(text)!

/** A project with a version of its own of the package of countries. */
const project = (name: string, version: string, database: Uint8Array | string) => {
  const dir = join(DIR, name, 'node_modules', COUNTRY_PACKAGE)
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: COUNTRY_PACKAGE, version }))
  writeFileSync(join(dir, `${COUNTRY_DATABASE}.mmdb`), database)
  return join(DIR, name)
}
const lilliput = mmdb({ networks: [['8.8.8.0/24', { country_code: 'LI' }]] })

describe('the installed country package', () => {
  test('is pinned, and its version gives the date of the data', () => {
    const { dir, version } = installedPackage(COUNTRY_PACKAGE)!
    expect(version).toBe('2.3.2026061719')
    const { date } = readMmdb(join(dir, `${COUNTRY_DATABASE}.mmdb`), () => {})
    expect(countryDatabase()!.date).toBe(date)
  })

  test.each([
    ['8.8.8.8', 'US'],
    ['2001:4860:4860::8888', 'US'],
    ['175.45.176.1', 'KP'],
    ['77.88.8.8', 'RU'],
    ['2a02:6b8::1', 'RU'],
    ['41.0.0.1', 'ZA'],
  ])('%s is in %s', (address, country) => {
    expect(countryDatabase()!.lookup(ip(address))).toEqual({ country })
  })

  test.each(['127.0.0.1', '192.0.2.1', '::1', '240.0.0.1'])('%s has no country', (address) => {
    expect(countryDatabase()!.lookup(ip(address))).toBeUndefined()
  })

  test('provides countries only', () => {
    const geo = countryDatabase()!
    expect([...geo.provides!]).toEqual(['country'])
    expect(geo.place).toBeUndefined()
  })
})

describe('a country package of the project', () => {
  test('answers if it is newer', () => {
    const geo = countryDatabase({ project: project('newer', '2.3.2026110100', lilliput) })!
    expect([geo.date, geo.lookup(ip('8.8.8.8'))]).toEqual(['2026-11-01', { country: 'LI' }])
  })

  test.each(['2.3.2026061718', '2.2.2025010100', '1.0.0', ''])(
    'is ignored at version %j',
    (version) => {
      const geo = countryDatabase({ project: project(`older${version}`, version, lilliput) })!
      expect([geo.date, geo.lookup(ip('8.8.8.8'))]).toEqual(['2026-06-17', { country: 'US' }])
    }
  )

  test('is reported on opening if broken, and look-ups keep failing', () => {
    const dir = project('broken', '2.3.2026110100', 'not a database')
    const geo = countryDatabase({ project: dir })!
    expect(geo.date).toBe('2026-11-01')
    expect(() => geo.open!()).toThrow(EdgeError)
    expect(() => geo.lookup(ip('8.8.8.8'))).toThrow(join(dir, 'node_modules', COUNTRY_PACKAGE))
    writeFileSync(join(dir, 'node_modules', COUNTRY_PACKAGE, `${COUNTRY_DATABASE}.mmdb`), lilliput)
    expect(() => geo.lookup(ip('8.8.8.8'))).toThrow(EdgeError)
    geo.open!()
    expect(geo.lookup(ip('8.8.8.8'))).toEqual({ country: 'LI' })
  })

  test('is read at the first look-up, not before', () => {
    const dir = project('lazy', '2.3.2026110100', 'not a database')
    const geo = countryDatabase({ project: dir })!
    const path = join(dir, 'node_modules', COUNTRY_PACKAGE, `${COUNTRY_DATABASE}.mmdb`)
    writeFileSync(join(DIR, 'lilliput.mmdb'), lilliput)
    copyFileSync(join(DIR, 'lilliput.mmdb'), path)
    expect(geo.lookup(ip('8.8.8.8'))).toEqual({ country: 'LI' })
  })
})

test.each([
  ['2.3.2026061719', '2026-06-17'],
  ['10.12.2027123123', '2027-12-31'],
  ['1.4.10', ''],
  ['2.3.20260617', ''],
  ['', ''],
])('version %j dates from %j', (version, date) => expect(dateOfVersion(version)).toBe(date))

test('a missing package is not found', () => {
  expect(installedPackage('@ip-location-db/no-such-package')).toBeUndefined()
})

describe('places from another source', () => {
  const place = { city: 'Paris' } as ReturnType<GeoipLite['place']>
  const countries = (country: string | undefined) => ({
    name: 'new',
    date: '2026-06-17',
    open: vi.fn(),
    lookup: () => (country === undefined ? undefined : { country }),
  })
  const places = (country: string | undefined) => ({
    name: 'old',
    date: '2023-11-15',
    open: vi.fn(),
    lookup: () => (country === undefined ? undefined : { country }),
    place: () => place,
  })

  test.each([
    ['FR', 'FR', place],
    ['DE', 'FR', undefined],
    [undefined, 'FR', place],
    ['XX', 'FR', place],
    ['FR', undefined, place],
  ])('an address in %s, before in %s', (now, before, expected) => {
    const geo = withPlaces(countries(now), places(before))
    expect(geo.place!(ip('8.8.8.8'))).toBe(expected)
    expect(geo.lookup(ip('8.8.8.8'))?.country).toBe(now)
  })

  test('are opened only when a place is requested', () => {
    const [own, others] = [countries('FR'), places('FR')]
    const geo = withPlaces(own, others)
    geo.open!('country')
    expect([own.open.mock.calls, others.open.mock.calls]).toEqual([[['country']], []])
    geo.open!('city')
    expect([own.open.mock.calls.length, others.open.mock.calls]).toEqual([2, [['city']]])
  })

  test('have the name and date of the country data', () => {
    const geo = withPlaces(countries('FR'), places('FR'))
    expect([geo.name, geo.date]).toEqual(['new', '2026-06-17'])
    expect([...geo.provides!].sort()).toEqual(['country', 'place'])
  })
})

test('default countries and places of an edge', () => {
  const { countries, hasPlaces } = defaultGeo()
  expect([countries.name, hasPlaces]).toEqual(['geo-whois-asn-country', true])
})
