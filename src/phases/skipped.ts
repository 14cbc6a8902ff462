import { actions } from '../actions.ts'
import type { Rule } from '../rules/rule.ts'
import type { Skipped } from '../rules/skip.ts'
import type { PhaseName } from './names.ts'
import { bitOf } from './names.ts'

/** Cloudflare's names of the phases of this edge. The others are not emulated, so there is nothing to skip. */
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

/** True if a `skip` skips the rules below it. */
export const skipsRest = (skip: Skipped | undefined): boolean =>
  skip === undefined || skip.current || skip.phases.includes('current')

/** True if a `skip` also skips the later rulesets of the phase. */
export const skipsPhase = (rule: Pick<Rule, 'action' | 'skip'> | undefined): boolean =>
  rule?.action === 'skip' && rule.skip?.phases.includes('current') === true

/** Whether a rule ends the evaluation of the rules below it. */
export const endsRules = ({ action, skip }: Pick<Rule, 'action' | 'skip'>): boolean =>
  action === 'skip' ? skipsRest(skip) : actions[action].ends
