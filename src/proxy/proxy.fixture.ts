import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { exchange, httpOrigin } from './sockets.fixture.ts'

export const CLOSE = 'Connection: close\r\n\r\n'
export const get = (path = '/', more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}${CLOSE}`

export const bodyOf = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4)
export const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

export const readAll = async (message: IncomingMessage) => {
  let text = ''
  for await (const chunk of message) text += chunk
  return text
}

/** An origin that returns the request that it received. */
export const mirror = () =>
  httpOrigin(async (request, response) => {
    const { method, url, rawHeaders, headers } = request
    const body = await readAll(request)
    response.end(JSON.stringify({ method, url, rawHeaders, headers, body }))
  })

export interface Mirrored {
  method: string
  url: string
  rawHeaders: string[]
  headers: IncomingHttpHeaders
  body: string
}

export const mirrored = async (port: number, request: string): Promise<Mirrored> => {
  const answer = await exchange(port, request)
  return JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? `"${answer}"`)
}
