import type { Answer } from '../answer.ts'
import { reasonPhrase } from '../reason-phrase.ts'

/** Node's response as far as an answer needs it: of `node:http`, of `node:http2`, or one over a bare socket. */
export interface AnswerTarget {
  readonly headersSent: boolean
  readonly destroyed: boolean
  setHeader(name: string, value: string): unknown
  writeHead(status: number, reason: string, headers: Record<string, string>): unknown
  end(body: string | Uint8Array, encoding?: BufferEncoding): unknown
}

type Header = readonly [name: string, value: string]

/** Writes a whole answer. Does nothing where a response has begun or the visitor has gone. */
export const writeAnswer = (
  response: AnswerTarget,
  { status, headers, body }: Answer,
  extraHeaders: readonly Header[] = []
): void => {
  if (response.headersSent || response.destroyed) return
  for (const [name, value] of extraHeaders) response.setHeader(name, value)
  // An attempt that failed may have left its own reason on the response: the reason is always given.
  response.writeHead(status, reasonPhrase(status), headers)
  if (typeof body !== 'string') response.end(body)
  // A text with as many bytes as characters is ASCII, which Node writes faster under this name.
  else response.end(body, String(body.length) === headers['Content-Length'] ? 'latin1' : 'utf8')
}

/** A short answer in plain text, for what no page is made for. */
export const plainAnswer = (status: number, message = ''): Answer => {
  const body = `${status} ${reasonPhrase(status)}${message && `: ${message}`}\n`
  return {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=UTF-8',
      'Content-Length': String(Buffer.byteLength(body)),
      'Cache-Control': 'no-store',
    },
    body,
  }
}
