import { EdgeError } from '../error.ts'
import { toBytes } from '../language/bytes.ts'
import { isIdentity } from '../request/header-fields.ts'
import type { overrideHeaderNames } from '../visitor/stripped-headers.ts'
import type { TrialRequest } from './trial.ts'

/** Who asks, as far as it is not looked up: the words of the `x-edge-…` test headers. */
export interface From {
  /** Name of a persona. What the other members say wins over it. */
  readonly as?: string | undefined
  readonly ip?: string | undefined
  /** ISO 3166-1 alpha-2, `XX` or `T1`. */
  readonly country?: string | undefined
  readonly asn?: number | undefined
  readonly ja3?: string | undefined
  readonly ja4?: string | undefined
  /** Values of fields of the Rules language, as JSON. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined
  /** `pass`: each challenge counts as passed. */
  readonly challenge?: 'pass' | undefined
}

type OverrideName = (typeof overrideHeaderNames)[number]
type OverrideHeaders = Partial<Record<OverrideName, string>>

/** The test headers that say the same. They are shown to what identifies the visitor alone, and never to rules. */
export const overrideHeaders = (from: From): OverrideHeaders => {
  const { as, ip, country, asn, ja3, ja4, fields, challenge } = from
  const headers: OverrideHeaders = {}
  if (as !== undefined) headers['x-edge-as'] = as
  if (ip !== undefined) headers['x-edge-ip'] = ip
  if (country !== undefined) headers['x-edge-country'] = country
  if (asn !== undefined) headers['x-edge-asn'] = String(asn)
  if (ja3 !== undefined) headers['x-edge-ja3'] = ja3
  if (ja4 !== undefined) headers['x-edge-ja4'] = ja4
  if (fields !== undefined) headers['x-edge-fields'] = toBytes(JSON.stringify(fields))
  if (challenge !== undefined) headers['x-edge-challenge'] = challenge
  return headers
}

const WORDS: Readonly<Record<OverrideName, string>> = {
  'x-edge-as': 'as',
  'x-edge-ip': 'ip',
  'x-edge-country': 'country',
  'x-edge-asn': 'asn',
  'x-edge-ja3': 'ja3',
  'x-edge-ja4': 'ja4',
  'x-edge-fields': 'fields',
  'x-edge-challenge': 'challenge',
}

/** What is wrong with a `From`: the sentences of the test headers, in its own words. */
export const wrongFrom = (problems: readonly string[]): EdgeError => {
  const sentences = problems.map((problem) =>
    problem.replace(/^x-edge-\w+/, (name) => `from.${WORDS[name as OverrideName]}`)
  )
  return new EdgeError('wrong_attributes', sentences.join('\n'))
}

const isNamed = (pair: unknown): pair is readonly [string, string] =>
  Array.isArray(pair) && typeof pair[0] === 'string'

/** Headers without those that tell clients apart: a persona sends its own. What is no list of headers stays as it is, for its error. */
export const withoutIdentity = (headers: TrialRequest['headers']): TrialRequest['headers'] => {
  const isOther = ([name]: readonly [string, unknown]) => !isIdentity(name.toLowerCase())
  if (Array.isArray(headers)) return headers.every(isNamed) ? headers.filter(isOther) : headers
  return typeof headers === 'object' && headers !== null
    ? Object.fromEntries(Object.entries(headers).filter(isOther))
    : headers
}
