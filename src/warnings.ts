import type { FieldSource } from './language/fields.ts'
import { fieldFacts } from './language/fields.ts'
import type { Rule, Ruleset } from './rules/rule.ts'
import { COUNTRY_FIELDS } from './visitor/countries.ts'

const shownDefault = (value: unknown): string => {
  if (value === undefined) return 'missing'
  if (value instanceof Map) return 'empty'
  return Array.isArray(value) ? 'empty' : JSON.stringify(value)
}

const warning = (rule: Rule, field: string, isKnown: boolean): string[] => {
  const facts = fieldFacts.get(field)
  if (isKnown || facts === undefined) return []
  return [
    `${rule.file}${rule.line > 0 ? `:${rule.line}` : ''}: rule "${rule.name}" reads ${field}, for which this edge has no data: it is ${shownDefault(facts.default)} unless a test override says otherwise`,
  ]
}

/** What this edge has real data for. */
export interface Known {
  geo: boolean
  /** Places below the country. */
  city: boolean
  /** Postal codes and second subdivisions, which not all data with places has. */
  postal: boolean
  asn: boolean
  reputation: boolean
  bots: boolean
  /** It sees the TLS handshake itself. */
  tls: boolean
}

const SOURCES: Partial<Record<FieldSource, keyof Known>> = {
  place: 'city',
  reputation: 'reputation',
  bots: 'bots',
  tls: 'tls',
}

/** A field's value depends on this and nothing else. */
const sourceOf = (field: string): keyof Known | boolean => {
  if (field === 'ip.src.asnum') return 'asn'
  if (/^ip\.src\.(?:postal_code|subdivision_2_iso_code)$/.test(field)) return 'postal'
  if (COUNTRY_FIELDS.has(field)) return 'geo'
  const source = fieldFacts.get(field)?.source
  if (source === undefined) return false
  return SOURCES[source] ?? (source === 'request' || source === 'visitor' || source === 'constant')
}

/**
 * Which enabled rules read fields that nothing here gives a real value to: they can be evaluated, but not as on
 * Cloudflare. One sentence for each rule and field.
 */
export const warningsOf = (ruleset: Ruleset, known: Known): string[] => {
  const isKnown = (field: string) => {
    const source = sourceOf(field)
    return typeof source === 'boolean' ? source : known[source]
  }
  const found = ruleset.warnings.map(
    ({ file, line, message }) => `${file === undefined ? '' : `${file}:${line}: `}${message}`
  )
  const unknown = ruleset.rules
    .filter((rule) => rule.enabled)
    .flatMap((rule) =>
      rule.expression.fields.flatMap((field) => warning(rule, field, isKnown(field)))
    )
  return [...found, ...unknown]
}
