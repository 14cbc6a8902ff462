import type { Challenge } from '../challenges/level.ts'
import { CHALLENGES, isChallenge } from '../challenges/level.ts'
import type { RequestContext } from '../context.ts'
import { readsBody } from '../phases/body.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import type { Rule } from '../rules/rule.ts'
import { isOriginCode, originCode, RATE_LIMITED, refusalCode } from './codes.ts'
import { membersOf, oneOf, text, wholeNumber, wrong } from './given.ts'

/** Which requests a forced answer is for. Default: the next ones, whatever they are. */
export interface NextOptions {
  /** How many requests get it; `always` until `reset()`. Default 1. */
  times?: number | 'always'
  /** Only requests that fulfil this condition, as in a rule: `{ path: '/api/*', method: 'POST' }`. */
  when?: object
  /** The same as an expression of the Rules language. */
  expression?: string
  /** The name of the rule that the event tells of. Default: the name of the call. */
  rule?: string
}

export interface BlockOptions extends NextOptions {
  /** A code of the catalogue. Default 1020. */
  code?: number
}

export interface LimitOptions extends NextOptions {
  /** Seconds in `Retry-After`. Default 10. */
  retryAfter?: number
}

export interface ChallengeOptions extends NextOptions {
  /** Default `managed_challenge`. */
  action?: Challenge
}

export interface OriginOptions extends Omit<NextOptions, 'rule'> {
  /** Default 521. */
  code?: number
}

export const ANSWERS = [
  'block',
  'limit',
  'challenge',
  'drop',
  'pass',
  'rules',
  'origin-down',
] as const
/**
 * - `block`: an error page; `limit`: 1015 with `Retry-After`; `challenge`: a challenge's page
 * - `drop`: the connection is reset
 * - `pass`: goes to the origin, whatever the rules say; `rules`: the rules decide
 * - `origin-down`: the error of an origin that cannot be reached
 */
export type ForcedAnswer = (typeof ANSWERS)[number]

/** One entry of a script. */
export type ScriptStep =
  | number
  | ForcedAnswer
  | Challenge
  | (NextOptions & {
      answer?: ForcedAnswer
      code?: number
      retryAfter?: number
      action?: Challenge
    })

/** One kind of answer for some requests. */
export interface Step {
  readonly answer: ForcedAnswer
  /** 0 where the answer has none. */
  readonly code: number
  readonly retryAfter: number | undefined
  /** What the event names. Its expression says which requests it is for. */
  readonly rule: Rule
  readonly note: string
  left: number
  applies(context: RequestContext): boolean
}

const MAX_TIMES = 1_000_000
const MAX_RETRY_AFTER_SECONDS = 31_536_000
const DEFAULT_RETRY_AFTER_SECONDS = 10
const DEFAULT_CODES: Partial<Record<ForcedAnswer, number>> = {
  block: 1020,
  limit: RATE_LIMITED,
  'origin-down': 521,
}

const COMMON = ['times', 'when', 'expression', 'rule']
/** What each kind of answer takes besides. */
const OWN: Readonly<Record<ForcedAnswer, readonly string[]>> = {
  block: ['code'],
  limit: ['retryAfter'],
  challenge: ['action'],
  drop: [],
  pass: [],
  rules: [],
  'origin-down': ['code'],
}

const ruleOf = (
  call: string,
  { rule: name = call, when, expression }: NextOptions,
  action: Rule['action']
): Rule => {
  text(`${call}: rule`, name)
  const condition = when === undefined ? { expression: expression ?? 'true' } : { when }
  if (when !== undefined && expression !== undefined) {
    throw wrong(`${call}: expression`, expression, 'when or expression, not both')
  }
  const [rule] = rulesFromObjects([{ rules: [{ name, ...condition, action }] }]).rules
  if (readsBody(rule!.expression.fields)) {
    throw wrong(`${call}: expression`, rule!.expression.source, 'a condition that reads no body')
  }
  return { ...rule!, file: call, line: 0 }
}

const timesOf = (call: string, times: unknown): number =>
  times === 'always' || times === Number.POSITIVE_INFINITY
    ? Number.POSITIVE_INFINITY
    : wholeNumber(`${call}: times`, times, 1, MAX_TIMES)

/**
 * Reads what a test gives for one kind of answer.
 *
 * @param call the name of the call, for messages, the rule and the note: `blockNext`
 * @throws EdgeError `invalid_test`; `invalid_rules` for a condition with a mistake
 */
export const readStep = (call: string, answer: ForcedAnswer, given: unknown): Step => {
  const members = membersOf(call, given, [...OWN[answer], ...COMMON])
  const { times = 1, code, retryAfter, action = 'managed_challenge' } = members
  const challenge = oneOf(`${call}: action`, action, CHALLENGES)
  const rule = ruleOf(call, members, answer === 'challenge' ? challenge : 'block')
  const readCode = answer === 'origin-down' ? originCode : refusalCode
  return {
    answer,
    code: code === undefined ? (DEFAULT_CODES[answer] ?? 0) : readCode(`${call}: code`, code),
    retryAfter:
      answer !== 'limit'
        ? undefined
        : wholeNumber(
            `${call}: retryAfter`,
            retryAfter ?? DEFAULT_RETRY_AFTER_SECONDS,
            1,
            MAX_RETRY_AFTER_SECONDS
          ),
    rule,
    note: `forced by a test: ${call}`,
    left: timesOf(call, times),
    applies: (context) => rule.expression.matches(context),
  }
}

const answerOfCode = (code: unknown): ForcedAnswer => {
  if (isOriginCode(code)) return 'origin-down'
  return code === RATE_LIMITED ? 'limit' : 'block'
}

const readScriptStep = (call: string, given: unknown): Step => {
  if (typeof given === 'number') {
    const answer = answerOfCode(given)
    return readStep(call, answer, answer === 'limit' ? {} : { code: given })
  }
  if (typeof given === 'string') {
    if (isChallenge(given) && given !== 'challenge') {
      return readStep(call, 'challenge', { action: given })
    }
    return readStep(call, oneOf(call, given, ANSWERS), {})
  }
  const all = ['answer', 'code', 'retryAfter', 'action', ...COMMON]
  const { answer, ...options } = membersOf(call, given, all)
  if (answer === undefined && options.code === undefined) {
    throw wrong(call, given, 'an answer or a code')
  }
  const kind =
    answer === undefined ? answerOfCode(options.code) : oneOf(`${call}: answer`, answer, ANSWERS)
  if (kind !== 'limit' || options.code !== RATE_LIMITED) return readStep(call, kind, options)
  const { code: _, ...limit } = options
  return readStep(call, kind, limit)
}

/**
 * Reads a script.
 *
 * @throws EdgeError `invalid_test`, `invalid_rules`
 * @example readScript([1015, { code: 1015, retryAfter: 30 }, 'drop', 522, 'pass'])
 */
export const readScript = (given: unknown): Step[] => {
  if (!Array.isArray(given) || given.length === 0) {
    throw wrong('script', given, "a list of answers, e.g. [1015, 1015, 'pass']")
  }
  return given.map((step, i) => readScriptStep(`script, step ${i + 1}`, step))
}
