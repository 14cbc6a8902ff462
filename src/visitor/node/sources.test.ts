import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { EdgeError } from '../../error.ts'
import { parseIp } from '../../lists/ip.ts'
import { parseFeedSpec } from '../feeds/spec.ts'
import { providedBy } from '../provides.ts'
import { mmdb } from './mmdb.fixture.ts'
import type { SourcesOptions } from './sources.ts'
import { openSources } from './sources.ts'

const DIR = mkdtempSync(join(tmpdir(), 'edge1020-sources-'))
afterAll(() => rmSync(DIR, { recursive: true }))

const file = (name: string, content: string | Uint8Array) => {
  const path = join(DIR, name)
  writeFileSync(path, content)
  return path
}
const ip = (text: string) => parseIp(text)!
const DAY_S = 86_400
const now = Math.floor(Date.now() / 1_000)

const open = (options: Partial<SourcesOptions> = {}) => {
  const errors: EdgeError[] = []
  const sources = openSources({ data: DIR, onError: (error) => errors.push(error), ...options })
  onTestFinished(() => sources.close())
  return sources
}

const anonymous = file(
  'anonymous.mmdb',
  mmdb({
    type: 'GeoIP2-Anonymous-IP',
    built: now,
    networks: [
      ['198.51.100.0/24', { is_anonymous: true, is_anonymous_vpn: true }],
      ['203.0.113.0/24', { is_anonymous: true, is_tor_exit_node: true }],
    ],
  })
)
const countries = file(
  'countries.mmdb',
  mmdb({
    type: 'GeoLite2-Country',
    built: now - 100 * DAY_S,
    networks: [['8.8.8.0/24', { country: { iso_code: 'US' } }]],
  })
)
const networks = file(
  'networks.mmdb',
  mmdb({
    type: 'GeoLite2-ASN',
    built: now,
    networks: [
      [
        '8.8.8.0/24',
        { autonomous_system_number: 15_169, autonomous_system_organization: 'GOOGLE' },
      ],
    ],
  })
)
const drop = file('drop.txt', '198.51.100.7\n192.0.2.0/24\n')
const asns = file('asns.txt', 'AS64496 # example\n')

describe('the sources of a fresh clone', () => {
  test('are the newest countries, places of geoip-lite, all networks and the built-in bots', () => {
    const sources = open()
    expect(sources.facts().map(({ role, name }) => [role, name])).toEqual([
      ['country', 'geo-whois-asn-country'],
      ['place', 'geoip-lite'],
      ['asn', 'ip-location-db asn'],
      ['bots', 'built-in bots'],
    ])
    expect(sources.facts()[2]!.text).toMatch(
      /^ip-location-db asn: all networks, 2026-06-17 \(\d+ days old\); compiled when first needed$/
    )
    expect(sources.reputation).toBeUndefined()
    expect(sources.lists.ip('office')).toBeUndefined()
    expect(sources.asn.lookup(ip('1.1.1.1'))).toMatchObject({ asn: 13_335 })
    expect([...providedBy(sources)].sort()).toEqual([
      'asn',
      'bots',
      'constant',
      'country',
      'place',
      'request',
      'response',
      'visitor',
    ])
  })

  test('report the date and the age of the countries', () => {
    const [country] = open().facts()
    expect(country!.text).toMatch(/^geo-whois-asn-country, 2026-06-17 \(\d+ days old\)$/)
  })

  test.each([
    ['2026-11-29', []],
    ['2027-06-17', []],
    ['2027-06-18', ['geo-whois-asn-country', 'ip-location-db asn']],
  ])('warn on %s about data older than a year: %j', (today, names) => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(today) })
    onTestFinished(() => void vi.useRealTimers())
    const old = open()
      .facts()
      .filter(({ warning }) => warning !== undefined)
    expect(old.map(({ name }) => name)).toEqual(names)
  })

  test('warn about old places after the first read, and not about bots', () => {
    const sources = open()
    const [, before, , bots] = sources.facts()
    expect(before).toEqual({
      role: 'place',
      name: 'geoip-lite',
      date: '2023-11-15',
      text: expect.stringMatching(
        /^geoip-lite, 2023-11-15 \(\d{4} days old\), for rules that read a place$/
      ),
    })
    expect(bots!.warning).toBeUndefined()
    sources.geo.lookup(ip('8.8.8.8'))
    expect(sources.facts()[1]!.warning).toBeUndefined()
    expect(sources.geo.place!(ip('193.0.0.1'))).toMatchObject({ timezone: 'Europe/Amsterdam' })
    const after = sources.facts()[1]!
    expect(after.warning).toContain('geoip-lite: data of 2023-11-15')
    expect(after.text).not.toContain('for rules')
  })

  test('detect no bots if bot detection is off', () => {
    const sources = open({ bots: 'off' })
    expect(sources.bots).toBeUndefined()
    expect(sources.facts().at(-1)).toMatchObject({ role: 'bots', text: 'off' })
  })
})

describe('databases', () => {
  test('replace the built-in data of the kinds that they provide', () => {
    const sources = open({ geo: [anonymous, countries, networks] })
    expect(sources.geo.lookup(ip('8.8.8.8'))).toEqual({ country: 'US' })
    expect(sources.asn.lookup(ip('8.8.8.8'))).toMatchObject({ asn: 15_169, name: 'GOOGLE' })
    expect(sources.facts().map(({ role, name }) => [role, name])).toEqual([
      ['country', 'countries.mmdb'],
      ['asn', 'networks.mmdb'],
      ['anonymous', 'anonymous.mmdb'],
      ['bots', 'built-in bots'],
    ])
    const old = sources.facts().filter(({ warning }) => warning !== undefined)
    expect(old.map(({ name }) => name)).toEqual(['countries.mmdb'])
    expect(old[0]!.warning).toMatch(/100 days/)
  })

  test('provide countries, and geoip-lite provides places if requested', () => {
    const sources = open({ geo: [countries, 'geoip-lite'] })
    expect(sources.facts().map(({ role, name }) => [role, name])).toEqual([
      ['country', 'countries.mmdb'],
      ['place', 'geoip-lite'],
      ['asn', 'ip-location-db asn'],
      ['bots', 'built-in bots'],
    ])
    expect(sources.geo.lookup(ip('193.0.0.1'))).toBeUndefined()
    expect(sources.geo.place).toBeDefined()
    expect(open({ geo: [countries] }).geo.place).toBeUndefined()
  })

  test('are optional: geoip-lite alone gives countries and places', () => {
    const sources = open({ geo: ['geoip-lite', networks] })
    expect(sources.facts().map(({ role, name }) => [role, name])).toEqual([
      ['country', 'geoip-lite'],
      ['asn', 'networks.mmdb'],
      ['bots', 'built-in bots'],
    ])
    expect(sources.facts()[0]!.warning).toContain('2023-11')
    // Anycast: geoip-lite has no country for it, the default has.
    expect(sources.geo.lookup(ip('1.1.1.1'))).toBeUndefined()
    expect(open().geo.lookup(ip('1.1.1.1'))).toEqual({ country: 'AU' })
    expect(sources.geo.lookup(ip('175.45.176.1'))).toEqual({ country: 'KP' })
  })

  test('with anonymous addresses fill managed lists and the reputation', () => {
    const { lists, reputation } = open({ geo: [anonymous] })
    expect(lists.ip('cf.vpn')!.has(ip('198.51.100.9'))).toBe(true)
    expect(lists.ip('cf.vpn')!.has(ip('203.0.113.9'))).toBe(false)
    expect(lists.ip('cf.malware')).toBeUndefined()
    expect(reputation!.lookup(ip('203.0.113.9'))).toMatchObject({ isTor: true, score: 60 })
  })

  test('are refused by name if broken, and all files are closed', () => {
    const broken = file('broken.mmdb', 'not a database')
    expect(() => open({ geo: [countries, broken] })).toThrow(broken)
  })
})

describe('feeds', () => {
  test('fill lists together with databases', () => {
    const feeds = [parseFeedSpec(`drop=${drop},weight=90,list=cf.vpn`), parseFeedSpec(`as=${asns}`)]
    const { lists, reputation, facts } = open({ geo: [anonymous], feeds })
    expect(lists.ip('drop')!.has(ip('192.0.2.9'))).toBe(true)
    expect(lists.ip('drop')!.has(ip('198.51.100.9'))).toBe(false)
    expect(lists.ip('cf.vpn')!.has(ip('192.0.2.9'))).toBe(true)
    expect(lists.ip('cf.vpn')!.has(ip('198.51.100.9'))).toBe(true)
    expect(lists.ip('cf.vpn')).toBe(lists.ip('cf.vpn'))
    expect(lists.int('as')!.has(64_496)).toBe(true)
    expect(reputation!.lookup(ip('198.51.100.7'))).toEqual({
      score: 93,
      lists: ['drop', 'anonymous_ip.anonymous', 'anonymous_ip.vpn'],
      isTor: false,
    })
    const told = facts().filter(({ role }) => role === 'feed')
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^drop: 2 entries, .*weight 90, \$drop \$cf\.vpn/),
      expect.stringMatching(/^as: 1 entries/),
    ])
  })

  test('report the update command if never downloaded', () => {
    const feeds = [parseFeedSpec('drop=https://feeds.example/drop.txt')]
    expect(() => open({ feeds })).toThrow('edge1020 update feeds')
  })
})
