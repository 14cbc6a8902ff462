import type { Answer } from './answer.ts'
import { reasonPhrase } from './reason-phrase.ts'

/** The answer as a Fetch Response, a new one each time. */
export const toResponse = ({ status, headers, body }: Answer): Response =>
  new Response(body === '' ? null : (body as BodyInit), {
    status,
    statusText: reasonPhrase(status),
    headers,
  })
