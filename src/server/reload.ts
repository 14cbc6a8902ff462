import type { Edge } from '../edge.ts'
import { messageOf } from '../error.ts'
import type { Ruleset } from '../rules/rule.ts'

/** Reads rules again, and remembers whether that went well. */
export interface Reloader {
  /**
   * Puts the rules as they are now in force, between two requests. The rules in force stay where that fails.
   *
   * @throws EdgeError `invalid_rules`, `file_not_found`, `unreadable`, `geo_failed` …
   */
  reload(): Promise<void>
  /** The message of the last reload, where it failed: the rules in force are older than the files. */
  readonly problem: string | undefined
  /** Reloads that failed since the start. */
  readonly failures: number
}

/**
 * @param load gives the rules as they are now
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
    // One after the other: the rules in force are those of the last one asked for.
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
