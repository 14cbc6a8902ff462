// What is known of a visitor’s address: place, network, reputation, bot.
import '../../test/whole.ts'
import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { geo, identify } from './identify.fixture.ts'
import type { VisitorsOptions } from './identify.ts'
import { createVisitors } from './identify.ts'
import type { AsnSource, BotQuestion, BotSource, GeoSource, ReputationSource } from './visitor.ts'

describe('country and continent', () => {
  test.each([
    ['KP', 'KP', 'AS'],
    [' BR ', 'BR', 'SA'],
    ['XX', 'XX', ''],
    ['T1', 'T1', 'T1'],
  ])('accepts %j from Cloudflare through a trusted peer: %s', (value, country, continent) => {
    const source = geo()
    const headers = { 'cf-ipcountry': value, 'cf-connecting-ip': '203.0.114.7' }
    const visitor = identify('10.0.0.1', headers, { geo: source, trust: ['private'] })
    expect([visitor.country, visitor.continent]).toEqual([country, continent])
    expect(source.asked).toEqual([])
    expect(visitor.notes).toEqual([])
  })

  test.each(['', 'de', 'UK', 'Germany', 'DE, FR', 'DE\0', 'X1', '__proto__'])(
    'ignores an invalid %j from a trusted peer',
    (value) => {
      const headers = { 'cf-ipcountry': value, 'x-forwarded-for': '203.0.114.7' }
      const visitor = identify('10.0.0.1', headers, { geo: geo(), trust: ['private'] })
      expect(visitor.country).toBe('DE')
      expect(visitor.notes).toEqual([
        `cf-ipcountry ${JSON.stringify(value)} is not a country code: ignored`,
      ])
    }
  )

  test('ignores a country header from an untrusted peer', () => {
    const visitor = identify('203.0.114.7', { 'cf-ipcountry': 'KP' }, { geo: geo() })
    expect(visitor.country).toBe('DE')
    expect(visitor.notes).toEqual(['cf-ipcountry ignored: 203.0.114.7 is not a trusted proxy'])
  })

  test.each([
    ['203.0.114.7', 'DE', 'EU'],
    ['2a00::1', 'FR', 'EU'],
  ])('%s: %s, %s', (peer, country, continent) => {
    const source = geo()
    const visitor = identify(peer, {}, { geo: source })
    expect(source.asked).toEqual([])
    expect([visitor.country, visitor.continent, visitor.country]).toEqual([
      country,
      continent,
      country,
    ])
    expect(source.asked).toHaveLength(1)
    expect(visitor.notes).toEqual([])
  })

  test('an address without data is XX, with a note', () => {
    const visitor = identify('8.8.8.8', {}, { geo: geo() })
    expect([visitor.country, visitor.continent, visitor.country]).toEqual(['XX', '', 'XX'])
    expect(visitor.notes).toEqual(['no country for 8.8.8.8 in test data 2026-11'])
  })

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.1.1',
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '0.0.0.0',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1%eth0',
    'fd00::1',
    '2001:db8::1',
    'ff02::1',
  ])('%s has no country, without a note', (peer) => {
    const source = geo()
    const visitor = identify(peer, {}, { geo: source })
    expect(visitor.country).toBe('XX')
    expect(visitor.notes).toEqual([])
    expect(source.asked).toEqual([])
  })

  test('without a source the country is XX, without a note', () => {
    const visitor = identify('8.8.8.8')
    expect([visitor.country, visitor.continent]).toEqual(['XX', ''])
    expect(visitor.notes).toEqual([])
  })

  test('a source that throws leaves XX and a note', () => {
    const failing = geo(() => {
      throw new EdgeError('geo_failed', 'country data /x cannot be read')
    })
    const visitor = identify('8.8.8.8', {}, { geo: failing })
    expect([visitor.country, visitor.country]).toEqual(['XX', 'XX'])
    expect(visitor.notes).toEqual(['country look-up failed: country data /x cannot be read'])
    expect(failing.asked).toHaveLength(1)
  })

  test.each([[''], ['de'], ['Germany'], ['<b>']])(
    'ignores an invalid %j from a source',
    (country) => {
      const visitor = identify('8.8.8.8', {}, { geo: geo(() => ({ country })) })
      expect(visitor.country).toBe('XX')
      expect(visitor.notes).toHaveLength(1)
    }
  )

  test('a Tor exit has country T1 and continent T1', () => {
    const visitor = identify('8.8.8.8', {}, { geo: geo(() => ({ country: 'T1' })) })
    expect([visitor.country, visitor.continent]).toEqual(['T1', 'T1'])
  })
})

describe('ASN', () => {
  const asn = (lookup: AsnSource['lookup']): AsnSource => ({ name: 'test', date: '', lookup })

  test('comes from the source', () => {
    const source = asn(() => ({ asn: 24940, name: 'Hetzner' }))
    expect(identify('8.8.8.8', {}, { asn: source }).asn).toBe(24940)
    expect(identify('10.0.0.1', {}, { asn: source }).asn).toBe(0)
  })

  test('is 0 without data', () => {
    expect(identify('8.8.8.8').asn).toBe(0)
    expect(identify('8.8.8.8', {}, { asn: asn(() => undefined) }).asn).toBe(0)
  })

  test('is 0 with a note if the source throws', () => {
    const visitor = identify(
      '8.8.8.8',
      {},
      {
        asn: asn(() => {
          throw new Error('no file')
        }),
      }
    )
    expect([visitor.asn, visitor.asn]).toEqual([0, 0])
    expect(visitor.notes).toEqual(['ASN look-up failed: no file'])
  })
})

describe('the country from a trusted peer', () => {
  const trust = ['10.0.0.0/8']
  const said = (cfIpCountry: string, options: VisitorsOptions = {}, peer = '10.0.0.1') =>
    identify(
      peer,
      { 'cf-connecting-ip': '203.0.114.7', 'cf-ipcountry': cfIpCountry },
      { trust, geo: geo(), ...options }
    )

  test.each([
    ['JP', 'JP'],
    ['T1', 'T1'],
    ['XX', 'XX'],
    ['nowhere', 'DE'],
  ])('%s: %s', (header, expected) => {
    expect(said(header).country).toBe(expected)
  })

  test.each([
    ['says nothing of the address', {}],
    [
      'speaks of another address',
      { 'cf-connecting-ip': 'banana', 'x-forwarded-for': '203.0.114.7' },
    ],
    ['forwards the address by a list', { 'x-forwarded-for': '203.0.114.7' }],
  ])('is ignored if a proxy other than Cloudflare %s', (_name, headers) => {
    const given = { 'cf-ipcountry': 'JP', ...headers }
    const visitor = identify('10.0.0.1', given, { trust, geo: geo() })
    expect(visitor.country).not.toBe('JP')
    expect(visitor.notes.join()).toContain('cf-ipcountry ignored: the peer is not Cloudflare’s')
  })

  test('counts if the peer belongs to Cloudflare', () => {
    const headers = { 'cf-ipcountry': 'JP', 'x-forwarded-for': '203.0.114.7' }
    const options = { trust: ['cloudflare'], geo: geo() }
    expect(identify('173.245.48.9', headers, options).country).toBe('JP')
  })

  test('does not outweigh a list of Tor exits', () => {
    const lookup = () => ({ score: 60, lists: ['tor'], isTor: true })
    const reputation = { name: 'feeds', date: '', lookup }
    expect(said('JP', { reputation }).country).toBe('T1')
  })

  test('is ignored from any other peer', () => {
    expect(said('JP', {}, '203.0.114.9').country).toBe('DE')
  })

  test('does not apply to the address from a test', () => {
    const visitor = identify(
      '10.0.0.1',
      { 'cf-ipcountry': 'JP', 'x-edge-ip': '2a00::1' },
      { trust, geo: geo(), overrides: true }
    )
    expect(visitor.country).toBe('FR')
  })
})

describe('reputation', () => {
  const reputation = (lists: readonly string[], isTor = false): ReputationSource => ({
    name: 'feeds',
    date: '',
    lookup: () => ({ score: lists.length * 10, lists, isTor }),
  })

  test('comes from the feeds', () => {
    const visitor = identify('8.8.8.8', {}, { reputation: reputation(['drop', 'tor_exits']) })
    expect(visitor.reputation).toMatchObject({ score: 20, lists: ['drop', 'tor_exits'] })
    expect(identify('8.8.8.8').reputation).toEqual({ score: 0, lists: [], isTor: false })
  })

  test('a Tor exit has the country T1, regardless of the country data', () => {
    const tor = reputation(['tor_exits'], true)
    const visitor = identify('203.0.114.7', {}, { geo: geo(), reputation: tor })
    expect([visitor.country, visitor.continent]).toEqual(['T1', 'T1'])
  })

  test('that fails counts as absent, with a note', () => {
    const failing: ReputationSource = {
      ...reputation([]),
      lookup: () => {
        throw new Error('no memory')
      },
    }
    const visitor = identify('203.0.114.7', {}, { geo: geo(), reputation: failing })
    expect([visitor.country, visitor.reputation.score]).toEqual(['DE', 0])
    expect(visitor.notes).toEqual(['reputation look-up failed: no memory'])
  })
})

describe('places', () => {
  const munich = {
    city: 'München',
    region: 'Bavaria',
    regionCode: 'BY',
    subdivision1: 'DE-BY',
    subdivision2: '',
    postalCode: '80331',
    metroCode: '',
    lat: '48.137',
    lon: '11.576',
    timezone: 'Europe/Berlin',
  }
  const cities = (place: NonNullable<GeoSource['place']>): GeoSource => ({ ...geo(), place })

  test('come from the source', () => {
    expect(identify('203.0.114.7', {}, { geo: cities(() => munich) }).place).toEqual(munich)
  })

  test.each<[string, VisitorsOptions]>([
    ['without a source', {}],
    ['of a source of countries', { geo: geo() }],
    ['of an address that is not in it', { geo: cities(() => undefined) }],
  ])('are empty %s', (_name, options) => {
    expect(new Set(Object.values(identify('8.8.8.8', {}, options).place))).toEqual(new Set(['']))
  })

  test('are not looked up for private addresses', () => {
    const source = cities(() => {
      throw new Error('asked')
    })
    expect(identify('10.0.0.1', {}, { geo: source }).place.city).toBe('')
  })

  test('leave a note if the source fails', () => {
    const source = cities(() => {
      throw new Error('cut off')
    })
    const visitor = identify('8.8.8.8', {}, { geo: source })
    expect(visitor.place.city).toBe('')
    expect(visitor.notes).toEqual(['place look-up failed: cut off'])
  })
})

describe('bots', () => {
  const asked: BotQuestion[] = []
  const bots: BotSource = {
    name: 'test',
    date: '',
    judge: (question) => {
      asked.push(question)
      return { verified: false, category: '', score: 7, reason: 'it says curl' }
    },
  }

  test('are judged once, from all facts of the visitor', () => {
    asked.length = 0
    const visitor = createVisitors({ bots, overrides: true }).identify(
      (name) => ({ 'user-agent': 'curl/8', 'x-edge-asn': '24940' })[name],
      { remoteAddress: '127.0.0.1', fields: { 'cf.bot_management.ja4': 't13d' } }
    )
    expect([visitor.bot?.score, visitor.bot?.score]).toEqual([7, 7])
    expect(asked).toMatchObject([{ userAgent: 'curl/8', asn: 24_940, ja4: 't13d' }])
    expect(visitor.notes).toContain('bot score 7: it says curl')
  })

  test('a source that throws is called once, with a note', () => {
    let times = 0
    const broken: BotSource = {
      ...bots,
      judge: () => {
        times++
        throw new Error('no model')
      },
    }
    const visitor = identify('8.8.8.8', {}, { bots: broken })
    expect([visitor.bot, visitor.bot]).toEqual([undefined, undefined])
    expect(times).toBe(1)
    expect(visitor.notes).toEqual(['bot detection failed: no model'])
  })

  test('are not detected without a source', () => {
    expect(identify('8.8.8.8').bot).toBeUndefined()
    expect(identify('8.8.8.8').notes).toEqual([])
  })
})

describe('the name of a network', () => {
  const asn = { name: 'test', date: '', lookup: () => ({ asn: 24_940, name: 'HETZNER-AS' }) }

  test('comes with its number', () => {
    expect(identify('8.8.8.8', {}, { asn })).toMatchObject({ asn: 24_940, asnName: 'HETZNER-AS' })
    expect(identify('10.0.0.1', {}, { asn })).toMatchObject({ asn: 0, asnName: '' })
  })

  test('is absent for another number from a test', () => {
    const visitor = identify(
      '127.0.0.1',
      { 'x-edge-ip': '8.8.8.8', 'x-edge-asn': '13335' },
      { asn, overrides: true }
    )
    expect(visitor).toMatchObject({ asn: 13_335, asnName: '' })
  })
})
