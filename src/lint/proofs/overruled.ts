import { treeOf } from '../../language/compile/tree.ts'
import { meetingsOf, ofProduct } from '../sequences.ts'
import type { LintRule, Subject } from '../subject.ts'
import type { Overruled } from './access.ts'
import { AccessProofs } from './access.ts'
import type { Logic } from './logic.ts'
import { impossible, logicOf } from './logic.ts'

/** The check does not run with more lockdowns than this. */
const MAX_LOCKDOWNS = 100

const overruledAgents = (rules: readonly LintRule[]): Overruled[] => {
  const first = new Map<string, LintRule>()
  return rules.flatMap((rule) => {
    const { parts } = rule.draft
    if (parts?.product !== 'agent') return []
    const earlier = first.get(parts.userAgent)
    if (earlier !== undefined) return [{ rule, by: [earlier] }]
    first.set(parts.userAgent, rule)
    return []
  })
}

const LAST = Number.POSITIVE_INFINITY

const priorityOf = ({ draft: { parts } }: LintRule): number =>
  (parts?.product === 'lockdown' ? parts.priority : undefined) ?? LAST

/** Sorts lockdowns by precedence: by priority, then by position. */
export const inPriority = (rules: readonly LintRule[]): LintRule[] =>
  rules.toSorted((x, y) => {
    const [one, two] = [priorityOf(x), priorityOf(y)]
    return one === two ? 0 : one - two
  })

const lockedOf = ({ draft: { parts } }: LintRule, logic: Logic) => {
  const root = parts?.product === 'lockdown' ? treeOf(parts.locked) : undefined
  return root && logic.of(root)
}

/** Returns lockdowns all of whose URLs belong to a lockdown with precedence. */
const overruledLockdowns = (rules: readonly LintRule[], logic: Logic): Overruled[] => {
  if (rules.length > MAX_LOCKDOWNS) return []
  const asked = inPriority(rules).map((rule) => ({ rule, formula: lockedOf(rule, logic) }))
  return asked.flatMap(({ rule, formula }, i) => {
    if (formula === undefined) return []
    const by = asked.slice(0, i).find((earlier) => {
      if (earlier.formula === undefined) return false
      const both = [
        { formula, isTrue: true },
        { formula: earlier.formula, isTrue: false },
      ]
      return impossible(both) !== undefined
    })
    return by === undefined ? [] : [{ rule, by: [by.rule] }]
  })
}

const find = (subject: Subject): Overruled[] => {
  const logic = logicOf(subject)
  return (['access', 'agent', 'lockdown'] as const).flatMap((product) =>
    meetingsOf(subject, (rules) => ofProduct(rules, product)).flatMap(({ met, common }) => {
      if (met.length < 2) return []
      const own = new Set(met.slice(common))
      const all =
        product === 'access'
          ? new AccessProofs(met).overruled()
          : product === 'agent'
            ? overruledAgents(met)
            : overruledLockdowns(met, logic)
      return all.filter(({ rule }) => own.has(rule))
    })
  )
}

const known = new WeakMap<Subject, readonly Overruled[]>()

/**
 * Returns the rules of IP Access, User Agent Blocking and Zone Lockdown that decide about no request, because other rules of their
 * product take precedence.
 */
export const overruledIn = (subject: Subject): readonly Overruled[] => {
  const overruled = known.get(subject) ?? find(subject)
  known.set(subject, overruled)
  return overruled
}

const targetOf = ({ draft: { parts } }: LintRule): unknown => {
  if (parts?.product === 'access') return parts.value
  if (parts?.product === 'agent') return parts.userAgent
  return parts?.product === 'lockdown' ? [parts.urls, parts.allow] : undefined
}

/**
 * True if one rule with the same target and action takes precedence: removing this rule loses nothing.
 */
export const isRepeated = ({ rule, by }: Overruled): boolean => {
  const same = ({ draft, ...more }: LintRule) =>
    JSON.stringify([draft.action, draft.response, draft.page, targetOf({ draft, ...more })])
  return by.length === 1 && same(by[0]!) === same(rule)
}
