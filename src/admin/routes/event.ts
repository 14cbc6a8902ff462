import { eventDocument } from '../../events/document.ts'
import { json, problem } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

export const event = ({ store }: Side): Route => ({
  method: 'GET',
  path: '/api/events/{ray}',
  summary: 'the event with this Ray ID',
  parameters: [
    {
      name: 'ray',
      in: 'path',
      description: 'a Ray ID: 16 hex digits, with or without its data centre',
      example: '8f3c2d1e0a9b7c65-AMS',
    },
  ],
  result: {
    description: 'the deciding match, with the other matches of the request under `also`',
    schema: 'EventDocument',
  },
  problems: [400, 404, 503],
  answer: async ({ params }) => {
    const ray = params.ray!
    const result = await store.find(ray)
    if (result.found) return json(eventDocument(result.events))
    const status = result.reason === 'malformed' ? 400 : 404
    return problem({
      status,
      code: result.reason,
      detail: result.message,
      place: { parameter: 'ray', value: ray.slice(0, 100) },
    })
  },
})
