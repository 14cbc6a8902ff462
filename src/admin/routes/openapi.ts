import { json } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

/** The route of the API description. Its library and texts load with the first request. */
export const openApi = ({ routes }: Side): Route => ({
  method: 'GET',
  path: '/api/openapi.json',
  summary: 'the description of this API (OpenAPI 3.1)',
  result: { description: 'an OpenAPI document', schema: 'OpenApi' },
  answer: async () => {
    const { describeApi } = await import('../openapi.ts')
    return json(describeApi(routes()))
  },
})
