import type { ImportedRule } from './rule.ts'

/** Rules of custom rulesets by the id (or the resource) of their ruleset. */
export type CustomRulesets = ReadonlyMap<string, readonly ImportedRule[]>

const isCustom = ({ ruleset }: ImportedRule): boolean => ruleset === 'custom'

export const customRulesets = (rules: readonly ImportedRule[]): CustomRulesets => {
  const rulesets = new Map<string, ImportedRule[]>()
  for (const rule of rules) {
    if (!isCustom(rule) || rule.ruleset_id === undefined) continue
    const known = rulesets.get(rule.ruleset_id)
    if (known === undefined) rulesets.set(rule.ruleset_id, [rule])
    else known.push(rule)
  }
  return rulesets
}

const ALWAYS = 'true'

const both = (...tests: readonly string[]): string => {
  const needed = tests.filter((test) => test !== ALWAYS)
  if (needed.length < 2) return needed[0] ?? ALWAYS
  return needed.map((test) => (test.startsWith('not (') ? test : `(${test})`)).join(' and ')
}

/** The rules that an `execute` runs. Each matches if both expressions match. A `skip` among them skips the rules below it in their ruleset. */
const runBy = (by: ImportedRule, rules: readonly ImportedRule[]): ImportedRule[] => {
  const { ruleset, ruleset_id: _, executes: __, ...level } = by
  const passed: string[] = []
  return rules.map((rule) => {
    const { ruleset: ___, ruleset_id: ____, ...own } = rule
    const { expression = ALWAYS, enabled = true, skip } = rule
    const ran: ImportedRule = {
      ...own,
      ...(ruleset === undefined ? {} : { ruleset }),
      ...(level.zone === undefined ? {} : { zone: level.zone }),
      ...(level.zone_resource === undefined ? {} : { zone_resource: level.zone_resource }),
      expression: both(by.expression ?? ALWAYS, ...passed, expression),
      enabled: enabled && by.enabled !== false,
    }
    if (skip?.current !== true || !enabled) return ran
    passed.push(`not (${expression})`)
    return { ...ran, skip: { ...skip, current: false } }
  })
}

/**
 * Replaces `execute` rules by the rules of their custom rulesets. An `execute` of a ruleset that is not among the files does not change,
 * and neither do rulesets without an `execute`.
 *
 * Source: https://developers.cloudflare.com/ruleset-engine/basic-operations/deploy-rulesets/
 */
export const withExecuted = (
  rules: readonly ImportedRule[],
  rulesets: CustomRulesets,
  executed: ReadonlySet<string>
): ImportedRule[] =>
  rules.flatMap((rule) => {
    if (isCustom(rule) && executed.has(rule.ruleset_id ?? '')) return []
    const run = rule.action === 'execute' ? rulesets.get(rule.executes ?? '') : undefined
    return run === undefined ? [rule] : runBy(rule, run)
  })

export const executedBy = (rules: readonly ImportedRule[]): Set<string> =>
  new Set(rules.flatMap(({ action, executes }) => (action === 'execute' ? (executes ?? []) : [])))
