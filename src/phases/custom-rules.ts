import { actions } from '../actions.ts'
import { compileRules } from '../language/compile/rules.ts'
import type { Ruleset } from '../rules/rule.ts'
import { readsBody } from './body.ts'
import type { Match, Phase, Ruling } from './phase.ts'
import { endsRules, skippedBits } from './skipped.ts'

const NAME = 'custom-rules'
const SOURCE = 'firewallcustom'
/** "Access denied": the answer to what a custom rule blocks. */
const CODE = 1020

/**
 * Custom rules: `log` notes a match and goes on, a `skip` leaves out what it names, any other action ends the evaluation.
 *
 * Source: https://developers.cloudflare.com/waf/custom-rules/
 */
export const customRules = ({ rules }: Ruleset): Phase => {
  const enabled = rules.filter((rule) => rule.enabled)
  const fields = [...new Set(enabled.flatMap(({ expression }) => expression.fields))]
  const phase = { name: NAME, source: SOURCE } as const
  // Made once: a request that is blocked allocates no match of its own.
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
  const matching = compileRules(
    enabled.map(({ expression }) => expression),
    enabled.map(endsRules)
  )
  return {
    ...phase,
    fields,
    readsBody: readsBody(fields),
    run: (context): Ruling | undefined => {
      const found = matching(context)
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
