import type { Answer } from '../../answers/answer.ts'
import { EdgeError } from '../../error.ts'
import { json, problem } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Side, TryRequest } from '../side.ts'

const BAD_REQUEST = 400
const UNAVAILABLE = 501

/** Mistakes of whoever asks. */
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

/** By the rules in force, with the edge's own data. */
export const explain = ({ trials }: Side): Route => ({
  method: 'POST',
  path: '/api/explain',
  summary: 'what each phase and rule says of one request, as a Trace result of Cloudflare has it',
  takes: { type: 'application/json', schema: 'TrialQuestion' },
  result: { description: 'verdict, trace, answer', schema: 'Explanation' },
  problems: [BAD_REQUEST, UNAVAILABLE],
  answer: answerWith(trials?.explain),
})

export const check = ({ trials }: Side): Route => ({
  method: 'POST',
  path: '/api/check',
  summary: 'who is blocked of many vantage points, because of what, and what would help',
  takes: { type: 'application/json', schema: 'TrialQuestion' },
  result: { description: 'blocked, passed, attribution, remedies', schema: 'CheckResult' },
  problems: [BAD_REQUEST, UNAVAILABLE],
  answer: answerWith(trials?.check),
})
