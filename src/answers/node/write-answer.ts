import type { Answer } from '../answer.ts'
import { reasonPhrase } from '../reason-phrase.ts'

/** The part of Node's response that an answer needs: from `node:http`, from `node:http2`, or over a bare socket. */
export interface AnswerTarget {
  readonly headersSent: boolean
  readonly destroyed: boolean
  setHeader(name: string, value: string): unknown
  writeHead(status: number, reason: string, headers: Record<string, string>): unknown
  end(body: string | Uint8Array, encoding?: BufferEncoding): unknown
}

type Header = readonly [name: string, value: string]

/** Writes a whole answer. Does nothing if a response has begun or the visitor has left. */
export const writeAnswer = (
  response: AnswerTarget,
  { status, headers, body }: Answer,
  extraHeaders: readonly Header[] = []
): void => {
  if (response.headersSent || response.destroyed) return
  for (const [name, value] of extraHeaders) response.setHeader(name, value)
  // A failed attempt may have left its own reason on the response, so the reason is always set.
  response.writeHead(status, reasonPhrase(status), headers)
  if (typeof body !== 'string') response.end(body)
  // A text with as many bytes as characters is ASCII; Node writes it faster as latin1.
  else response.end(body, String(body.length) === headers['Content-Length'] ? 'latin1' : 'utf8')
}

/** A short answer in plain text, for cases without a page. */
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
