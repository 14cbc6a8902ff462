/** What an action does to the request that its rule matched. */
export interface ActionFacts {
  /** No later rule of the same phase is evaluated. */
  readonly ends: boolean
  /** The edge answers in the origin's place, and no later phase runs. */
  readonly answers: boolean
}

/**
 * Every action that a rule may have. An action that answers also ends.
 *
 * Source: https://developers.cloudflare.com/ruleset-engine/rules-language/actions/
 */
export const actions = {
  block: { ends: true, answers: true },
  log: { ends: false, answers: false },
  skip: { ends: true, answers: false },
  managed_challenge: { ends: true, answers: true },
  js_challenge: { ends: true, answers: true },
  challenge: { ends: true, answers: true },
  // Only for IP Access rules.
  allow: { ends: true, answers: false },
} as const satisfies Readonly<Record<string, ActionFacts>>

export type Action = keyof typeof actions

export const actionNames = Object.keys(actions) as readonly Action[]

export const isAction = (text: string): text is Action => Object.hasOwn(actions, text)
