import type { Action } from '../actions.ts'

/** Actions that a visitor can pass. */
export const CHALLENGES = [
  'managed_challenge',
  'js_challenge',
  'challenge',
] as const satisfies readonly Action[]
export type Challenge = (typeof CHALLENGES)[number]

export const isChallenge = (action: string): action is Challenge =>
  CHALLENGES.some((challenge) => challenge === action)

/**
 * The level of each challenge. A clearance covers its own challenge and all with a lower level.
 *
 * Source: https://developers.cloudflare.com/cloudflare-challenges/concepts/clearance/
 */
export const LEVELS: Readonly<Record<Challenge, number>> = {
  js_challenge: 1,
  managed_challenge: 2,
  challenge: 3,
}

/** The level of an action; 0 if it is not a challenge. */
export const levelOf = (action: Action): number => (isChallenge(action) ? LEVELS[action] : 0)

/**
 * By level: the time of the newest clearance of this level or a higher one, in milliseconds since the epoch; 0 if there is none.
 */
export type Cleared = readonly number[]

export const NONE_CLEARED: Cleared = [0, 0, 0, 0]
/** For tests: passes each challenge. */
export const ALL_CLEARED: Cleared = [0, Infinity, Infinity, Infinity]
