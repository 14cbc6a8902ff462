import { levelOf } from '../../challenges/level.ts'
import { endsRules, skipsPhase } from '../../phases/skipped.ts'
import type { Rule } from '../../rules/rule.ts'
import type { Fate, Fates, Ran } from './fate.ts'
import { CLEARED, DISABLED, matchOf, NOT_MATCHED } from './fate.ts'

/** Returns the fates of the rules of one ruleset: the account's or the zone's. */
const ofRules = (rules: readonly Rule[], { ruling, context }: Ran, before?: Fate): Fate[] => {
  let decided = before
  return rules.map((rule): Fate => {
    if (!rule.enabled) return DISABLED
    if (decided !== undefined) return decided
    if (matchOf(ruling, rule) === undefined) {
      const isPassed = levelOf(rule.action) > 0 && rule.expression.matches(context)
      return isPassed ? CLEARED : NOT_MATCHED
    }
    if (endsRules(rule)) {
      decided =
        rule.action === 'skip'
          ? { outcome: 'skipped', reason: `"${rule.name}" skips it` }
          : { outcome: 'not-reached', reason: `"${rule.name}" has decided` }
    }
    return { outcome: 'matched' }
  })
}

/** The fate of all rules of the zone, if the account's rules have decided. */
const leftBy = (account: readonly Rule[], { ruling }: Ran): Fate | undefined => {
  const last = account.findLast((rule) => matchOf(ruling, rule) !== undefined)
  if (last === undefined) return undefined
  if (skipsPhase(last)) return { outcome: 'skipped', reason: `"${last.name}" skips it` }
  return ruling.ends && ruling.matches.at(-1)!.rule === last
    ? { outcome: 'not-reached', reason: `"${last.name}" has decided` }
    : undefined
}

export const customFates: Fates = (ran) => {
  const { rules, accountRules = 0 } = ran.ruleset
  const account = rules.slice(0, accountRules)
  const zone = rules.slice(accountRules)
  return [...ofRules(account, ran), ...ofRules(zone, ran, leftBy(account, ran))]
}
