import type { CheckResult } from './check/check.ts'
import { checkRequest } from './check/check.ts'
import type { Flips } from './counterfactual/flips.ts'
import { flipsOf } from './counterfactual/flips.ts'
import type { Explanation } from './explanation.ts'
import { explainTrial } from './explanation.ts'
import { joinFrom, parseFrom } from './from.ts'
import type { From } from './pretend.ts'
import { isObject, wrongCase } from './problem.ts'
import { unjudged } from './requests/event.ts'
import { readRequestText } from './requests/read.ts'
import type { TrialRequest, Trials } from './trial.ts'

/** The body of `POST /api/explain` and `POST /api/check`. */
export interface TrialQuestion {
  /** A URL, a curl command line, an HTTP request, a HAR file's text, or the members of a `TrialRequest`. */
  readonly request: unknown
  /** A persona, `country=DE,asn=24940`, or an object with these members; `check` also accepts a list. */
  readonly from?: unknown
  /** The number of the entry in a HAR file, 1-based. */
  readonly entry?: unknown
  /** For `explain`: true if the request comes from an event. Notes then name the rules that read fields that no event keeps. */
  readonly of_event?: unknown
}

/** A question blocks the thread that also serves visitors, so it may take only a few milliseconds. */
const MAX_TRIALS = 300
const MAX_RULES = 100
const MAX_FROM = 16

const readFrom = (json: unknown, place: string): From => {
  if (typeof json === 'string') return parseFrom(json)
  const expected = 'a persona, "country=DE,asn=24940", or {"country":"DE","asn":24940}'
  if (!isObject(json)) throw wrongCase(place, json, expected)
  const { fields, ...attributes } = json
  if (fields !== undefined && !isObject(fields))
    throw wrongCase(`${place}.fields`, fields, 'an object')
  const pairs = Object.entries(attributes).map(([name, value]) => {
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw wrongCase(`${place}.${name}`, value, 'text or a number')
    }
    return parseFrom(`${name}=${value}`)
  })
  return pairs.reduce(joinFrom, fields === undefined ? {} : { fields })
}

const read = (json: unknown): { request: TrialRequest; notes: readonly string[]; from: From[] } => {
  if (!isObject(json)) throw wrongCase('body', json, '{"request": …, "from": …}')
  const { request, from, entry } = json
  const list = from === undefined ? [] : Array.isArray(from) ? from : [from]
  if (list.length > MAX_FROM) throw wrongCase('from', list.length, `at most ${MAX_FROM}`)
  const visitors = list.map((one, i) => readFrom(one, Array.isArray(from) ? `from[${i}]` : 'from'))
  if (entry !== undefined && !(Number.isInteger(entry) && Number(entry) > 0)) {
    throw wrongCase('entry', entry, 'a whole number from 1')
  }
  if (typeof request === 'string') {
    const { request: written, notes } = readRequestText(request, entry as number | undefined)
    return { request: written, notes, from: visitors }
  }
  if (!isObject(request)) throw wrongCase('request', request, 'text, or {"url": …}')
  const { from: own, ...rest } = request
  const first = own === undefined ? [] : [readFrom(own, 'request.from')]
  return { request: rest as TrialRequest, notes: [], from: [...first, ...visitors] }
}

/** @throws EdgeError `wrong_case`, `invalid_request`, `wrong_attributes`, `unknown_field`, `wrong_value` */
export const answerExplain = (
  trials: Trials,
  json: unknown
): Explanation & { readonly flips: Flips['flips'] } => {
  const { request, notes, from } = read(json)
  const asked = { ...request, from: from.reduce(joinFrom, {}) }
  const ofEvent = (json as TrialQuestion).of_event === true ? unjudged(trials) : []
  const explanation = explainTrial(trials.run(asked), [...notes, ...ofEvent])
  const { flips } = flipsOf(trials, asked, {
    maxChanges: 2,
    maxTrials: MAX_TRIALS,
    maxRules: MAX_RULES,
  })
  return { ...explanation, flips }
}

/** @throws EdgeError as `answerExplain` does */
export const answerCheck = (trials: Trials, json: unknown): CheckResult => {
  const { request, notes, from } = read(json)
  const result = checkRequest(trials, request, {
    from,
    maxTrials: MAX_TRIALS,
    maxRules: MAX_RULES,
  })
  return { ...result, notes: [...notes, ...result.notes] }
}
