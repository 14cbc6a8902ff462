import { fieldFacts } from './language/fields.ts'
import type { Rule, Ruleset } from './rules/rule.ts'

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

/**
 * Which enabled rules read fields that nothing here gives a real value to: they can be evaluated, but not as on
 * Cloudflare. One sentence for each rule and field.
 */
export const warningsOf = (
  ruleset: Ruleset,
  { hasAsn, hasGeo }: { hasAsn: boolean; hasGeo: boolean }
): string[] => {
  const isKnown = (field: string) => {
    if (field === 'ip.src.asnum') return hasAsn
    if (/^ip\.src\.(?:country|continent|is_in_european_union)$/.test(field)) return hasGeo
    const source = fieldFacts.get(field)?.source
    return source === 'request' || source === 'visitor' || source === 'constant'
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
