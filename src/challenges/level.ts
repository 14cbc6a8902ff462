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
 * How much each challenge asks of a visitor: a clearance is good for its own and for those that ask less.
 *
 * Source: https://developers.cloudflare.com/cloudflare-challenges/concepts/clearance/
 */
export const LEVELS: Readonly<Record<Challenge, number>> = {
  js_challenge: 1,
  managed_challenge: 2,
  challenge: 3,
}

/** What an action asks of a visitor; 0 for those that are no challenges. */
export const levelOf = (action: Action): number => (isChallenge(action) ? LEVELS[action] : 0)
