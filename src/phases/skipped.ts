import { actions } from '../actions.ts'
import type { RequestContext } from '../context.ts'
import { compileRules } from '../language/compile/rules.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import type { Skipped } from '../rules/skip.ts'
import { readsBody } from './body.ts'
import type { PhaseName } from './names.ts'
import { bitOf } from './names.ts'
import type { Phase } from './phase.ts'

/** Cloudflare's names of what this edge has a phase of; all others are not emulated, so that there is nothing to skip. */
const PHASES: Readonly<Record<string, PhaseName>> = { http_ratelimit: 'rate-limits' }
const PRODUCTS: Readonly<Record<string, PhaseName>> = {
  zoneLockdown: 'zone-lockdown',
  uaBlock: 'user-agents',
  rateLimit: 'rate-limits',
}

const bitsOf = (names: readonly string[], known: Readonly<Record<string, PhaseName>>): number => {
  let bits = 0
  for (const name of names) if (Object.hasOwn(known, name)) bits |= bitOf(known[name]!)
  return bits
}

/** The bits of the phases that a `skip` names. */
export const skippedBits = (skip: Skipped | undefined): number =>
  skip === undefined ? 0 : bitsOf(skip.phases, PHASES) | bitsOf(skip.products, PRODUCTS)

/** True where a `skip` leaves the rules below it out. */
export const skipsRest = (skip: Skipped | undefined): boolean =>
  skip === undefined || skip.current || skip.phases.includes('current')

/** True where a `skip` also leaves out the rulesets that come later in the phase. */
export const skipsPhase = (rule: Pick<Rule, 'action' | 'skip'> | undefined): boolean =>
  rule?.action === 'skip' && rule.skip?.phases.includes('current') === true

/** Whether a rule ends the evaluation of the rules below it. */
export const endsRules = ({ action, skip }: Pick<Rule, 'action' | 'skip'>): boolean =>
  action === 'skip' ? skipsRest(skip) : actions[action].ends

/**
 * A phase that runs before the custom rules and that one of them can skip: what it would refuse is refused unless that rule is
 * true of the request. Custom rules are asked for nothing else, and judge again in their own turn.
 *
 * Source: https://developers.cloudflare.com/waf/custom-rules/skip/options/ (`products`)
 */
export const unlessSkipped = (phase: Phase, name: PhaseName, ruleset: Ruleset): Phase => {
  const { rules, accountRules = 0 } = ruleset
  const bit = bitOf(name)
  const isSkip = ({ enabled, action, skip }: Rule) =>
    enabled && action === 'skip' && (skippedBits(skip) & bit) !== 0
  if (!rules.some(isSkip)) return phase
  const rulesets = [rules.slice(0, accountRules), rules.slice(accountRules)].map((all) => {
    const enabled = all.filter((rule) => rule.enabled)
    const asked = enabled.slice(0, enabled.findLastIndex(isSkip) + 1)
    const matching = compileRules(
      asked.map(({ expression }) => expression),
      asked.map(endsRules)
    )
    const skips = asked.map(isSkip)
    return { asked, finds: (context: RequestContext) => matching(context).some((i) => skips[i]) }
  })
  const read = rulesets.flatMap(({ asked }) => asked.flatMap(({ expression }) => expression.fields))
  const fields = [...new Set([...phase.fields, ...read])]
  return {
    ...phase,
    fields,
    readsBody: phase.readsBody || readsBody(fields),
    run: (context) => {
      const ruling = phase.run(context)
      // Only phases that wait for nothing run before the custom rules.
      if (ruling === undefined || ruling instanceof Promise || !ruling.ends) return ruling
      return rulesets.some(({ finds }) => finds(context)) ? undefined : ruling
    },
  }
}
