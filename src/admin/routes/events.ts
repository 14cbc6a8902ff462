import { json } from '../answer.ts'
import type { Question, Questions } from '../event-query.ts'
import { OPTIONS, readEventQuery } from '../event-query.ts'
import type { Route, RouteParameter } from '../route.ts'
import type { Side } from '../side.ts'

/** Returns the parameters of one query, without the conditions on fields, which the API description adds. */
const parametersOf = (kind: Question): RouteParameter[] =>
  Object.entries(OPTIONS).flatMap(([name, { of, description, example }]): RouteParameter[] =>
    of.includes(kind) ? [{ name, in: 'query', description, example }] : []
  )

const questionRoute = <Kind extends Question>(
  kind: Kind,
  { path, summary, schema }: { path: string; summary: string; schema: string },
  ask: (query: Questions[Kind]) => Promise<unknown>
): Route => ({
  method: 'GET',
  path,
  summary,
  parameters: parametersOf(kind),
  takesConditions: true,
  result: { description: summary, schema },
  problems: [400, 503],
  answer: async ({ query }) => json(await ask(readEventQuery(kind, query))),
})

export const events = ({ store }: Side): Route =>
  questionRoute(
    'page',
    { path: '/api/events', summary: 'events, newest first, a page at a time', schema: 'EventPage' },
    (query) => store.page(query)
  )

export const topEvents = ({ store }: Side): Route =>
  questionRoute(
    'top',
    { path: '/api/events/top', summary: 'the most frequent values of fields', schema: 'Top' },
    async (query) => ({ by: query.by, rows: await store.top(query) })
  )

export const eventSeries = ({ store }: Side): Route =>
  questionRoute(
    'series',
    { path: '/api/events/series', summary: 'counts of events over time', schema: 'Series' },
    async (query) => ({
      bucketSeconds: query.bucketSeconds,
      ...(query.by === undefined ? {} : { by: query.by }),
      points: await store.series(query),
    })
  )
