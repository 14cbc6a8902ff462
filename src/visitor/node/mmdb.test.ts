import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AsnResponse } from 'mmdb-lib'
import { Reader } from 'mmdb-lib'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { EdgeError } from '../../error.ts'
import { eventually } from '../../eventually.fixture.ts'
import { formatIp, Ip, networkOf, parseIp } from '../../lists/ip.ts'
import type { MmdbOptions as Fixture } from './mmdb.fixture.ts'
import { mmdb } from './mmdb.fixture.ts'
import type { Mmdb, MmdbOptions } from './mmdb.ts'
import { openGeoFiles, openMmdb } from './mmdb.ts'

const INTERVAL_MS = 10

const dir = mkdtempSync(join(tmpdir(), 'edge1020-mmdb-'))
afterAll(() => rmSync(dir, { recursive: true }))

const opened: { close(): void }[] = []
afterEach(() => {
  for (const database of opened.splice(0)) database.close()
})

let files = 0
const file = (content: Uint8Array, name = `${files++}.mmdb`) => {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}

const open = (content: Uint8Array, options?: MmdbOptions): Mmdb => {
  const database = openMmdb(file(content), options)
  opened.push(database)
  return database
}

const ip = (text: string) => parseIp(text)!
const country = (iso_code: string) => ({ country: { iso_code } })
const network = (autonomous_system_number: number) => ({ autonomous_system_number })

const failure = (run: () => unknown): EdgeError => {
  try {
    run()
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const CITY: Fixture = {
  type: 'GeoLite2-City',
  built: Date.UTC(2026, 1, 28) / 1000,
  networks: [
    [
      '192.0.2.0/24',
      { ...country('DE'), city: { names: { en: 'Munich' } }, location: { latitude: 48.5 } },
    ],
    ['198.51.100.0/24', { registered_country: { iso_code: 'AU' } }],
  ],
}

const ANONYMOUS: Fixture = {
  type: 'GeoIP2-Anonymous-IP',
  networks: [
    ['192.0.2.0/24', { is_anonymous: true, is_tor_exit_node: true }],
    ['198.51.100.0/24', {}],
  ],
}

describe('a database', () => {
  test('reports its name, date and size', () => {
    const path = file(mmdb(CITY), 'cities.mmdb')
    const database = openMmdb(path)
    opened.push(database)
    const source = { name: 'cities.mmdb', date: '2026-02-28' }
    expect(database).toMatchObject({ ...source, path, type: 'GeoLite2-City' })
    expect(database.geo).toMatchObject(source)
  })

  test('has places and countries', () => {
    const { geo } = open(mmdb(CITY))
    expect(() => geo!.open!('city')).not.toThrow()
    expect(geo?.lookup(ip('192.0.2.1'))).toEqual({ country: 'DE' })
    expect(geo?.place?.(ip('192.0.2.1'))).toMatchObject({ city: 'Munich', lat: '48.5', lon: '' })
    expect(geo?.lookup(ip('198.51.100.1'))).toEqual({ country: 'AU' })
    expect(geo?.lookup(ip('203.0.113.1'))).toBeUndefined()
    expect(geo?.place?.(ip('203.0.113.1'))).toBeUndefined()
  })

  test('without places reports an error if a place is requested', () => {
    const { path, geo } = open(mmdb({ networks: [['192.0.2.0/24', country('DE')]] }))
    expect(geo).not.toHaveProperty('place')
    expect(() => geo!.open!('country')).not.toThrow()
    const error = failure(() => geo!.open!('city'))
    expect(error.code).toBe('geo_failed')
    expect(error.message).toContain(path)
    expect(error.message).toContain('no places below the country')
  })

  test('has networks', () => {
    const { asn } = open(
      mmdb({ type: 'GeoLite2-ASN', networks: [['2001:db8::/32', network(64500)]] })
    )
    expect(asn?.lookup(ip('2001:db8::1'))).toEqual({ asn: 64500, name: '' })
    expect(asn?.lookup(ip('2001:db9::1'))).toBeUndefined()
  })

  test('has anonymizers', () => {
    const { anonymous } = open(mmdb(ANONYMOUS))
    expect(anonymous?.(ip('192.0.2.1'))).toEqual(['anonymous', 'tor'])
    expect(anonymous?.(ip('198.51.100.1'))).toEqual([])
    expect(anonymous?.(ip('203.0.113.1'))).toEqual([])
  })

  test('returns the same object for the same record', () => {
    const { geo } = open(mmdb(CITY))
    expect(geo?.lookup(ip('192.0.2.1'))).toBe(geo?.lookup(ip('192.0.2.254')))
    expect(geo?.place?.(ip('192.0.2.1'))).toBe(geo?.place?.(ip('192.0.2.254')))
  })

  test('of IPv4 only has no IPv6', () => {
    const networks = [['192.0.2.0/24', country('DE')]] as const
    const { geo } = open(mmdb({ ipVersion: 4, networks }))
    expect(geo?.lookup(ip('192.0.2.1'))).toEqual({ country: 'DE' })
    expect(geo?.lookup(ip('::c000:201'))).toBeUndefined()
    expect(geo?.lookup(ip('2001:db8::1'))).toBeUndefined()
  })

  test.each<[string, Fixture, string[]]>([
    ['GeoIP2-Country', { networks: [] }, ['country']],
    ['GeoIP2-City-Europe', { networks: [] }, ['country', 'city']],
    ['DBIP-ASN-Lite (compat=GeoLite2-ASN)', { networks: [] }, ['asn']],
    ['GeoIP2-Anonymous-IP', { networks: [['192.0.2.0/24', {}]] }, ['anonymous']],
    [
      'GeoIP2-Enterprise',
      {
        networks: [
          ['192.0.2.0/24', { ...country('DE'), postal: { code: '1' }, traits: network(64500) }],
        ],
      },
      ['country', 'city', 'asn'],
    ],
    [
      'DBIP-ISP (compat=Enterprise)',
      { networks: [['192.0.2.0/24', { ...country('DE'), traits: network(64500) }]] },
      ['country', 'asn'],
    ],
    [
      'ipinfo generic_country_asn.mmdb',
      { networks: [['192.0.2.0/24', { country: 'DE', asn: 'AS64500' }]] },
      ['country', 'asn'],
    ],
    [
      'ipinfo standard_asn.mmdb',
      { networks: [['192.0.2.0/24', { country: 'DE', asn: 'AS64500' }]] },
      ['asn'],
    ],
    ['ipinfo standard_privacy.mmdb', { networks: [['::/8', { vpn: 'true' }]] }, ['anonymous']],
    ['unheard of', { networks: [['192.0.2.0/24', country('DE')]] }, ['country']],
  ])('of type %s: its kinds', (type, fixture, kinds) => {
    expect([...open(mmdb({ type, ...fixture })).kinds].sort()).toEqual([...kinds].sort())
  })
})

describe('look-ups agree with mmdb-lib', () => {
  const word = () => Math.floor(Math.random() * 0x1_0000_0000)
  const random = (family: number) =>
    family === 4 ? new Ip(4, 0, 0, 0, word()) : new Ip(6, word(), word(), word(), word())

  // The larger ones have an index.
  test.each(
    ([24, 28, 32] as const).flatMap((recordSize) =>
      ([4, 6] as const).flatMap((ipVersion) =>
        [30, 3_000].map((count) => ({ recordSize, ipVersion, count }))
      )
    )
  )('$count networks of IPv$ipVersion in $recordSize bits', ({ recordSize, ipVersion, count }) => {
    const prefixes = Array.from({ length: count }, () => {
      const family = ipVersion === 6 && Math.random() < 0.5 ? 6 : 4
      return {
        ip: random(family),
        prefix: 1 + Math.floor(Math.random() * (family === 4 ? 31 : 63)),
      }
    }).sort((x, y) => x.prefix - y.prefix)
    const networks = prefixes.map(
      ({ ip, prefix }, i) => [`${formatIp(ip)}/${prefix}`, network(i + 1)] as const
    )
    const bytes = mmdb({ type: 'Test-ASN', recordSize, ipVersion, networks })
    const reader = new Reader<AsnResponse>(bytes)
    const { asn } = open(bytes)
    const asked = prefixes.flatMap(({ ip, prefix }) => {
      const { from, to } = networkOf(ip, prefix)
      return [ip, from, to]
    })
    for (let i = 0; i < 500; i++) asked.push(random(4), ...(ipVersion === 6 ? [random(6)] : []))
    const differing = asked.filter(
      (ip) => asn?.lookup(ip)?.asn !== reader.get(formatIp(ip))?.autonomous_system_number
    )
    expect(differing.map(formatIp)).toEqual([])
    expect(asked.filter((ip) => asn?.lookup(ip) !== undefined).length).toBeGreaterThan(count)
  })
})

describe('a changed database file', () => {
  const change = (path: string, content: Uint8Array) => {
    writeFileSync(`${path}.new`, content)
    renameSync(`${path}.new`, path)
  }
  const german = mmdb({ type: 'Country', networks: [['192.0.2.0/24', country('DE')]] })
  const french = mmdb({
    type: 'My-Country',
    built: Date.UTC(2026, 5, 1) / 1000,
    networks: [['192.0.2.0/24', country('FR')]],
  })

  test('is reloaded', async () => {
    const onError = vi.fn()
    const database = open(german, { onError, intervalMs: INTERVAL_MS })
    expect(database.geo?.lookup(ip('192.0.2.1'))).toEqual({ country: 'DE' })
    change(database.path, french)
    await eventually(() => expect(database.geo?.lookup(ip('192.0.2.1'))).toEqual({ country: 'FR' }))
    expect(database).toMatchObject({ type: 'My-Country', date: '2026-06-01' })
    expect(database.geo?.date).toBe('2026-06-01')
    expect(onError).not.toHaveBeenCalled()
  })

  test.each<[string, Uint8Array, string]>([
    ['damaged', french.subarray(0, 50), 'no metadata'],
    ['of another kind', mmdb({ type: 'GeoLite2-ASN' }), 'GeoLite2-ASN now, without country'],
  ])('%s is rejected and reported; the next valid file is loaded', async (_what, bad, reason) => {
    const onError = vi.fn()
    const { path, geo } = open(german, { onError, intervalMs: INTERVAL_MS })
    change(path, bad)
    await eventually(() => expect(onError).toHaveBeenCalledTimes(1))
    const [error] = onError.mock.calls[0]!
    expect(error).toMatchObject({ code: 'geo_failed' })
    expect(error.message).toContain(path)
    expect(error.message).toContain(reason)
    expect(geo?.lookup(ip('192.0.2.1'))).toEqual({ country: 'DE' })
    change(path, french)
    await eventually(() => expect(geo?.lookup(ip('192.0.2.1'))).toEqual({ country: 'FR' }))
    expect(onError).toHaveBeenCalledTimes(1)
  })
})

describe('several databases', () => {
  const countries = mmdb({ type: 'Country', networks: [['192.0.2.0/24', country('FR')]] })
  const networks = mmdb({ type: 'ASN', networks: [['192.0.2.0/24', network(64500)]] })

  test('are combined in any order, cities before countries', () => {
    const paths = [countries, mmdb(ANONYMOUS), mmdb(CITY), networks].map((bytes) => file(bytes))
    const { geo, asn, anonymous, sources, close } = openGeoFiles(paths)
    opened.push({ close })
    expect(geo?.lookup(ip('192.0.2.1'))).toEqual({ country: 'DE' })
    expect(asn?.lookup(ip('192.0.2.1'))?.asn).toBe(64500)
    expect(anonymous?.(ip('192.0.2.1'))).toContain('tor')
    expect(sources.map(({ path }) => path)).toEqual(paths)
  })

  test('provide only kinds that one of them has', () => {
    const opened = openGeoFiles([file(networks)])
    opened.close()
    expect(Object.keys(opened).sort()).toEqual(['asn', 'close', 'sources'])
  })

  test('are all closed if one is unreadable', async () => {
    const path = file(countries)
    const onError = vi.fn()
    const options = { onError, intervalMs: INTERVAL_MS }
    expect(failure(() => openGeoFiles([path, join(dir, 'nowhere')], options)).message).toContain(
      'nowhere'
    )
    writeFileSync(path, 'no longer a database')
    await new Promise((resolve) => setTimeout(resolve, 10 * INTERVAL_MS))
    expect(onError).not.toHaveBeenCalled()
  })
})
