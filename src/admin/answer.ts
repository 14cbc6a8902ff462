import { STATUS_CODES } from 'node:http'
import type { Answer } from '../answers/answer.ts'
import type { Diagnostic } from '../error.ts'

/** Headers that forbid browsers to store, sniff or frame an answer, or to show it to other sites. */
const GUARD_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  // With `no-referrer`, browsers send forms of these pages with `Origin: null`, which the gate refuses.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
}

/** Returns an answer with the common headers of the admin port. */
export const answerOf = (
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {}
): Answer => ({
  status,
  headers: {
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(body)),
    ...GUARD_HEADERS,
    ...headers,
  },
  body,
})

/** Returns an answer with JSON, by default with status 200. */
export const json = (value: unknown, status = 200): Answer =>
  answerOf(status, 'application/json', JSON.stringify(value))

export const html = (body: string, status = 200): Answer =>
  answerOf(status, 'text/html; charset=UTF-8', body)

/** Returns a 303, which makes a browser request `location` with GET. */
export const seeOther = (location: string, headers: Readonly<Record<string, string>> = {}) =>
  answerOf(303, 'text/plain; charset=UTF-8', '', { Location: location, ...headers })

/** The part of the request that is wrong. */
export interface Place {
  /** Name of the query parameter or path parameter. */
  readonly parameter?: string
  readonly header?: string
  /** The wrong text, cut if it is long. */
  readonly value?: string
  /** The expected text. */
  readonly expected?: string
}

/** An error answer of the admin port (RFC 9457). */
export interface Problem {
  readonly status: number
  /** Stable, snake_case, for programs. */
  readonly code: string
  /** One sentence for people, with the wrong text and the expected one. */
  readonly detail: string
  readonly place?: Place
  /** The errors in documents, with their places; absent for other errors. */
  readonly diagnostics?: readonly Diagnostic[]
}

/**
 * Returns an answer with a problem document.
 *
 * Source: RFC 9457; `code`, `place` and `diagnostics` are extension members (§3.2).
 *
 * @example problem({ status: 404, code: 'no_such_page', detail: 'nothing at /x' })
 */
export const problem = (
  { status, code, detail, place, diagnostics }: Problem,
  headers: Readonly<Record<string, string>> = {}
): Answer =>
  answerOf(
    status,
    'application/problem+json',
    JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[status],
      status,
      code,
      detail,
      place,
      diagnostics,
    }),
    headers
  )
