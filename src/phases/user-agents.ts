import { actions } from '../actions.ts'
import { levelOf } from '../challenges/level.ts'
import { toBytes } from '../language/bytes.ts'
import { defaultScheme } from '../language/defaults.ts'
import type { Ruleset } from '../rules/rule.ts'
import { idlePhase } from './idle.ts'
import type { Phase, Ruling } from './phase.ts'

const NAME = 'user-agents'
/** "Banned based on your browser's signature" */
const CODE = 1010
const FIELD = 'http.user_agent'
const SLOT = defaultScheme.slot(FIELD)

/**
 * User Agent Blocking compares the whole header, case-sensitively.
 *
 * Source: https://developers.cloudflare.com/waf/tools/user-agent-blocking/
 */
export const userAgents = ({ agents }: Ruleset): Phase => {
  const enabled = agents.filter((rule) => rule.enabled)
  const about = { name: NAME, source: 'uablock' } as const
  if (enabled.length === 0) return idlePhase(about)
  const rulings = new Map<string, Ruling>()
  for (const rule of enabled) {
    const agent = toBytes(rule.userAgent)
    // The first of two rules for the same agent counts.
    if (rulings.has(agent)) continue
    const { action, page } = rule
    const { answers } = actions[action]
    rulings.set(agent, {
      matches: [{ phase: about, rule, action, code: answers ? CODE : 0, page }],
      ends: answers,
      skips: 0,
    })
  }
  return {
    ...about,
    fields: [FIELD],
    readsBody: false,
    run: (context) => {
      const ruling = rulings.get(context.get(SLOT) as string)
      if (ruling === undefined) return undefined
      return context.hasCleared(levelOf(ruling.matches[0]!.action)) ? undefined : ruling
    },
  }
}
