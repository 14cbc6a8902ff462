import type { TestControl } from '../../control/control.ts'
import { membersOf, wholeNumber, wrong } from '../../control/given.ts'
import { EdgeError } from '../../error.ts'
import { json, problem } from '../answer.ts'
import type { RouteRequest } from '../request.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

const MS_PER_SECOND = 1_000
const MAX_SECONDS = 3_153_600_000
const MAX_WAIT_MS = 60_000

/** Runs a call with the body of the request. */
type Run = (control: TestControl, given: Readonly<Record<string, unknown>>) => void

const [STEPS, RULES, ADVANCE] = ['steps', 'rules', 'seconds'] as const

/** Calls that change the edge: name, summary, schema of the body, and action. */
const CALLS: readonly (readonly [name: string, summary: string, schema: string, run: Run])[] = [
  [
    'block-next',
    'the next request gets an error page',
    'BlockNext',
    (control, given) => control.blockNext(given),
  ],
  [
    'limit-next',
    'the next request gets 1015 with `Retry-After`',
    'LimitNext',
    (control, given) => control.limitNext(given),
  ],
  [
    'challenge-next',
    'the next request gets a challenge',
    'ChallengeNext',
    (control, given) => control.challengeNext(given),
  ],
  [
    'drop-next',
    'the connection of the next request is reset',
    'Next',
    (control, given) => control.dropNext(given),
  ],
  [
    'pass-next',
    'the next request goes to the origin, whatever the rules say',
    'Next',
    (control, given) => control.passNext(given),
  ],
  [
    'origin-down',
    'the origin fails from now on',
    'OriginDown',
    (control, { code, ...options }) => control.originDown(code as number | undefined, options),
  ],
  [
    'origin-up',
    'the origin answers again',
    'Nothing',
    (control, given) => {
      membersOf('originUp', given, [])
      control.originUp()
    },
  ],
  [
    'script',
    'the next requests get these answers, one after the other',
    'Script',
    (control, given) => {
      const { steps } = membersOf('script', given, [STEPS])
      control.script(steps as never)
    },
  ],
  [
    'use',
    'puts rules before those of the edge, until `reset`',
    'UseRules',
    (control, given) => {
      const { rules } = membersOf('use', given, [RULES])
      control.use(rules as object[])
    },
  ],
  [
    'clock',
    'moves the time forward',
    'AdvanceClock',
    (control, given) => {
      const { seconds } = membersOf('clock', given, [ADVANCE])
      control.clock.advance(wholeNumber('clock: seconds', seconds, 0, MAX_SECONDS) * MS_PER_SECOND)
    },
  ],
  [
    'reset',
    'the edge is as at its start: rules, answers, clock, counters; no requests and no events of tests',
    'Nothing',
    (control, given) => {
      membersOf('reset', given, [])
      control.reset()
    },
  ],
]

const JSON_TYPE = 'application/json'

/** @throws EdgeError `invalid_test` */
const bodyOf = async (request: RouteRequest): Promise<Readonly<Record<string, unknown>>> => {
  const text = ((await request.body?.()) ?? '').trim()
  if (text === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('body', text, 'JSON')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw wrong('body', value, 'an object of JSON')
}

/** Converts an EdgeError that the caller caused to a problem document: 404, 422 or 400. */
const orProblem = async (answer: () => unknown) => {
  try {
    return json(await answer())
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    const { code, message: detail, diagnostics } = error
    if (code === 'no_event') return problem({ status: 404, code, detail })
    if (code === 'invalid_rules') return problem({ status: 422, code, detail, diagnostics })
    if (code === 'invalid_test') return problem({ status: 400, code, detail })
    throw error
  }
}

const callRoute =
  (control: TestControl) =>
  ([name, summary, schema, run]: (typeof CALLS)[number]): Route => ({
    method: 'POST',
    path: `/api/test/${name}`,
    summary: `tests: ${summary}`,
    takes: { type: JSON_TYPE, schema },
    result: { description: 'it is done', schema: 'Done' },
    problems: [400, 413, 422],
    changes: true,
    answer: (request) =>
      orProblem(async () => {
        run(control, await bodyOf(request))
        return { ok: true }
      }),
  })

/**
 * Returns the routes for tests in any language, the calls of `edge1020/testing`. Only an edge with test overrides has them.
 */
export const testRoutes = ({ tests }: Side): readonly Route[] => {
  if (tests === undefined) return []
  return [
    ...CALLS.map(callRoute(tests)),
    {
      method: 'GET',
      path: '/api/test/requests',
      summary: 'tests: the latest 1,000 requests since the start or the last reset, in order',
      result: { description: 'requests, the oldest first', schema: 'SeenRequests' },
      answer: () => json({ requests: tests.requests() }),
    },
    {
      method: 'GET',
      path: '/api/test/events',
      summary: 'tests: the latest 1,000 events since then, in order',
      result: { description: 'events, the oldest first', schema: 'TestEvents' },
      answer: () => json({ events: tests.events() }),
    },
    {
      method: 'POST',
      path: '/api/test/wait-for-event',
      summary: 'tests: the first event that fits, or the next one',
      takes: { type: JSON_TYPE, schema: 'WaitForEvent' },
      result: { description: 'the event', schema: 'Event' },
      problems: [400, 404, 413],
      answer: (request) =>
        orProblem(async () => {
          const { timeoutMs = 2_000, ...wanted } = await bodyOf(request)
          const longest = wholeNumber('waitForEvent: timeoutMs', timeoutMs, 0, MAX_WAIT_MS)
          return tests.waitForEvent(wanted, { timeoutMs: longest })
        }),
    },
  ]
}
