import type { Cleared } from '../challenges/level.ts'
import { ALL_CLEARED } from '../challenges/level.ts'
import type { Challenging } from '../challenges/open.ts'
import { checkChallenges } from '../challenges/options.ts'
import type { Facts } from '../context.ts'
import type { EdgeOptions } from '../edge-options.ts'
import { challengeFacts } from '../refusal.ts'
import { challengeModule } from './modules.ts'

/** The challenges of an edge. */
export interface EdgeChallenges {
  /** Created once, because clearances survive a reload of the rules. */
  open(): Challenging
  /** The challenges that the visitor has passed. */
  clearedOf(facts: Facts): Cleared
}

/**
 * @param visitorNow the visitor's clock, if a test has set the edge's clock to another time
 * @throws EdgeError `invalid_option`
 */
export const createEdgeChallenges = (
  { challenges, answers }: Pick<EdgeOptions, 'challenges' | 'answers'>,
  colo: string,
  visitorNow: (() => number) | undefined
): EdgeChallenges => {
  checkChallenges(challenges)
  let opened: Challenging | undefined
  const open = (): Challenging => {
    opened ??= challengeModule.now.openChallenges(
      challenges ?? {},
      answers?.emulatedHeader,
      visitorNow
    )
    return opened
  }
  return {
    open,
    clearedOf: (facts) => {
      const { request, visitor } = facts
      if (visitor.passesChallenges) return ALL_CLEARED
      const cookies = request.joined('cookie', '; ')
      return open().clearances.cleared(cookies, challengeFacts(facts, colo), request.timeMs)
    },
  }
}
