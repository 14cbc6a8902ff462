import { MAX_ASN } from '../../lists/asn.ts'
import type { AnonymousKind } from '../anonymous.ts'
import { UNKNOWN_COUNTRY } from '../countries.ts'
import type { CityPlace, GeoPlace } from '../visitor.ts'

/** A decoded record of any layout. */
export type MmdbRecord = Readonly<Record<string, unknown>>

const NOTHING: MmdbRecord = {}
const COUNTRY = /^[A-Z]{2}$/
const AS_NUMBER = /^(?:AS)?(\d{1,10})$/
/** IP2Location's text for an unknown value. */
const UNKNOWN = '-'
/** Precise to a metre, like the databases. */
const COORDINATE_DIGITS = 5

export const asRecord = (value: unknown): MmdbRecord =>
  typeof value === 'object' && value !== null ? (value as MmdbRecord) : NOTHING

const textOf = (value: unknown): string => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== UNKNOWN ? value : ''
}

/** The first of these keys with a text or a number in the record. */
const first = (record: MmdbRecord, ...keys: readonly string[]): string => {
  for (const key of keys) {
    const text = textOf(record[key])
    if (text !== '') return text
  }
  return ''
}

/** Plain text, or MaxMind's map of a name in several languages. */
const nameOf = (value: unknown): string =>
  typeof value === 'string' ? textOf(value) : textOf(asRecord(asRecord(value).names).en)

const isoCode = (value: unknown): string => {
  const code = typeof value === 'string' ? value : asRecord(value).iso_code
  return typeof code === 'string' && COUNTRY.test(code) ? code : ''
}

const CONTINENT = /^(?:AF|AN|AS|EU|NA|OC|SA)$/

/** Nested in MaxMind's and DB-IP's layouts, flat in IPinfo's and others. */
const continentOf = (record: MmdbRecord): string =>
  [asRecord(record.continent).code, record.continent_code, record.continent]
    .map(textOf)
    .find((code) => CONTINENT.test(code)) ?? ''

/**
 * The country of the address, else the one where the network is registered, as for anycast networks and satellites. Never
 * the country of a base or an embassy (`represented_country`). IPinfo's Lite has the name of the country under `country`.
 * For some networks that span countries, only the continent is known: their country is `XX`, Cloudflare's code for unknown.
 */
export const countryOf = (record: MmdbRecord): GeoPlace | undefined => {
  const country =
    isoCode(record.country) || isoCode(record.country_code) || isoCode(record.registered_country)
  if (country !== '') return { country }
  const continent = continentOf(record)
  return continent === '' ? undefined : { country: UNKNOWN_COUNTRY, continent }
}

/** Degrees, as a number or (IPinfo) as text. */
const degrees = (record: MmdbRecord, ...keys: readonly string[]): string => {
  const text = first(record, ...keys)
  const number = Number(text)
  return text === '' || !Number.isFinite(number)
    ? ''
    : String(Number(number.toFixed(COORDINATE_DIGITS)))
}

interface Region {
  readonly name: string
  /** Without the country. */
  readonly code: string
  /** ISO 3166-2. */
  readonly subdivision: string
}

const regionOf = (country: string, name: string, code: string): Region => {
  const bare = code.startsWith(`${country}-`) ? code.slice(country.length + 1) : code
  return {
    name,
    code: bare,
    subdivision: country === '' || bare === '' ? '' : `${country}-${bare}`,
  }
}

const regionsOf = (record: MmdbRecord, country: string): [Region, Region] => {
  const given = Array.isArray(record.subdivisions) ? record.subdivisions : []
  const [large, small] = [asRecord(given[0]), asRecord(given[1])]
  return [
    regionOf(
      country,
      nameOf(large) || first(record, 'region', 'region_name', 'state1'),
      first(large, 'iso_code') || first(record, 'region_code')
    ),
    regionOf(country, nameOf(small) || first(record, 'state2'), first(small, 'iso_code')),
  ]
}

/** Layouts of MaxMind and DB-IP (nested), of IPinfo, IP2Location and sapics/ip-location-db (flat). */
export const placeOf = (record: MmdbRecord): CityPlace => {
  // A subdivision belongs to the location of the address, never to the registration of its network.
  const country = isoCode(record.country) || isoCode(record.country_code)
  const location = asRecord(record.location)
  const [region, smaller] = regionsOf(record, country)
  return {
    city: nameOf(record.city),
    region: region.name,
    regionCode: region.code,
    subdivision1: region.subdivision,
    subdivision2: smaller.subdivision,
    postalCode:
      first(asRecord(record.postal), 'code') ||
      first(record, 'postal', 'postal_code', 'postcode', 'zip_code', 'zip'),
    metroCode: first(location, 'metro_code') || first(record, 'metro_code', 'dma_code'),
    lat: degrees(location, 'latitude') || degrees(record, 'latitude', 'lat'),
    lon: degrees(location, 'longitude') || degrees(record, 'longitude', 'lng', 'lon'),
    timezone: first(location, 'time_zone') || first(record, 'timezone', 'time_zone'),
  }
}

const asnOf = (value: unknown): number => {
  const digits = AS_NUMBER.exec(textOf(value))?.[1]
  const asn = digits === undefined ? 0 : Number(digits)
  return asn <= MAX_ASN ? asn : 0
}

/** Enterprise databases and DB-IP's keep it in the traits. */
export const networkOf = (record: MmdbRecord): { asn: number; name: string } | undefined => {
  const traits = asRecord(record.traits)
  const asn =
    asnOf(record.autonomous_system_number) ||
    asnOf(record.asn) ||
    asnOf(traits.autonomous_system_number)
  if (asn === 0) return undefined
  const name =
    first(record, 'autonomous_system_organization', 'as_name', 'name') ||
    first(traits, 'autonomous_system_organization')
  return { asn, name }
}

/** Members of MaxMind's Anonymous-IP and Anonymous-Plus, and of IPinfo's privacy data. */
const FLAGS: Readonly<Record<string, AnonymousKind>> = {
  is_anonymous: 'anonymous',
  relay: 'anonymous',
  is_relay: 'anonymous',
  is_anonymous_vpn: 'vpn',
  is_vpn: 'vpn',
  vpn: 'vpn',
  is_hosting_provider: 'hosting',
  is_hosting: 'hosting',
  hosting: 'hosting',
  is_public_proxy: 'public_proxy',
  is_proxy: 'public_proxy',
  proxy: 'public_proxy',
  is_residential_proxy: 'residential_proxy',
  is_res_proxy: 'residential_proxy',
  is_tor_exit_node: 'tor',
  is_tor: 'tor',
  tor: 'tor',
}

const isSet = (value: unknown) => value === true || value === 'true' || value === 1

const flagsOf = (record: MmdbRecord): [AnonymousKind, unknown][] =>
  Object.entries(FLAGS).flatMap(([key, kind]): [AnonymousKind, unknown][] =>
    Object.hasOwn(record, key) ? [[kind, record[key]]] : []
  )

/** The ways in which an address hides its user; each kind once. */
export const anonymousKindsOf = (record: MmdbRecord): readonly AnonymousKind[] => {
  const flags = [...flagsOf(record), ...flagsOf(asRecord(record.traits))]
  return [...new Set(flags.flatMap(([kind, value]) => (isSet(value) ? [kind] : [])))]
}

export type MmdbKind = 'country' | 'city' | 'asn' | 'anonymous'

/** The kinds of data in a record. */
export const kindsOf = (record: MmdbRecord): MmdbKind[] => {
  const kinds: MmdbKind[] = []
  if (countryOf(record) !== undefined) kinds.push('country')
  if (Object.values(placeOf(record)).some((part) => part !== '')) kinds.push('city')
  if (networkOf(record) !== undefined) kinds.push('asn')
  if (flagsOf(record).length > 0 || flagsOf(asRecord(record.traits)).length > 0) {
    kinds.push('anonymous')
  }
  return kinds
}
