import { json, problem } from '../answer.ts'
import { readEventFilter } from '../event-filter.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

export const events = ({ store }: Side): Route => ({
  method: 'GET',
  path: '/api/events',
  summary: 'newest first',
  parameters: ['ray', 'action', 'rule', 'ip', 'country', 'limit'].map((name) => ({
    name,
    in: 'query',
    description: `only this ${name}`,
  })),
  result: { description: 'events, newest first', schema: 'Events' },
  problems: [400],
  answer: async ({ query }) => {
    const filter = readEventFilter(query)
    if ('problem' in filter) {
      return problem({ status: 400, code: 'bad_parameter', detail: filter.problem })
    }
    return json({ events: await store.query(filter) })
  },
})
