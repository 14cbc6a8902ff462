import { STATUS_CODES } from 'node:http'
import type { Answer } from '../answers/answer.ts'
import type { Diagnostic } from '../error.ts'

/** Nothing of the admin side is stored, sniffed, framed or read by a page from elsewhere. */
const GUARD_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  // With `no-referrer` a browser sends a form of these pages as from nowhere (`Origin: null`), which the gate refuses.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
}

/** A whole answer of the admin side, with the headers that each of them has. */
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

/** 200 with JSON. */
export const json = (value: unknown, status = 200): Answer =>
  answerOf(status, 'application/json', JSON.stringify(value))

export const html = (body: string, status = 200): Answer =>
  answerOf(status, 'text/html; charset=UTF-8', body)

/** Sends a browser on with a GET. */
export const seeOther = (location: string, headers: Readonly<Record<string, string>> = {}) =>
  answerOf(303, 'text/plain; charset=UTF-8', '', { Location: location, ...headers })

/** Where in the request the fault lies. */
export interface Place {
  /** Name of a query parameter, of a part of the path, or of a header. */
  readonly parameter?: string
  readonly header?: string
  /** The text at fault, cut where it is long. */
  readonly value?: string
  /** What would have been right. */
  readonly expected?: string
}

/** An error as the admin side gives it (RFC 9457). */
export interface Problem {
  readonly status: number
  /** Stable, snake_case, for programs. */
  readonly code: string
  /** One sentence for people, with the text at fault and what was expected. */
  readonly detail: string
  readonly place?: Place
  /** The places in documents, where documents are at fault. */
  readonly diagnostics?: readonly Diagnostic[]
}

/**
 * A problem document.
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
