import { describe, expect, test } from 'vitest'
import type { CityPlace, GeoPlace } from '../visitor.ts'
import type { MmdbRecord } from './mmdb-record.ts'
import { anonymousKindsOf, countryOf, kindsOf, networkOf, placeOf } from './mmdb-record.ts'

const country = (iso_code: string) => ({ iso_code, names: { en: 'a country' } })

describe('country', () => {
  test.each<[string, MmdbRecord, string | undefined]>([
    ['where the address is', { country: country('DE'), registered_country: country('FR') }, 'DE'],
    ['else where the network is registered', { registered_country: country('AU') }, 'AU'],
    ['never whom a base stands for', { represented_country: country('US') }, undefined],
    ['IPinfo: code as text', { country: 'JP', country_name: 'Japan' }, 'JP'],
    ['IPinfo Lite: name and code', { country: 'Japan', country_code: 'JP' }, 'JP'],
    ['not a code in small letters', { country: 'jp' }, undefined],
    ['not something made up', { country: country('CLOUDFLARE') }, undefined],
    ['not a number', { country: 7 }, undefined],
    ['not nothing', { country: null }, undefined],
  ])('%s', (_what, record, expected) => {
    expect(countryOf(record)?.country).toBe(expected)
  })

  test.each<[string, MmdbRecord, GeoPlace | undefined]>([
    [
      'MaxMind’s continent alone',
      { continent: { code: 'EU', names: { en: 'Europe' } } },
      { country: 'XX', continent: 'EU' },
    ],
    ['a flat continent alone', { continent_code: 'AF' }, { country: 'XX', continent: 'AF' }],
    ['a continent’s code', { continent: 'AN' }, { country: 'XX', continent: 'AN' }],
    [
      'a continent’s name and code',
      { continent: 'Europe', continent_code: 'EU' },
      { country: 'XX', continent: 'EU' },
    ],
    ['not for a continent that is none', { continent: { code: 'XX' } }, undefined],
    ['not for a continent’s name', { continent: 'Europe' }, undefined],
    [
      'a country of another continent',
      { continent: { code: 'EU' }, registered_country: { iso_code: 'US' } },
      { country: 'US' },
    ],
  ])('%s', (_what, record, expected) => {
    expect(countryOf(record)).toEqual(expected)
  })
})

const NOWHERE: CityPlace = {
  city: '',
  region: '',
  regionCode: '',
  subdivision1: '',
  subdivision2: '',
  postalCode: '',
  metroCode: '',
  lat: '',
  lon: '',
  timezone: '',
}

describe('place', () => {
  test.each<[string, MmdbRecord, Partial<CityPlace>]>([
    [
      'MaxMind City',
      {
        city: { geoname_id: 1, names: { de: 'München', en: 'Munich' } },
        country: country('DE'),
        location: { latitude: 48.1371, longitude: -11.5, time_zone: 'Europe/Berlin' },
        postal: { code: '80331' },
        subdivisions: [
          { iso_code: 'BY', names: { en: 'Bavaria' } },
          { iso_code: '091', names: { en: 'Upper Bavaria' } },
        ],
      },
      {
        city: 'Munich',
        region: 'Bavaria',
        regionCode: 'BY',
        subdivision1: 'DE-BY',
        subdivision2: 'DE-091',
        postalCode: '80331',
        lat: '48.1371',
        lon: '-11.5',
        timezone: 'Europe/Berlin',
      },
    ],
    [
      'MaxMind City in the USA',
      { country: country('US'), location: { metro_code: 807 } },
      { metroCode: '807' },
    ],
    [
      'DB-IP City Lite, without codes',
      {
        city: { names: { en: 'Munich' } },
        country: country('DE'),
        location: { latitude: 48.13710021972656, longitude: 0 },
        subdivisions: [{ names: { en: 'Bavaria' } }],
      },
      { city: 'Munich', region: 'Bavaria', lat: '48.1371', lon: '0' },
    ],
    [
      'IPinfo, flat',
      {
        city: 'Tokyo',
        country: 'JP',
        lat: '35.68950',
        lng: '139.69171',
        postal_code: '101-8656',
        region: 'Tokyo',
        region_code: '13',
        timezone: 'Asia/Tokyo',
      },
      {
        city: 'Tokyo',
        region: 'Tokyo',
        regionCode: '13',
        subdivision1: 'JP-13',
        postalCode: '101-8656',
        lat: '35.6895',
        lon: '139.69171',
        timezone: 'Asia/Tokyo',
      },
    ],
    [
      'ip-location-db, flat',
      {
        city: 'Munich',
        country_code: 'DE',
        latitude: 48.1,
        longitude: 11.5,
        postcode: '80331',
        state1: 'Bavaria',
        state2: 'Upper Bavaria',
        timezone: 'Europe/Berlin',
      },
      {
        city: 'Munich',
        region: 'Bavaria',
        postalCode: '80331',
        lat: '48.1',
        lon: '11.5',
        timezone: 'Europe/Berlin',
      },
    ],
    [
      'a code that has its country already',
      { country: country('CA'), subdivisions: [{ iso_code: 'CA-ON' }] },
      { regionCode: 'ON', subdivision1: 'CA-ON' },
    ],
    [
      'a region without a country has no code of ISO 3166-2',
      { registered_country: country('DE'), subdivisions: [{ iso_code: 'BY' }] },
      { regionCode: 'BY' },
    ],
    ['what IP2Location does not know', { city: '-', region: '-', zip_code: '-' }, {}],
    [
      'nonsense',
      {
        city: { names: { de: 'Nirgends' } },
        location: { latitude: 'north', longitude: Number.NaN },
        postal: { code: {} },
        subdivisions: 'BY',
      },
      {},
    ],
    ['nothing', {}, {}],
  ])('%s', (_what, record, expected) => {
    expect(placeOf(record)).toEqual({ ...NOWHERE, ...expected })
  })
})

describe('network', () => {
  test.each<[string, MmdbRecord, [number, string] | undefined]>([
    [
      'MaxMind ASN, DB-IP ASN',
      { autonomous_system_number: 15169, autonomous_system_organization: 'GOOGLE' },
      [15169, 'GOOGLE'],
    ],
    ['without a name', { autonomous_system_number: 209 }, [209, '']],
    [
      'MaxMind ISP: who runs the network, not who sells it',
      {
        autonomous_system_number: 3320,
        autonomous_system_organization: 'Deutsche Telekom AG',
        isp: 'Telekom',
        organization: 'Somebody',
      },
      [3320, 'Deutsche Telekom AG'],
    ],
    [
      'Enterprise, DB-IP ISP: among the traits',
      { traits: { autonomous_system_number: 24940, autonomous_system_organization: 'Hetzner' } },
      [24940, 'Hetzner'],
    ],
    ['IPinfo Lite', { asn: 'AS15169', as_name: 'Google LLC' }, [15169, 'Google LLC']],
    ['IPinfo ASN', { asn: 'AS1', name: 'Level 3', country: 'US' }, [1, 'Level 3']],
    ['the largest', { asn: 'AS4294967295' }, [4294967295, '']],
    ['too large', { asn: 'AS4294967296' }, undefined],
    ['none', { asn: '' }, undefined],
    ['zero', { autonomous_system_number: 0 }, undefined],
    ['not a number', { asn: 'AS-GOOGLE' }, undefined],
  ])('%s', (_what, record, expected) => {
    expect(networkOf(record)).toEqual(expected && { asn: expected[0], name: expected[1] })
  })
})

describe('anonymizers', () => {
  test.each<[string, MmdbRecord, string[]]>([
    [
      'MaxMind Anonymous-IP',
      { is_anonymous: true, is_anonymous_vpn: true, is_tor_exit_node: false },
      ['anonymous', 'vpn'],
    ],
    [
      'all kinds',
      {
        is_anonymous: true,
        is_anonymous_vpn: true,
        is_hosting_provider: true,
        is_public_proxy: true,
        is_residential_proxy: true,
        is_tor_exit_node: true,
      },
      ['anonymous', 'vpn', 'hosting', 'public_proxy', 'residential_proxy', 'tor'],
    ],
    ['Enterprise: among the traits', { traits: { is_public_proxy: true } }, ['public_proxy']],
    [
      'IPinfo: as text',
      { vpn: 'true', tor: '', hosting: 'true', proxy: 'false' },
      ['vpn', 'hosting'],
    ],
    ['each once', { is_vpn: true, vpn: true }, ['vpn']],
    ['nothing', {}, []],
  ])('%s', (_what, record, expected) => {
    expect(anonymousKindsOf(record)).toEqual(expected)
  })
})

test.each<[string, MmdbRecord, string[]]>([
  ['a country', { country: country('DE') }, ['country']],
  ['a place', { country: country('DE'), location: { latitude: 1 } }, ['country', 'city']],
  ['country and network', { country_code: 'DE', asn: 'AS1' }, ['country', 'asn']],
  ['flags, also where they are not set', { is_hosting: false }, ['anonymous']],
  ['something else', { connection_type: 'Cable/DSL' }, []],
])('the kinds of a record: %s', (_what, record, expected) => {
  expect(kindsOf(record)).toEqual(expected)
})
