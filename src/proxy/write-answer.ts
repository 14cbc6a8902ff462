import { STATUS_CODES } from 'node:http'
import type { Answer } from '../answers/answer.ts'
import type { Header } from './origin-headers.ts'
import type { VisitorResponse } from './visitor.ts'

/** Writes a whole answer; does nothing where a response has begun or the visitor has gone. */
export const writeAnswer = (
  response: VisitorResponse,
  { status, headers, body }: Answer,
  extraHeaders: readonly Header[] = []
): void => {
  if (response.headersSent || response.destroyed) return
  for (const [name, value] of extraHeaders) response.setHeader(name, value)
  // Named outright: an attempt that failed may have left its own reason on the response.
  response.writeHead(status, STATUS_CODES[status] ?? '', headers)
  response.end(body)
}

/** A short answer in plain text, for what no page is made for. */
export const plainAnswer = (status: number, message = ''): Answer => {
  const reason = STATUS_CODES[status] ?? 'Error'
  const body = `${status} ${reason}${message && `: ${message}`}\n`
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
