import type { Answer } from '../../answers/answer.ts'
import { EdgeError } from '../../error.ts'
import { json, problem } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Side, TryRequest } from '../side.ts'

const BAD_REQUEST = 400
const UNAVAILABLE = 501

/** Codes of errors that the caller caused. */
const MISTAKES = new Set([
  'invalid_request',
  'wrong_attributes',
  'wrong_case',
  'unknown_field',
  'wrong_value',
])

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new EdgeError('invalid_request', 'the body is not JSON: expected {"request": …}', {
      cause,
    })
  }
}

const answerWith =
  (attempt: TryRequest | undefined): Route['answer'] =>
  async (request): Promise<Answer> => {
    if (attempt === undefined) {
      const detail = 'this edge does not judge requests for its owner'
      return problem({ status: UNAVAILABLE, code: 'no_trials', detail })
    }
    try {
      return json(await attempt(parse((await request.body?.()) ?? '')))
    } catch (error) {
      if (!(error instanceof EdgeError) || !MISTAKES.has(error.code)) throw error
      return problem({ status: BAD_REQUEST, code: error.code, detail: error.message })
    }
  }

/** The route that explains a request by the active rules, with the edge's own data. */
export const explain = ({ trials }: Side): Route => ({
  method: 'POST',
  path: '/api/explain',
  summary: 'the verdict of each phase and rule on one request, as a Trace result of Cloudflare',
  takes: { type: 'application/json', schema: 'TrialQuestion' },
  result: { description: 'verdict, trace, answer', schema: 'Explanation' },
  problems: [BAD_REQUEST, UNAVAILABLE],
  answer: answerWith(trials?.explain),
})

export const check = ({ trials }: Side): Route => ({
  method: 'POST',
  path: '/api/check',
  summary: 'a request from many vantage points: the blocked ones, the reason, and the remedies',
  takes: { type: 'application/json', schema: 'TrialQuestion' },
  result: { description: 'blocked, passed, attribution, remedies', schema: 'CheckResult' },
  problems: [BAD_REQUEST, UNAVAILABLE],
  answer: answerWith(trials?.check),
})
