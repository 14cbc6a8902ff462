import { actions } from '../actions.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { readsBody } from './body.ts'
import type { Match, Phase, Ruling } from './phase.ts'
import { searchRules } from './search.ts'
import { skippedBits, skipsPhase } from './skipped.ts'

const NAME = 'custom-rules'
const SOURCE = 'firewallcustom'
/** "Access denied", for requests that a custom rule blocks. */
const CODE = 1020

/**
 * Custom rules: `log` records a match and continues, `skip` skips the parts that it names, any other action ends the evaluation.
 *
 * Source: https://developers.cloudflare.com/waf/custom-rules/
 */
export const customRules = ({ rules, accountRules = 0 }: Ruleset): Phase => {
  if (accountRules === 0 || accountRules === rules.length) return oneRuleset(rules)
  const [account, zone] = [rules.slice(0, accountRules), rules.slice(accountRules)].map(oneRuleset)
  const { fields, readsBody, ...about } = account!
  return {
    ...about,
    fields: [...new Set([...fields, ...zone!.fields])],
    readsBody: readsBody || zone!.readsBody,
    run: (context): Ruling | undefined => {
      const first = account!.run(context) as Ruling | undefined
      if (first?.ends === true || skipsPhase(first?.matches.at(-1)?.rule)) return first
      const second = zone!.run(context) as Ruling | undefined
      if (first === undefined) return second
      if (second === undefined) return first
      return {
        matches: [...first.matches, ...second.matches],
        ends: second.ends,
        skips: first.skips | second.skips,
      }
    },
  }
}

/** The rules of one ruleset: the account's or the zone's. */
const oneRuleset = (rules: readonly Rule[]): Phase => {
  const enabled = rules.filter((rule) => rule.enabled)
  const fields = [...new Set(enabled.flatMap(({ expression }) => expression.fields))]
  const phase = { name: NAME, source: SOURCE } as const
  // Created once, so a blocked request allocates no match.
  const matches = enabled.map(
    (rule): Match => ({
      phase,
      rule,
      action: rule.action,
      code: actions[rule.action].answers ? CODE : 0,
      page: rule.page,
      ...(rule.skip?.logs === false ? { isSilent: true } : {}),
    })
  )
  const skips = enabled.map(({ action, skip }) => (action === 'skip' ? skippedBits(skip) : 0))
  const find = searchRules(enabled)

  return {
    ...phase,
    fields,
    readsBody: readsBody(fields),
    run: (context): Ruling | undefined => {
      const found = find(context)
      if (found.length === 0) return undefined
      let skipped = 0
      for (const i of found) skipped |= skips[i]!
      return {
        matches: found.map((i) => matches[i]!),
        ends: actions[enabled[found.at(-1)!]!.action].answers,
        skips: skipped,
      }
    },
  }
}
