import type { SecurityEvent } from '../events/event.ts'
import { ruleHash } from '../rules/hash.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'

/** Returns the rules that can have caused an event: the account's rules and its zone's rules. */
const rulesFor = ({ zone }: SecurityEvent, ruleset: Ruleset): readonly Rule[] => {
  // Events of earlier versions have no zone.
  if (zone === undefined || ruleset.zones.length === 0) return allRules(ruleset)
  const own = ruleset.zones.find(({ name }) => name === zone)?.own
  return [...allRules({ ...ruleset, zones: [] }), ...(own === undefined ? [] : allRules(own))]
}

/**
 * Returns the active rule of an event. Two zones, or a zone and the account, can have rules with the same id. The
 * event's zone, then the rule's place, then the rule's contents distinguish them.
 */
export const ruleOfEvent = (event: SecurityEvent, ruleset: Ruleset): Rule | undefined => {
  const { id, source, hash } = event.rule
  const named = rulesFor(event, ruleset).filter((rule) => rule.id === id)
  return (
    named.find(({ file, line }) => (line > 0 ? `${file}:${line}` : file) === source) ??
    named.find((rule) => ruleHash(rule) === hash) ??
    named[0]
  )
}

/** Returns the name of the zone that owns the rule, or `undefined` for a rule of the account or without zones. */
export const zoneOfRule = (rule: Rule, { zones }: Ruleset): string | undefined =>
  zones.find(({ own }) => allRules(own).includes(rule))?.name

/**
 * Returns the anchor of a rule on the page of rules. An id is unique only in its zone.
 *
 * @param zone as `zoneOfRule` finds it
 */
export const ruleAnchor = ({ id }: Rule, zone: string | undefined): string =>
  zone === undefined ? `rule-${id}` : `rule-${zone}/${id}`
