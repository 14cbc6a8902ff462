import { actions } from '../actions.ts'
import { levelOf } from '../challenges/level.ts'
import { toBytes } from '../language/bytes.ts'
import { defaultScheme } from '../language/defaults.ts'
import type { AgentRule } from '../rules/products/agents.ts'
import type { Ruling } from './phase.ts'
import type { CreateJudge } from './products.ts'

/** "Banned based on your browser's signature" */
const CODE = 1010
const SLOT = defaultScheme.slot('http.user_agent')

/**
 * User Agent Blocking compares the whole header, case-sensitively.
 *
 * Source: https://developers.cloudflare.com/waf/tools/user-agent-blocking/
 */
export const judgeAgents: CreateJudge<AgentRule> = (phase, enabled) => {
  const rulings = new Map<string, Ruling>()
  for (const rule of enabled) {
    const agent = toBytes(rule.userAgent)
    // The first of two rules for the same agent counts.
    if (rulings.has(agent)) continue
    const { action, page } = rule
    const { answers } = actions[action]
    rulings.set(agent, {
      matches: [{ phase, rule, action, code: answers ? CODE : 0, page }],
      ends: answers,
      skips: 0,
    })
  }
  return (context) => {
    const ruling = rulings.get(context.get(SLOT) as string)
    if (ruling === undefined) return undefined
    return context.hasCleared(levelOf(ruling.matches[0]!.action)) ? undefined : ruling
  }
}
