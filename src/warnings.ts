import type { FieldSource } from './language/fields.ts'
import { fieldFacts } from './language/fields.ts'
import { countsVisitors, limitFields } from './rules/products/limit-fields.ts'
import type { RateLimit } from './rules/products/rate-limits.ts'
import type { Rule, Ruleset } from './rules/rule.ts'

const defaultText = (value: unknown): string => {
  if (value === undefined) return 'missing'
  if (value instanceof Map) return 'empty'
  return Array.isArray(value) ? 'empty' : JSON.stringify(value)
}

/** The option that supplies data for each kind of fields that an edge can lack. */
const ADVICE: Partial<Record<FieldSource, string>> = {
  place: '; `--geo geoip-lite` (option `geo`) or a city database has it',
  postal: '; some city databases have it (`--geo FILE.mmdb`, option `geo`)',
}

/** The products whose rules have expressions of the owner. */
const customOf = ({ rules, zones }: Ruleset): readonly Rule[] => [
  ...rules,
  ...zones.flatMap(({ own }) => own.rules),
]

const limitsOf = ({ rateLimits, zones }: Ruleset): readonly RateLimit[] => [
  ...rateLimits,
  ...zones.flatMap(({ own }) => own.rateLimits),
]

/** Fields with values if the zone is known. */
const OF_ZONES = new Set(['cf.zone.name', 'cf.zone.plan'])

const knowsZone = ({ zones, site }: Ruleset): boolean => zones.length > 0 || site !== undefined

/** The sources of the values of these fields. */
export const sourcesOf = (fields: readonly string[]): ReadonlySet<FieldSource> =>
  new Set(fields.flatMap((field) => fieldFacts.get(field)?.source ?? []))

const placeOf = ({ file, line }: Rule): string => (line > 0 ? `${file}:${line}` : file)

const fieldWarning = (rule: Rule, field: string, provided: ReadonlySet<FieldSource>): string[] => {
  const facts = fieldFacts.get(field)
  if (facts === undefined || provided.has(facts.source)) return []
  const value = defaultText(facts.default)
  return [
    `${placeOf(rule)}: rule "${rule.name}" reads ${field}, for which this edge has no data: its value is ${value} unless a test override sets it${ADVICE[facts.source] ?? ''}`,
  ]
}

const limitWarnings = (rule: RateLimit, provided: ReadonlySet<FieldSource>): string[] => {
  const warnings = limitFields(rule).flatMap((field) => fieldWarning(rule, field, provided))
  if (countsVisitors(rule)) {
    const { name } = rule
    warnings.push(
      `${placeOf(rule)}: rule "${name}" counts by cf.unique_visitor_id: here, visitors with the same address share a counter`
    )
  }
  return warnings
}

/**
 * The differences from Cloudflare: the findings of loading, and a sentence for each enabled rule and field without data.
 *
 * @param provided the sources of fields that have data here (`visitor/provides.ts`)
 */
export const warningsOf = (ruleset: Ruleset, provided: ReadonlySet<FieldSource>): string[] => [
  ...ruleset.warnings.map(
    ({ file, line, message, help }) =>
      `${file === undefined ? '' : `${file}:${line}: `}${message}${help === undefined ? '' : `: ${help}`}`
  ),
  ...customOf(ruleset)
    .filter((rule) => rule.enabled)
    .flatMap((rule) =>
      rule.expression.fields
        .filter((field) => !knowsZone(ruleset) || !OF_ZONES.has(field))
        .flatMap((field) => fieldWarning(rule, field, provided))
    ),
  ...limitsOf(ruleset)
    .filter((rule) => rule.enabled)
    .flatMap((rule) => limitWarnings(rule, provided)),
]
