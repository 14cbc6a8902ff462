import { defaultScheme } from '../language/defaults.ts'
import type { FieldSource } from '../language/fields.ts'
import { fieldFacts } from '../language/fields.ts'
import { LIMITS } from '../language/limits.ts'
import { Parser } from '../language/parser.ts'
import { fieldsOf } from '../language/walk.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import type { Holdings, Part } from './holdings.ts'
import { holdsHeader } from './holdings.ts'

/** Data that a rule reads and a log lacks. */
export interface Missing {
  /** The field of the Rules language that needs the data. */
  readonly field: string
  /** The missing data as the report names it, such as `the header host`. */
  readonly what: string
}

const PART_NAMES: Readonly<Record<Part, string>> = {
  address: 'the client’s address',
  time: 'the time',
  method: 'the method',
  path: 'the path',
  query: 'the query',
  version: 'the HTTP version',
  scheme: 'http or https',
  status: 'the status',
}

interface Needs {
  readonly parts?: readonly Part[]
  readonly headers?: readonly string[]
  /** True if the field needs all headers of the request. */
  readonly allHeaders?: boolean
  /** The data that the field needs, if no log contains it. */
  readonly never?: string
}

const PATH: Needs = { parts: ['path'] }
const QUERY: Needs = { parts: ['query'] }
const URI: Needs = { parts: ['path', 'query'] }
const FULL_URI: Needs = { parts: ['path', 'query', 'scheme'], headers: ['host'] }
const ADDRESS: Needs = { parts: ['address'] }
/** The headers that every browser sends. The bot score depends on them. */
const BOT_HEADERS = ['user-agent', 'accept', 'accept-language', 'accept-encoding']

const REQUEST_NEEDS: Readonly<Record<string, Needs>> = {
  'http.cookie': { headers: ['cookie'] },
  'http.request.cookies': { headers: ['cookie'] },
  'http.host': { headers: ['host'] },
  'http.referer': { headers: ['referer'] },
  'http.user_agent': { headers: ['user-agent'] },
  'http.x_forwarded_for': { headers: ['x-forwarded-for'] },
  'http.request.method': { parts: ['method'] },
  'http.request.version': { parts: ['version'] },
  'http.request.timestamp.sec': { parts: ['time'] },
  'http.request.timestamp.msec': { parts: ['time'] },
  'http.request.full_uri': FULL_URI,
  'raw.http.request.full_uri': FULL_URI,
  'http.request.accepted_languages': { headers: ['accept-language'] },
  'http.request.headers.truncated': {},
  ssl: { parts: ['scheme'] },
  'ip.src': ADDRESS,
  'cf.bot_management.static_resource': PATH,
  'cf.bot_management.score': { parts: ['address'], headers: BOT_HEADERS },
  'http.response.code': { parts: ['status'] },
}

const BOTS: Needs = { parts: ['address'], headers: ['user-agent'] }
const HEADER_FIELDS = /^http\.request\.headers(?:\.(?:names|values))?$/
const URI_FIELDS = /^(?:raw\.)?http\.request\.uri(?:\.(path|query|args)\b.*)?$/

const BY_SOURCE: Readonly<Partial<Record<FieldSource, Needs>>> = {
  country: ADDRESS,
  asn: ADDRESS,
  place: ADDRESS,
  postal: ADDRESS,
  reputation: ADDRESS,
  bots: BOTS,
  constant: {},
  response: { never: 'the headers of the response' },
  tls: { never: 'the TLS handshake' },
}

const needsOf = (field: string): Needs => {
  const own = REQUEST_NEEDS[field]
  if (own !== undefined) return own
  const uri = URI_FIELDS.exec(field)
  if (uri !== null) return uri[1] === undefined ? URI : uri[1] === 'path' ? PATH : QUERY
  if (HEADER_FIELDS.test(field)) return { allHeaders: true }
  if (field.startsWith('http.request.body.')) return { never: 'the body' }
  const source = fieldFacts.get(field)?.source
  return (source && BY_SOURCE[source]) ?? { never: 'its value' }
}

/** The sources of fields whose values come from data about addresses, not from the log. */
const FROM_DATA: readonly FieldSource[] = [
  'country',
  'asn',
  'place',
  'postal',
  'reputation',
  'bots',
]

/** Returns the lower-case names of the headers that an expression reads, or `undefined` if it needs others as well. */
const namedHeaders = (source: string): string[] | undefined => {
  const root = new Parser(source, defaultScheme, LIMITS).value()
  if (root === undefined) return undefined
  const names: string[] = []
  for (const { name, indexes } of fieldsOf(root)) {
    if (!HEADER_FIELDS.test(name)) continue
    const [first] = indexes
    if (name !== 'http.request.headers' || first?.kind !== 'key') return undefined
    names.push(first.key.toLowerCase())
  }
  return names
}

export interface Known {
  readonly holds: Holdings
  /** The sources of fields that have data on this machine (`visitor/provides.ts`). */
  readonly provided: ReadonlySet<FieldSource>
  /** True if only a sample of the lines is judged. */
  readonly isSampled?: boolean
}

const headerText = (name: string) => `the header ${name}`

const missingOfNeeds = (
  field: string,
  { parts = [], headers = [], allHeaders = false, never }: Needs,
  { holds }: Known
): Missing[] => [
  ...(never === undefined ? [] : [{ field, what: never }]),
  ...parts
    .filter((part) => !holds.parts.has(part))
    .map((part) => ({ field, what: PART_NAMES[part] })),
  ...headers
    .filter((name) => !holdsHeader(holds, name))
    .map((name) => ({ field, what: headerText(name) })),
  ...(allHeaders && !holds.hasAllHeaders ? [{ field, what: 'all headers' }] : []),
]

/** Returns the data that one field needs and that neither the log nor this machine has. */
export const missingOfField = (field: string, known: Known, hasZones = false): Missing[] => {
  if (known.holds.fields.has(field)) return []
  if (hasZones && (field === 'cf.zone.name' || field === 'cf.zone.plan')) return []
  const source = fieldFacts.get(field)?.source
  if (source !== undefined && FROM_DATA.includes(source) && !known.provided.has(source)) {
    return [{ field, what: 'data for it on this machine' }]
  }
  return missingOfNeeds(field, needsOf(field), known)
}

/** What is not known here of all that an expression reads. */
const missingOfExpression = (
  { fields, source }: { readonly fields: readonly string[]; readonly source: string },
  known: Known,
  hasZones: boolean
): Missing[] => {
  const names = fields.some((field) => HEADER_FIELDS.test(field)) ? namedHeaders(source) : undefined
  return fields.flatMap((field) =>
    names !== undefined && field === 'http.request.headers'
      ? missingOfNeeds(field, { headers: names }, known)
      : missingOfField(field, known, hasZones)
  )
}

type AnyRule = Rule & Partial<Ruleset['rateLimits'][number]> & Partial<Ruleset['lockdowns'][number]>

/** Returns the expressions of a rule: its filter, the one for counted requests, and those of its characteristics. */
const expressionsOf = ({
  expression,
  locked,
  countingExpression,
  characteristics = [],
}: AnyRule) => [
  expression,
  ...(locked === undefined ? [] : [locked]),
  ...(countingExpression === undefined ? [] : [countingExpression]),
  ...characteristics.flatMap((one) => one.expression ?? []),
]

/**
 * Returns the data that a rule reads and that neither the log nor this machine has, each once. If there is any, the rule cannot
 * be judged. For rate limits it includes the data that their counters need.
 */
export const missingOf = (rule: AnyRule, known: Known, hasZones: boolean): Missing[] => {
  const missing = expressionsOf(rule).flatMap((expression) =>
    missingOfExpression(expression, known, hasZones)
  )
  if (rule.characteristics !== undefined) {
    if (known.isSampled === true)
      missing.push({ field: rule.name, what: 'the lines that --sample leaves out' })
    if (!known.holds.parts.has('time')) missing.push({ field: rule.name, what: PART_NAMES.time })
    // The address stands for a visitor.
    if (rule.characteristics.some(({ source }) => source === 'cf.unique_visitor_id')) {
      missing.push(...missingOfField('ip.src', known))
    }
    if (rule.scoreHeader !== undefined) {
      missing.push({ field: rule.scoreHeader, what: 'the headers of the response' })
    }
  }
  const seen = new Set<string>()
  return missing.filter(({ field, what }) => {
    const key = `${field} ${what}`
    return !seen.has(key) && seen.add(key)
  })
}
