import type { GivenRule } from './edge.fixture.ts'
import { optionsWith } from './edge.fixture.ts'
import { createEdge } from './edge.ts'
import type { EdgeOptions } from './edge-options.ts'

export const PEER = { remoteAddress: '192.0.2.1' }
export const LOOPBACK = { remoteAddress: '127.0.0.1' }
export const BLOCK: GivenRule = {
  name: 'no admin',
  expression: 'http.request.uri.path eq "/admin"',
}
export const LOG: GivenRule = {
  name: 'watch',
  expression: 'http.request.uri.path contains "a"',
  action: 'log',
}
export const SKIP: GivenRule = {
  name: 'open',
  expression: 'http.request.uri.query eq "key"',
  action: 'skip',
}
export const BODY: GivenRule = {
  name: 'no bad',
  expression: 'http.request.body.raw contains "bad"',
}

export const edgeWith = (rules: readonly GivenRule[], options: Partial<EdgeOptions> = {}) =>
  createEdge(optionsWith(rules, options))

export const post = (body: BodyInit, path = '/') =>
  new Request(`http://shop.test${path}`, { method: 'POST', body, duplex: 'half' } as RequestInit)

/** A body of which nothing comes before `send`. */
export const slowBody = () => {
  let send = (_text: string) => {}
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      send = (text) => {
        controller.enqueue(new TextEncoder().encode(text))
        controller.close()
      }
    },
  })
  return { body, send: (text: string) => send(text) }
}
