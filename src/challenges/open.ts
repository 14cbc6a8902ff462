import type { Challenges } from './challenges.ts'
import { createChallenges } from './challenges.ts'
import type { Clearances } from './clearance.ts'
import { createClearances } from './clearance.ts'
import type { ChallengeOptions } from './options.ts'

/** The pages of challenges and the check of clearances. */
export interface Challenging {
  readonly challenges: Challenges
  readonly clearances: Clearances
}

/** Creates the challenges of an edge. The module loads if a rule has a challenge. */
export const openChallenges = (
  options: ChallengeOptions,
  isEmulated: boolean | undefined,
  /** The visitor's clock, if a test has set the edge's clock to another time. */
  visitorNow?: (() => number) | undefined
): Challenging => {
  const clearances = createClearances(options)
  return { clearances, challenges: createChallenges(clearances, { isEmulated, visitorNow }) }
}
