import { types } from 'node:util'
import { refusalCode } from '../control/codes.ts'
import { membersOf, wholeNumber, wrong } from '../control/given.ts'
import { parseRay } from '../ray.ts'
import type { Outcome } from './outcome.ts'
import { outcomeOf } from './outcome.ts'

export interface BlockedExpectation {
  /** Cloudflare's code: 1020, 1006, 1015 … */
  code?: number
  /** Name or id of the rule, or a pattern for its name. */
  rule?: string | RegExp
  status?: number
}

export interface RateLimitedExpectation {
  /** Seconds in `Retry-After`. */
  retryAfter?: number
  rule?: string | RegExp
}

export interface ChallengedExpectation {
  rule?: string | RegExp
}

/** The result of a matcher in vitest or jest. */
export interface MatcherResult {
  pass: boolean
  message(): string
}

type Result = MatcherResult | Promise<MatcherResult>

/** The part of `this` that vitest and jest share. */
interface MatcherContext {
  readonly isNot?: boolean
}

const ruleText = ({ rule, isKnown }: Outcome): string => {
  if (rule !== undefined) return ` by rule "${rule.name}"`
  return isKnown ? '' : ' by a rule that only its edge knows'
}

const seconds = (retryAfter: number | undefined): string =>
  retryAfter === undefined ? '' : `, Retry-After ${retryAfter} s`

/** Returns one line with the outcome, the rule and the Ray ID. */
const happened = (outcome: Outcome): string => {
  const { what, code, status, ray, retryAfter, isForced, request } = outcome
  const answer = status === undefined ? '' : ` (status ${status})`
  const texts: Record<Outcome['what'], () => string> = {
    passed: () => `passed${answer}`,
    blocked: () =>
      `was blocked${code === undefined ? '' : ` with ${code}`}${answer}${ruleText(outcome)}${seconds(retryAfter)}`,
    challenged: () => `was challenged${answer}${ruleText(outcome)}`,
    'origin error': () => `passed, and its origin failed with ${code ?? status}${answer}`,
    cut: () => 'was cut off: there is no response',
    other: () => `was answered by the edge itself${answer}`,
  }
  const forced = isForced === true ? ', forced by the test' : ''
  const id = ray === undefined ? '' : `, Ray ID ${ray}`
  return `${request ?? 'the request'} ${texts[what]()}${forced}${id}`
}

const isRule = (wanted: string | RegExp, { rule }: Outcome): boolean =>
  rule !== undefined &&
  (typeof wanted === 'string' ? wanted === rule.name || wanted === rule.id : wanted.test(rule.name))

const ruleWanted = (call: string, rule: unknown): string | RegExp | undefined => {
  if (rule === undefined || (typeof rule === 'string' && rule !== '') || types.isRegExp(rule)) {
    return rule
  }
  throw wrong(`${call}: rule`, rule, 'the name or the id of a rule, or a pattern')
}

/** Returns the result of a matcher; a promise if the outcome is not known yet. */
const judge = (
  received: unknown,
  { isNot = false }: MatcherContext,
  wanted: string,
  fits: (outcome: Outcome) => boolean
): Result => {
  const decide = (outcome: Outcome): MatcherResult => ({
    pass: fits(outcome),
    message: () => {
      const hint =
        !isNot && !outcome.isKnown && wanted.includes('rule')
          ? '\nwhich rule it was only the edge of this process can tell: it is closed, or another one answered'
          : ''
      return `expected the request ${isNot ? 'not ' : ''}${wanted}\nbut ${happened(outcome)}${hint}`
    },
  })
  const outcome = outcomeOf(received)
  return outcome instanceof Promise ? outcome.then(decide) : decide(outcome)
}

const byRule = (rule: string | RegExp | undefined): string => {
  if (rule === undefined) return ''
  return typeof rule === 'string' ? ` by rule "${rule}"` : ` by a rule like ${rule}`
}

const RATE_LIMITED = 1015
const MAX_SECONDS = 31_536_000

function toBeBlocked(this: MatcherContext, received: unknown, expected?: BlockedExpectation) {
  const {
    code,
    rule: given,
    status,
  } = membersOf('toBeBlocked', expected, ['code', 'rule', 'status'])
  const number = code === undefined ? undefined : refusalCode('toBeBlocked: code', code)
  const rule = ruleWanted('toBeBlocked', given)
  if (status !== undefined) wholeNumber('toBeBlocked: status', status, 100, 599)
  const withStatus = status === undefined ? '' : ` (status ${String(status)})`
  const wanted = `to be blocked${number === undefined ? '' : ` with ${number}`}${withStatus}${byRule(rule)}`
  return judge(
    received,
    this,
    wanted,
    (outcome) =>
      outcome.what === 'blocked' &&
      (number === undefined || outcome.code === number) &&
      (status === undefined || outcome.status === status) &&
      (rule === undefined || isRule(rule, outcome))
  )
}

function toPass(this: MatcherContext, received: unknown) {
  return judge(received, this, 'to pass', ({ what }) => what === 'passed')
}

function toHaveRayId(this: MatcherContext, received: unknown, expected?: string) {
  const wanted = expected === undefined ? undefined : parseRay(String(expected))?.ray
  if (expected !== undefined && wanted === undefined) {
    throw wrong('toHaveRayId', expected, 'a Ray ID: 16 hex digits')
  }
  const text = wanted === undefined ? 'to have a Ray ID' : `to have the Ray ID ${wanted}`
  return judge(received, this, text, ({ ray }) =>
    wanted === undefined ? ray !== undefined : ray === wanted
  )
}

function toBeRateLimited(
  this: MatcherContext,
  received: unknown,
  expected?: RateLimitedExpectation
) {
  const { retryAfter, rule: given } = membersOf('toBeRateLimited', expected, ['retryAfter', 'rule'])
  const rule = ruleWanted('toBeRateLimited', given)
  if (retryAfter !== undefined) {
    wholeNumber('toBeRateLimited: retryAfter', retryAfter, 0, MAX_SECONDS)
  }
  const wait = retryAfter === undefined ? '' : `, Retry-After ${String(retryAfter)} s,`
  return judge(
    received,
    this,
    `to be rate limited (${RATE_LIMITED})${wait}${byRule(rule)}`,
    (outcome) =>
      outcome.code === RATE_LIMITED &&
      outcome.what === 'blocked' &&
      (retryAfter === undefined || outcome.retryAfter === retryAfter) &&
      (rule === undefined || isRule(rule, outcome))
  )
}

function toBeChallenged(this: MatcherContext, received: unknown, expected?: ChallengedExpectation) {
  const { rule: given } = membersOf('toBeChallenged', expected, ['rule'])
  const rule = ruleWanted('toBeChallenged', given)
  return judge(
    received,
    this,
    `to be challenged${byRule(rule)}`,
    (outcome) => outcome.what === 'challenged' && (rule === undefined || isRule(rule, outcome))
  )
}

/**
 * Matchers for vitest and jest. They accept the response of any client, the error that it threw, an event, or an entry of
 * `edge.requests()`. `await` them, because a response from another process must be read first.
 *
 * @example expect.extend(matchers)
 */
export const matchers = { toBeBlocked, toPass, toHaveRayId, toBeRateLimited, toBeChallenged }

/** The matchers as methods of an assertion. */
export interface EdgeMatchers {
  /** The edge answered with a Cloudflare error, such as 1020 or 1015, instead of the origin. */
  toBeBlocked(expected?: BlockedExpectation): Promise<void>
  /** The request reached the origin, and the origin's answer came back. */
  toPass(): Promise<void>
  /** The response has a Ray ID, or the given one. */
  toHaveRayId(ray?: string): Promise<void>
  /** The edge answered with 1015. */
  toBeRateLimited(expected?: RateLimitedExpectation): Promise<void>
  /** The edge answered with a challenge. */
  toBeChallenged(expected?: ChallengedExpectation): Promise<void>
}
