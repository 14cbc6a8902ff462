import type { Challenges } from './challenges.ts'
import { createChallenges } from './challenges.ts'
import type { Clearances } from './clearance.ts'
import { createClearances } from './clearance.ts'
import type { ChallengeOptions } from './options.ts'

/** What an edge asks visitors with, and how it knows who has passed. */
export interface Challenging {
  readonly challenges: Challenges
  readonly clearances: Clearances
}

/** Makes the challenges of an edge; the module loads where a rule has one. */
export const openChallenges = (
  options: ChallengeOptions,
  isEmulated: boolean | undefined,
  /** The visitor's clock, where a test has set the edge's to another time. */
  visitorNow?: (() => number) | undefined
): Challenging => {
  const clearances = createClearances(options)
  return { clearances, challenges: createChallenges(clearances, { isEmulated, visitorNow }) }
}
