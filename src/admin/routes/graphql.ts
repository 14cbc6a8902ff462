import { json } from '../answer.ts'
import type { Question } from '../graphql/answer.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

const BAD_REQUEST = 400

const questionIn = (body: string): Question | undefined => {
  try {
    const { query, variables, operationName } = JSON.parse(body) ?? {}
    const isRight =
      typeof query === 'string' &&
      (variables === undefined || typeof variables === 'object') &&
      ['undefined', 'string'].includes(typeof (operationName ?? undefined))
    return isRight ? { query, variables, operationName } : undefined
  } catch {
    return undefined
  }
}

/** The route at Cloudflare's path. The GraphQL library loads with the first query. */
export const graphql = ({ store, zones, onError }: Side): Route => ({
  method: 'POST',
  path: '/client/v4/graphql',
  summary: "events in the form of Cloudflare's GraphQL API: firewallEventsAdaptive and its groups",
  takes: { type: 'application/json', schema: 'GraphQlQuestion' },
  result: { description: 'data, and errors in the shape of GraphQL', schema: 'GraphQlAnswer' },
  answer: async (request) => {
    const question = questionIn((await request.body?.()) ?? '')
    if (question === undefined) {
      const message = 'expected JSON: {"query": "{ viewer { … } }", "variables": { … }}'
      return json({ data: null, errors: [{ message }] }, BAD_REQUEST)
    }
    const { answerGraphql } = await import('../graphql/answer.ts')
    return json(await answerGraphql(question, { store, zones: zones(), onError }))
  },
})
