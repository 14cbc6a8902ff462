import { answerOf, problem } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

export const metrics = ({ metrics: own }: Side): Route => ({
  method: 'GET',
  path: '/metrics',
  summary: 'metrics for Prometheus',
  result: { description: "Prometheus' text format", type: 'text/plain' },
  problems: [404],
  answer: async () =>
    own === undefined
      ? problem({ status: 404, code: 'no_metrics', detail: 'this port has no edge to measure' })
      : answerOf(200, own.contentType, await own.text()),
})
