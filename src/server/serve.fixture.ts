import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { onTestFinished, vi } from 'vitest'
import { createEdge, type Edge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { httpOrigin } from '../proxy/sockets.fixture.ts'
import { certificate, key } from '../proxy/tls.fixture.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { type Served, type ServeOptions, serve } from './serve.ts'

export const TLS = { cert: Buffer.from(certificate), key: Buffer.from(key) }

export interface Site extends Served {
  port: number
  edge: Edge
  /** Records the calls of `onError`. */
  errors: ReturnType<typeof vi.fn>
}

/** An edge on HTTPS that blocks requests that match the expression, in front of an origin; it lives for one test. */
export const site = async (
  origin: RequestListener,
  {
    block = 'http.request.uri.path contains "/blocked"',
    trust,
    ...options
  }: Partial<ServeOptions> & { block?: string; trust?: string[] } = {}
): Promise<Site> => {
  const { url: upstream } = await httpOrigin(origin)
  const edge = createEdge({
    ruleset: rulesFromObjects([{ rules: [{ name: 'test', expression: block, action: 'block' }] }]),
    store: memoryStore(),
    seesTls: true,
    trust,
  })
  const errors = vi.fn()
  const served = await serve({ edge, upstream, tls: TLS, onError: errors, ...options })
  onTestFinished(() => served.close())
  return { ...served, port: Number(new URL(served.url).port), edge, errors }
}

/** Returns the request that it received, and sets two cookies. */
export const mirror = async (request: IncomingMessage, response: ServerResponse) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { method, url, headers, rawHeaders } = request
  response.setHeader('Set-Cookie', ['a=1', 'b=2'])
  response.end(JSON.stringify({ method, url, headers, rawHeaders, body }))
}
