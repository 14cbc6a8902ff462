import { EdgeError } from '../error.ts'
import { toBytes } from '../language/bytes.ts'
import { isIdentity } from '../request/header-fields.ts'
import type { Persona } from '../visitor/persona.ts'
import type { overrideHeaderNames } from '../visitor/stripped-headers.ts'

/** The given facts about a visitor; the others are looked up. The members are those of the `x-edge-…` test headers. */
export interface From {
  /** Name of a persona. Its headers replace the request's, as those of `x-edge-as` do. The other members win over it. */
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

/** The equivalent test headers. Only the identification of the visitor sees them, never the rules. */
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

/** Returns the error for a `From`: the sentences about the test headers, with the names of its members. */
export const wrongFrom = (problems: readonly string[]): EdgeError => {
  const sentences = problems.map((problem) =>
    problem.replace(/^x-edge-\w+/, (name) => `from.${WORDS[name as OverrideName]}`)
  )
  return new EdgeError('wrong_attributes', sentences.join('\n'))
}

/** The headers of a request that a persona replaces, in their original spelling. */
export const replacedBy = (
  { headers: identity }: Pick<Persona, 'headers'>,
  headers: readonly (readonly [name: string, value: string])[]
): string[] => {
  if (identity.length === 0) return []
  const own = new Set(identity.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()))
  const names = headers.map(([name]) => name)
  return names.filter((name) => own.has(name.toLowerCase()) || isIdentity(name.toLowerCase()))
}
