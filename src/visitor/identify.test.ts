import '../../test/whole.ts'
import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { formatIp, type Ip } from '../lists/ip.ts'
import { forwardedAddress } from './forwarded.ts'
import type { VisitorsOptions } from './identify.ts'
import { createVisitors } from './identify.ts'
import type { AsnSource, BotQuestion, BotSource, GeoSource, ReputationSource } from './visitor.ts'

const KB = 1024

/** Made-up places: 203.0.114.0/24 is in Germany, 2a00::/16 in France; the rest is nowhere. */
const geo = (lookup?: (ip: Ip) => unknown): GeoSource & { asked: string[] } => {
  const asked: string[] = []
  return {
    name: 'test data',
    date: '2026-11',
    asked,
    open: () => {},
    lookup: (ip) => {
      const text = formatIp(ip)
      asked.push(text)
      if (lookup !== undefined) return lookup(ip) as { country: string }
      if (text.startsWith('203.0.114.')) return { country: 'DE' }
      return text.startsWith('2a00:') ? { country: 'FR' } : undefined
    },
  }
}

const identify = (
  remoteAddress: string | undefined,
  headers: Record<string, string> = {},
  options: VisitorsOptions = {}
) =>
  createVisitors(options).identify(
    (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
    {
      remoteAddress,
    }
  )

describe('the peer', () => {
  test.each([
    ['203.0.114.7', '203.0.114.7'],
    ['::ffff:203.0.114.7', '203.0.114.7'],
    ['::ffff:cb00:7207', '203.0.114.7'],
    ['64:ff9b::203.0.114.7', '203.0.114.7'],
    ['::ffff:127.0.0.1%eth0', '127.0.0.1'],
    ['2A00:0:0::1', '2a00::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[2a00::1]:443', '2a00::1'],
  ])('%s is %s', (remoteAddress, expected) => {
    const visitor = identify(remoteAddress)
    expect(visitor.ipText).toBe(expected)
    expect(visitor.notes).toEqual([])
  })

  test.each([undefined, ''])('may be unknown to the runtime (%j)', (remoteAddress) => {
    const visitor = identify(remoteAddress, {}, { geo: geo(), trust: ['0.0.0.0/0', '::/0'] })
    expect(visitor).toMatchObject({
      ip: undefined,
      ipText: '',
      country: 'XX',
      continent: '',
      asn: 0,
      fromTrustedPeer: false,
      notes: [],
    })
  })

  test('needs no connection at all', () => {
    expect(createVisitors().identify(() => undefined).ipText).toBe('')
  })

  test('that is not an address is noted', () => {
    const visitor = identify(
      '/run/edge.sock',
      { 'x-forwarded-for': '6.6.6.6' },
      { trust: ['0.0.0.0/0'] }
    )
    expect(visitor.ip).toBeUndefined()
    expect(visitor.notes).toEqual([
      'x-forwarded-for ignored: a peer without address is not a trusted proxy',
      'peer address "/run/edge.sock" is not an address: ignored',
    ])
  })

  test.each<[string, string[], boolean]>([
    ['127.0.0.1', [], true],
    ['127.9.9.9', [], true],
    ['::1', [], true],
    ['::ffff:127.0.0.1', [], true],
    ['10.0.0.1', [], false],
    ['10.0.0.1', ['10.0.0.0/8'], true],
    ['::ffff:10.0.0.1', ['10.0.0.0/8'], true],
    ['10.0.0.1', ['::ffff:10.0.0.0/104'], true],
    ['192.168.1.1', ['private'], true],
    ['172.31.0.1', ['private'], true],
    ['172.32.0.1', ['private'], false],
    ['fd00::1', ['private'], true],
    ['203.0.114.7', ['private', 'loopback'], false],
    ['203.0.114.7', ['203.0.114.7'], true],
    ['203.0.114.8', ['203.0.114.7'], false],
    ['2a00::5', ['2a00::/64'], true],
    ['2a00:0:0:1::5', ['2a00::/64'], false],
    ['2a00::5', ['0.0.0.0/0'], false],
    ['173.245.48.1', ['cloudflare'], true],
    ['104.27.255.255', ['cloudflare'], true],
    ['104.28.0.0', ['cloudflare'], false],
    ['::ffff:172.64.0.1', ['cloudflare'], true],
    ['2606:4700::1', ['cloudflare'], true],
    ['2a06:98c7:ffff::1', ['cloudflare'], true],
    ['2a06:98c8::1', ['cloudflare'], false],
    ['127.0.0.1', ['cloudflare'], true],
    ['10.0.0.1', ['cloudflare'], false],
    ['10.0.0.1', ['cloudflare', 'private'], true],
  ])('%s with trust %j: trusted is %s', (remoteAddress, trust, expected) => {
    expect(identify(remoteAddress, {}, { trust }).fromTrustedPeer).toBe(expected)
  })

  test.each([
    ['10.0.0.1/8', 'trust: "10.0.0.1/8" has host bits set: did you mean 10.0.0.0/8?'],
    ['10.0.0.0/33', 'trust: "10.0.0.0/33": expected a prefix length from 0 to 32 after the slash'],
    [
      'proxy',
      'trust: "proxy" is not an IP address or a CIDR network, nor one of: loopback, private, cloudflare',
    ],
    [
      'Loopback',
      'trust: "Loopback" is not an IP address or a CIDR network, nor one of: loopback, private, cloudflare',
    ],
    [
      '__proto__',
      'trust: "__proto__" is not an IP address or a CIDR network, nor one of: loopback, private, cloudflare',
    ],
  ])('trust %s is refused', (entry, message) => {
    let error: unknown
    try {
      createVisitors({ trust: ['loopback', entry] })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(EdgeError)
    expect(error).toMatchObject({ code: 'invalid_trust', message })
  })
})

describe('forwarded headers', () => {
  const trust = ['10.0.0.0/8', '2001:db8:aaaa::/48']
  const through = (headers: Record<string, string>, peer = '10.0.0.1') =>
    identify(peer, headers, { trust })

  test.each([
    ['one hop', '203.0.114.7', '203.0.114.7'],
    ['what the visitor wrote before', '6.6.6.6, 203.0.114.7', '203.0.114.7'],
    ['a chain of trusted proxies', '6.6.6.6, 203.0.114.7, 10.0.0.3, 10.0.0.2', '203.0.114.7'],
    ['a chain that is trusted to its end', '10.0.0.9, 10.0.0.8', '10.0.0.9'],
    ['a trusted address that the visitor claims', '10.0.0.9, 203.0.114.7, 10.0.0.8', '203.0.114.7'],
    ['mapped addresses', '203.0.114.7, ::ffff:10.0.0.8', '203.0.114.7'],
    ['a mapped visitor', '::ffff:203.0.114.7', '203.0.114.7'],
    ['a NAT64 visitor', '64:ff9b::cb00:7207', '203.0.114.7'],
    ['both families', '2a00::1, 2001:db8:aaaa::5,10.0.0.2', '2a00::1'],
    ['ports', '203.0.114.7:5678', '203.0.114.7'],
    ['brackets and ports', '[2a00::1]:443, 10.0.0.2:80', '2a00::1'],
    ['white space', ' \t203.0.114.7 \t,\t10.0.0.2  ', '203.0.114.7'],
    ['empty entries', ',,203.0.114.7, ,10.0.0.2,,', '203.0.114.7'],
    ['nothing', '', '10.0.0.1'],
    ['only commas', ',,,', '10.0.0.1'],
  ])('x-forwarded-for with %s: %j is %s', (_name, value, expected) => {
    const visitor = through({ 'x-forwarded-for': value })
    expect(visitor.ipText).toBe(expected)
    expect(visitor.notes).toEqual([])
  })

  test.each([
    ['203.0.114.7', '203.0.114.7'],
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
  ])('are not believed from %s, which is not in trust', (peer, expected) => {
    const headers = {
      'x-forwarded-for': '6.6.6.6',
      'cf-connecting-ip': '6.6.6.7',
      'true-client-ip': '6.6.6.8',
      forwarded: 'for=6.6.6.9',
      'cf-ipcountry': 'KP',
    }
    const visitor = through(headers, peer)
    expect(visitor.ipText).toBe(expected)
    expect(visitor.notes).toEqual([
      `cf-connecting-ip ignored: ${expected} is not a trusted proxy`,
      `true-client-ip ignored: ${expected} is not a trusted proxy`,
      `x-forwarded-for ignored: ${expected} is not a trusted proxy`,
      `forwarded ignored: ${expected} is not a trusted proxy`,
      `cf-ipcountry ignored: ${expected} is not a trusted proxy`,
    ])
    expect(visitor.notes).toHaveLength(5)
  })

  test('from loopback are believed where trust says so', () => {
    const visitor = identify(
      '::ffff:127.0.0.1',
      { 'x-forwarded-for': '6.6.6.6' },
      { trust: ['loopback'] }
    )
    expect(visitor.ipText).toBe('6.6.6.6')
  })

  test.each([
    [
      {
        'cf-connecting-ip': '203.0.114.1',
        'true-client-ip': '203.0.114.2',
        'x-forwarded-for': '203.0.114.3',
      },
      '203.0.114.1',
    ],
    [{ 'true-client-ip': '203.0.114.2', 'x-forwarded-for': '203.0.114.3' }, '203.0.114.2'],
    [{ 'x-forwarded-for': '203.0.114.3' }, '203.0.114.3'],
    [{ 'cf-connecting-ip': ' ::ffff:203.0.114.1 ' }, '203.0.114.1'],
    [{ 'true-client-ip': '203.0.114.2', forwarded: 'for=203.0.114.4' }, '203.0.114.2'],
    [{ forwarded: 'for=203.0.114.4' }, '203.0.114.4'],
  ])('%j: %s', (headers, expected) => {
    const visitor = through(headers)
    expect(visitor.ipText).toBe(expected)
    expect(visitor.notes).toEqual([])
  })

  test.each<[Record<string, string>, string, string[]]>([
    [
      { 'x-forwarded-for': 'foo' },
      '10.0.0.1',
      ['x-forwarded-for entry "foo" is not an address: ignored'],
    ],
    [
      { 'x-forwarded-for': '203.0.114.7, unix:, 10.0.0.2' },
      '203.0.114.7',
      ['x-forwarded-for entry "unix:" is not an address: ignored'],
    ],
    [
      { 'x-forwarded-for': '0177.0.0.1, 127.1:80, "203.0.114.7"' },
      '10.0.0.1',
      [
        'x-forwarded-for entry "\\"203.0.114.7\\"" is not an address: ignored',
        'x-forwarded-for entry "127.1:80" is not an address: ignored',
        'x-forwarded-for entry "0177.0.0.1" is not an address: ignored',
      ],
    ],
    [
      { 'x-forwarded-for': 'a,b,c,d,e' },
      '10.0.0.1',
      [
        'x-forwarded-for entry "e" is not an address: ignored',
        'x-forwarded-for entry "d" is not an address: ignored',
        'x-forwarded-for entry "c" is not an address: ignored',
        '2 more x-forwarded-for entries are not addresses: ignored',
      ],
    ],
    [
      {
        'cf-connecting-ip': '1.2.3.4, 5.6.7.8',
        'true-client-ip': '',
        'x-forwarded-for': '203.0.114.7',
      },
      '203.0.114.7',
      [
        'cf-connecting-ip "1.2.3.4, 5.6.7.8" is not an address: ignored',
        'true-client-ip "" is not an address: ignored',
      ],
    ],
    [
      { 'x-forwarded-for': '\u001b[31m\n' },
      '10.0.0.1',
      ['x-forwarded-for entry "\\u001b[31m" is not an address: ignored'],
    ],
  ])('%j: %s, and the notes say what was ignored', (headers, expected, notes) => {
    const visitor = through(headers)
    expect(visitor.ipText).toBe(expected)
    expect(visitor.notes).toEqual(notes)
  })

  test.each([
    ['entries that are addresses of trusted proxies', '10.0.0.2,'.repeat(7 * KB)],
    ['entries that are not addresses', 'x,'.repeat(32 * KB)],
    ['commas', ','.repeat(64 * KB)],
    ['spaces', ' '.repeat(64 * KB)],
    ['one long entry', 'f:'.repeat(32 * KB)],
    ['brackets', '['.repeat(64 * KB)],
  ])('64 KB of %s are looked at only from the right, with few notes', (_name, value) => {
    const visitor = through({ 'x-forwarded-for': value, 'cf-connecting-ip': value })
    expect(visitor.ipText).toMatch(/^10\.0\.0\.[12]$/)
    expect(visitor.notes.length).toBeLessThanOrEqual(6)
    expect(Math.max(0, ...visitor.notes.map((note) => note.length))).toBeLessThan(200)
    let looked = 0
    const everyone = { size: 1, has: () => ++looked > 0 }
    const reader = (name: string) => (name === 'x-forwarded-for' ? value : undefined)
    forwardedAddress(reader, visitor.ip!, everyone, [])
    expect(looked).toBeLessThanOrEqual(64)
  })

  test('beyond 64 entries the rest is ignored', () => {
    const visitor = through({ 'x-forwarded-for': `203.0.114.7${', 10.0.0.2'.repeat(64)}` })
    expect(visitor.ipText).toBe('10.0.0.2')
    expect(visitor.notes).toEqual(['x-forwarded-for has more than 64 entries: the others ignored'])
    expect(through({ 'x-forwarded-for': `203.0.114.7${', 10.0.0.2'.repeat(63)}` }).ipText).toBe(
      '203.0.114.7'
    )
  })
})

describe('country and continent', () => {
  test.each([
    ['KP', 'KP', 'AS'],
    [' BR ', 'BR', 'SA'],
    ['XX', 'XX', ''],
    ['T1', 'T1', 'T1'],
  ])(
    'a trusted peer that passes on %j of Cloudflare is believed: %s',
    (value, country, continent) => {
      const source = geo()
      const headers = { 'cf-ipcountry': value, 'cf-connecting-ip': '203.0.114.7' }
      const visitor = identify('10.0.0.1', headers, { geo: source, trust: ['private'] })
      expect([visitor.country, visitor.continent]).toEqual([country, continent])
      expect(source.asked).toEqual([])
      expect(visitor.notes).toEqual([])
    }
  )

  test.each(['', 'de', 'UK', 'Germany', 'DE, FR', 'DE\0', 'X1', '__proto__'])(
    'a trusted peer that says %j is not understood',
    (value) => {
      const headers = { 'cf-ipcountry': value, 'x-forwarded-for': '203.0.114.7' }
      const visitor = identify('10.0.0.1', headers, { geo: geo(), trust: ['private'] })
      expect(visitor.country).toBe('DE')
      expect(visitor.notes).toEqual([
        `cf-ipcountry ${JSON.stringify(value)} is not a country code: ignored`,
      ])
    }
  )

  test('what just anybody says of his country is not believed', () => {
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

  test('an address that is not in the data is XX, with a note', () => {
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
  ])('%s is in no country, which nobody needs to be told', (peer) => {
    const source = geo()
    const visitor = identify(peer, {}, { geo: source })
    expect(visitor.country).toBe('XX')
    expect(visitor.notes).toEqual([])
    expect(source.asked).toEqual([])
  })

  test('without a source it is XX, without a note', () => {
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
    'a source that answers %j is not believed',
    (country) => {
      const visitor = identify('8.8.8.8', {}, { geo: geo(() => ({ country })) })
      expect(visitor.country).toBe('XX')
      expect(visitor.notes).toHaveLength(1)
    }
  )

  test('Tor is T1 on T1', () => {
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

  test('is 0 where there is none', () => {
    expect(identify('8.8.8.8').asn).toBe(0)
    expect(identify('8.8.8.8', {}, { asn: asn(() => undefined) }).asn).toBe(0)
  })

  test('is 0 with a note where the source throws', () => {
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

describe('what a trusted peer says of the country', () => {
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
  ])('counts for nothing where a proxy that is not Cloudflare %s', (_name, headers) => {
    const given = { 'cf-ipcountry': 'JP', ...headers }
    const visitor = identify('10.0.0.1', given, { trust, geo: geo() })
    expect(visitor.country).not.toBe('JP')
    expect(visitor.notes.join()).toContain('cf-ipcountry ignored: the peer is not Cloudflare’s')
  })

  test('counts where the peer is one of Cloudflare’s', () => {
    const headers = { 'cf-ipcountry': 'JP', 'x-forwarded-for': '203.0.114.7' }
    const options = { trust: ['cloudflare'], geo: geo() }
    expect(identify('173.245.48.9', headers, options).country).toBe('JP')
  })

  test('does not outweigh a list of Tor exits', () => {
    const lookup = () => ({ score: 60, lists: ['tor'], isTor: true })
    const reputation = { name: 'feeds', date: '', lookup }
    expect(said('JP', { reputation }).country).toBe('T1')
  })

  test('counts from nobody else', () => {
    expect(said('JP', {}, '203.0.114.9').country).toBe('DE')
  })

  test('is not said of the address that a test pretends', () => {
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

  test('is what the feeds say', () => {
    const visitor = identify('8.8.8.8', {}, { reputation: reputation(['drop', 'tor_exits']) })
    expect(visitor.reputation).toMatchObject({ score: 20, lists: ['drop', 'tor_exits'] })
    expect(identify('8.8.8.8').reputation).toEqual({ score: 0, lists: [], isTor: false })
  })

  test('a Tor exit is in the country T1, whatever the country data says', () => {
    const tor = reputation(['tor_exits'], true)
    const visitor = identify('203.0.114.7', {}, { geo: geo(), reputation: tor })
    expect([visitor.country, visitor.continent]).toEqual(['T1', 'T1'])
  })

  test('that fails counts as none and is noted', () => {
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

  test('are those of the source', () => {
    expect(identify('203.0.114.7', {}, { geo: cities(() => munich) }).place).toEqual(munich)
  })

  test.each<[string, VisitorsOptions]>([
    ['without a source', {}],
    ['of a source of countries', { geo: geo() }],
    ['of an address that is not in it', { geo: cities(() => undefined) }],
  ])('are empty %s', (_name, options) => {
    expect(new Set(Object.values(identify('8.8.8.8', {}, options).place))).toEqual(new Set(['']))
  })

  test('of private addresses are not asked for', () => {
    const source = cities(() => {
      throw new Error('asked')
    })
    expect(identify('10.0.0.1', {}, { geo: source }).place.city).toBe('')
  })

  test('that fail are noted', () => {
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

  test('are judged once, by what is known of the visitor', () => {
    asked.length = 0
    const visitor = createVisitors({ bots, overrides: true }).identify(
      (name) => ({ 'user-agent': 'curl/8', 'x-edge-asn': '24940' })[name],
      { remoteAddress: '127.0.0.1', fields: { 'cf.bot_management.ja4': 't13d' } }
    )
    expect([visitor.bot?.score, visitor.bot?.score]).toEqual([7, 7])
    expect(asked).toMatchObject([{ userAgent: 'curl/8', asn: 24_940, ja4: 't13d' }])
    expect(visitor.notes).toContain('bot score 7: it says curl')
  })

  test('a source that throws is asked once, and leaves a note', () => {
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

  test('nobody is one where nobody judges', () => {
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

  test('is not that of another number, which a test claims', () => {
    const visitor = identify(
      '127.0.0.1',
      { 'x-edge-ip': '8.8.8.8', 'x-edge-asn': '13335' },
      { asn, overrides: true }
    )
    expect(visitor).toMatchObject({ asn: 13_335, asnName: '' })
  })
})
