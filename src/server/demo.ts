import type { IncomingMessage, ServerResponse } from 'node:http'
import { demoPage } from './demo-page.ts'
import { createListener } from './listen.ts'

export interface DemoOrigin {
  readonly url: string
  close(): Promise<void>
}

export interface DemoOptions {
  /** Default `127.0.0.1`. */
  host?: string
  /** 0 (default) for any free port. */
  port?: number
}

const STREAM_LINES = 5
const STREAM_PAUSE_MS = 300
const OK = 200
const NOT_FOUND = 404

type Page = (request: IncomingMessage, response: ServerResponse) => void

const SAFE = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
}

const send = (response: ServerResponse, status: number, type: string, text: string) => {
  const body = Buffer.from(text)
  response.writeHead(status, { ...SAFE, 'Content-Type': type, 'Content-Length': body.length })
  response.end(body)
}

const json = (response: ServerResponse, value: unknown) =>
  send(response, OK, 'application/json; charset=utf-8', `${JSON.stringify(value, null, 2)}\n`)

const html =
  (status: number): Page =>
  (request, response) =>
    send(response, status, 'text/html; charset=utf-8', demoPage(request, status === OK))

const headers: Page = ({ method, url, httpVersion, headers: received }, response) =>
  json(response, { method, path: url, httpVersion, headers: received })

/** Never uses the visitor's content type: an echo of HTML would run on this origin. */
const echo: Page = (request, response) => {
  response.writeHead(OK, { ...SAFE, 'Content-Type': 'application/octet-stream' })
  response.flushHeaders()
  request.pipe(response)
}

const stream: Page = (_, response) => {
  response.writeHead(OK, { ...SAFE, 'Content-Type': 'text/plain; charset=utf-8' })
  let line = 0
  const write = () => {
    line++
    response.write(`line ${line} of ${STREAM_LINES}\n`)
    if (line === STREAM_LINES) {
      clearInterval(timer)
      response.end()
    }
  }
  const timer = setInterval(write, STREAM_PAUSE_MS)
  response.once('close', () => clearInterval(timer))
  write()
}

const PAGES = new Map<string, Page>([
  ['/', html(OK)],
  ['/headers', headers],
  ['/echo', echo],
  ['/stream', stream],
  ['/healthz', (_, response) => json(response, { ok: true })],
])

/**
 * A small site for an edge without an origin: it shows the request that reached it.
 *
 * @throws EdgeError as `createListener`
 * @example const { url, close } = await startDemoOrigin()
 */
export const startDemoOrigin = async (options: DemoOptions = {}): Promise<DemoOrigin> => {
  const { url, close } = await createListener({
    ...options,
    handler: (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0]!
      const page = PAGES.get(path) ?? html(NOT_FOUND)
      page(request, response)
    },
  })
  return { url, close }
}
