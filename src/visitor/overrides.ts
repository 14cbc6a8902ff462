import { toStrictText } from '../language/bytes.ts'
import { MAX_ASN, parseAsn } from '../lists/asn.ts'
import type { Ip } from '../lists/ip.ts'
import { canonicalIp, parseIp } from '../lists/ip.ts'
import { isCountry } from './countries.ts'
import { excerpt } from './excerpt.ts'
import type { Persona, Personas } from './persona.ts'
import { overrideHeaderNames } from './stripped-headers.ts'
import type { HeaderReader } from './visitor.ts'

/** The settings of a request's `x-edge-…` headers. */
export interface Overrides {
  ip?: Ip
  country?: string
  asn?: number
  fields?: Record<string, unknown>
  /** The persona; its address, country, ASN and fields are set above, but not its headers. */
  persona?: Persona
  /** True if the request passes challenges. */
  passesChallenges?: boolean
  /** Header names that had an effect. */
  readonly used: readonly string[]
  /** Unreadable values, one sentence each. */
  readonly problems: readonly string[]
}

type OverrideName = (typeof overrideHeaderNames)[number]

const JA3_FIELD = 'cf.bot_management.ja3_hash'
const JA4_FIELD = 'cf.bot_management.ja4'
const JA4_EXAMPLE = 't13d1516h2_8daaf6152771_b186095e22b6'

const JA3 = /^[\da-f]{32}$/i
const JA4 = /^[tqd][\da-z]{2}[di]\d{4}[\da-z]{2}_[\da-f]{12}_[\da-f]{12}$/i
/** Deeper than any value of the language (a map of arrays in an object). Limits the depth for later code. */
const MAX_DEPTH = 8

const MAX_LISTED_NAMES = 50

const listed = (names: readonly string[]): string =>
  [...names.slice(0, MAX_LISTED_NAMES), ...(names.length > MAX_LISTED_NAMES ? ['…'] : [])].join(
    ', '
  )

const isDeeper = (value: unknown, depth: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1)))

const readJson = (text: string): unknown => {
  // Header values have one character for each byte; JSON is UTF-8.
  const json = toStrictText(text)
  try {
    return json === undefined ? undefined : JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Without a prototype, so that a field called `__proto__` or `constructor` is an ordinary one. */
const setFields = (overrides: Overrides, fields: object) => {
  overrides.fields = Object.assign(overrides.fields ?? Object.create(null), fields)
}

/** Drops the persona's place (`ip.src.city` …) if a test sets another address. */
const forgetPlace = ({ fields = {} }: Overrides) => {
  for (const name of Object.keys(fields)) if (name.startsWith('ip.src.')) delete fields[name]
}

type ReadOverride = (
  text: string,
  overrides: Overrides,
  personas: Personas | undefined
) => string | undefined

/** Each reader puts its header's value into `overrides`, or reports its problem. */
const READERS: Readonly<Record<OverrideName, ReadOverride>> = {
  'x-edge-as': (text, overrides, personas) => {
    if (personas === undefined) return 'is not a persona: this edge has none'
    const persona = personas.get(text)
    if (persona === undefined) {
      const near = personas.near(text)
      return near.length > 0
        ? `is not a persona: did you mean ${near.join(', ')}?`
        : `is not a persona: expected one of ${listed(personas.names)}`
    }
    const { ip, country, asn, fields } = persona
    overrides.persona = persona
    if (ip !== undefined) overrides.ip = ip
    if (country !== undefined) overrides.country = country
    if (asn !== undefined) overrides.asn = asn
    setFields(overrides, fields)
  },
  'x-edge-ip': (text, overrides) => {
    const ip = parseIp(text)
    if (ip === undefined) return 'is not an IP address'
    overrides.ip = canonicalIp(ip)
    delete overrides.country
    delete overrides.asn
    forgetPlace(overrides)
  },
  'x-edge-country': (text, overrides) => {
    const code = text.toUpperCase()
    if (!isCountry(code))
      return 'is not a country code: expected two letters of ISO 3166-1, XX or T1'
    overrides.country = code
    forgetPlace(overrides)
  },
  'x-edge-asn': (text, overrides) => {
    const asn = parseAsn(text)
    if (asn === undefined) return `is not an AS number: expected 0 to ${MAX_ASN}`
    overrides.asn = asn
  },
  'x-edge-ja3': (text, overrides) => {
    if (!JA3.test(text)) return 'is not a JA3 hash: expected 32 hex digits'
    setFields(overrides, { [JA3_FIELD]: text.toLowerCase() })
  },
  'x-edge-ja4': (text, overrides) => {
    if (!JA4.test(text)) return `is not a JA4 fingerprint: expected three parts like ${JA4_EXAMPLE}`
    setFields(overrides, { [JA4_FIELD]: text })
  },
  'x-edge-fields': (text, overrides) => {
    const json = readJson(text)
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      return 'is not a JSON object of fields and their values'
    }
    if (isDeeper(json, MAX_DEPTH)) return `is nested deeper than ${MAX_DEPTH} levels`
    setFields(overrides, json)
  },
  'x-edge-challenge': (text, overrides) => {
    if (text !== 'pass') return 'is not known: expected pass'
    overrides.passesChallenges = true
  },
}

/**
 * Reads the test overrides of a request. It never guesses: an unreadable value is a problem and is not ignored. A field in
 * `x-edge-fields` wins over its own header, and any header wins over the persona. An own address drops the persona's
 * country, ASN and place, which are then looked up again.
 *
 * @param personas the personas that `x-edge-as` can name; without them the header is a problem
 * @returns `undefined` if the request has none
 */
export const readOverrides = (
  headers: HeaderReader,
  { personas }: { personas?: Personas | undefined } = {}
): Overrides | undefined => {
  const used: string[] = []
  const problems: string[] = []
  const overrides: Overrides = { used, problems }
  for (const name of overrideHeaderNames) {
    const text = headers(name)?.trim()
    if (text === undefined) continue
    const problem = READERS[name](text, overrides, personas)
    if (problem === undefined) used.push(name)
    else problems.push(`${name}: ${excerpt(text)} ${problem}`)
  }
  return used.length + problems.length > 0 ? overrides : undefined
}
