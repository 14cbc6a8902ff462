import type { Action } from '../actions.ts'
import type { From } from '../toolkit/pretend.ts'
import type { TrialRequest } from '../toolkit/trial.ts'

/** The place of a test in its file, or of a part of it. Both numbers are 1-based. */
export interface TestPlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** `pass`: the origin gets the request. `challenge`: any of the three challenges. */
export type ExpectedAction = 'pass' | 'challenge' | Action

/** The expected verdict. Absent members are not checked. */
export interface Expected {
  readonly action?: ExpectedAction | undefined
  /** Cloudflare's error code, e.g. 1020. */
  readonly code?: number | undefined
  /** HTTP status of the refusal. */
  readonly status?: number | undefined
  /** Name or id of the rule that decides. */
  readonly rule?: string | undefined
  /** Names or ids of rules that must not match. */
  readonly notRules: readonly string[]
  /** Names or ids of rules that must match, even if another rule decides. */
  readonly matched: readonly string[]
  readonly place: TestPlace
}

/** One case: a test without `each`, or one row of its table. */
export interface RuleTest {
  readonly name: string
  readonly tags: readonly string[]
  readonly request: TrialRequest & {
    readonly headers: readonly (readonly [name: string, value: string])[]
    readonly from: From
  }
  /** Number of requests. The expected verdict is about the last one. */
  readonly times: number
  /** Time between two requests, in milliseconds. */
  readonly everyMs: number
  readonly expected: Expected
  readonly place: TestPlace
}

/** One file of tests. */
export interface TestFile {
  readonly file: string
  /** Rule files and folders as written, relative to the test file. */
  readonly rules: readonly string[]
  /** Persona files as written, relative to the test file. */
  readonly personas: readonly string[]
  readonly tests: readonly RuleTest[]
}
