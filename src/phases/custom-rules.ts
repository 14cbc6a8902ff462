import { actions } from '../actions.ts'
import { compileRules } from '../language/compile/rules.ts'
import { BODY_FIELDS } from '../request/body.ts'
import type { Ruleset } from '../rules/rule.ts'
import type { Match, Phase, Ruling } from './phase.ts'

const NAME = 'custom-rules'
const SOURCE = 'firewallcustom'
/** "Access denied": the answer to what a custom rule blocks. */
const CODE = 1020

/**
 * Custom rules: `log` notes a match and goes on, any other action ends the evaluation.
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
    })
  )
  const matching = compileRules(
    enabled.map(({ expression }) => expression),
    enabled.map(({ action, skip }) => actions[action].ends && skip?.current !== false)
  )
  return {
    ...phase,
    fields,
    readsBody: fields.some((field) => field.startsWith(BODY_FIELDS)),
    run: (context): Ruling | undefined => {
      const found = matching(context)
      if (found.length === 0) return undefined
      const { action } = enabled[found.at(-1)!]!
      return {
        matches: found.map((i) => matches[i]!) as [Match, ...Match[]],
        ends: actions[action].answers,
        skips: 0,
      }
    },
  }
}
