import { EdgeError } from '../error.ts'
import { allRules } from '../rules/rule.ts'
import { replacedBy } from '../toolkit/pretend.ts'
import type { Trial, Trials, TrialsOptions } from '../toolkit/trial.ts'
import { createTrials } from '../toolkit/trial.ts'
import { problemsOf } from './check.ts'
import { surpriseOf } from './surprise.ts'
import type { RuleTest } from './test.ts'

export interface TestResult {
  readonly test: RuleTest
  readonly ok: boolean
  /** The differences from the expected verdict, one sentence each. */
  readonly problems: readonly string[]
  /** Why the verdict is as it is, one line each; empty for a test that passes. */
  readonly trace: readonly string[]
  /** Absent if the test's request cannot be built. */
  readonly trial?: Trial | undefined
  readonly ms: number
}

export type RunOptions = Omit<TrialsOptions, 'counts' | 'now'>

/** The time of a test's first request. It makes rate limits and `http.request.timestamp.sec` the same in each run. */
const START_MS = Date.UTC(2026, 0, 1)

/** Returns a problem for each header that the test sets and its persona replaces, because such a header has no effect. */
const unusedHeaders = ({ request }: RuleTest, { personas }: RunOptions): string[] => {
  const { as } = request.from
  const persona = as === undefined ? undefined : personas?.get(as)
  if (persona === undefined) return []
  const names = replacedBy(persona, request.headers)
  return names.map(
    (name) =>
      `the persona "${as}" sends its own ${name}, as with x-edge-as: leave the header out, or add \`as: none\` to the test`
  )
}

/** Runs tests against one ruleset. */
export interface Runner {
  run(test: RuleTest): TestResult
  /** Returns true if the test passes. It is faster than `run` because it finds no reasons, for thousands of mutants. */
  passes(test: RuleTest): boolean
}

export const createRunner = (options: RunOptions): Runner => {
  const rules = allRules(options.ruleset)
  let shared: Trials | undefined
  const trialOf = (test: RuleTest): Trial => {
    const { request, times, everyMs } = test
    if (times === 1) {
      shared ??= createTrials({ ...options, now: () => START_MS })
      return shared.run(request)
    }
    let nowMs = START_MS
    const counting = createTrials({ ...options, counts: true, now: () => nowMs })
    for (let i = 1; i < times; i++) {
      counting.run(request)
      nowMs += everyMs
    }
    return counting.run(request)
  }

  return {
    run: (test) => {
      const begin = performance.now()
      try {
        const unused = unusedHeaders(test, options)
        if (unused.length > 0) {
          return { test, ok: false, problems: unused, trace: [], ms: performance.now() - begin }
        }
        const trial = trialOf(test)
        const problems = problemsOf(test.expected, trial, rules)
        const ok = problems.length === 0
        const trace = ok ? [] : surpriseOf(test.expected, trial)
        return { test, ok, problems, trace, trial, ms: performance.now() - begin }
      } catch (error) {
        if (!(error instanceof EdgeError)) throw error
        const problems = error.message.split('\n')
        return { test, ok: false, problems, trace: [], ms: performance.now() - begin }
      }
    },
    passes: (test) => problemsOf(test.expected, trialOf(test), rules).length === 0,
  }
}

export const runTests = (tests: readonly RuleTest[], options: RunOptions): TestResult[] => {
  const runner = createRunner(options)
  return tests.map((test) => runner.run(test))
}
