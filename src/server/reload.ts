import type { Edge } from '../edge.ts'
import { messageOf } from '../error.ts'
import type { Ruleset } from '../rules/rule.ts'

/** Reads rules again, and remembers the result. */
export interface Reloader {
  /**
   * Activates the current rules between two requests. If that fails, the active rules do not change.
   *
   * @throws EdgeError `invalid_rules`, `file_not_found`, `unreadable`, `geo_failed` …
   */
  reload(): Promise<void>
  /** The message of the last reload if it failed. The active rules are then older than the files. */
  readonly problem: string | undefined
  /** Failed reloads since the start. */
  readonly failures: number
}

/**
 * @param load returns the current rules
 * @example createReloader(edge, () => loadRulePaths(['rules/']))
 */
export const createReloader = (edge: Edge, load: () => Ruleset | Promise<Ruleset>): Reloader => {
  let problem: string | undefined
  let failures = 0
  let last: Promise<void> = Promise.resolve()

  const now = async () => {
    try {
      edge.replaceRules(await load())
      problem = undefined
    } catch (error) {
      failures++
      problem = messageOf(error)
      throw error
    }
  }

  return {
    // One at a time, so the last requested reload decides the active rules.
    reload: () => {
      last = last.then(now, now)
      return last
    },
    get problem() {
      return problem
    },
    get failures() {
      return failures
    },
  }
}
