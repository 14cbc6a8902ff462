import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { answerOf } from '../admin/answer.ts'
import { BadParameter } from '../admin/parameter.ts'
import type { RouteRequest } from '../admin/request.ts'
import { BodyTooLarge, headerOf } from '../admin/request.ts'
import type { Caller, Route } from '../admin/route.ts'
import type { Answer } from '../answers/answer.ts'
import { EdgeError } from '../error.ts'
import { frame } from './frame.ts'
import type { House } from './house.ts'
import { type Html, html } from './html.ts'

const gzipped = promisify(gzip)

/** The page loads nothing from other origins, runs no inline script and sends nothing to other origins. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A page, compressed if the browser accepts it. */
export const pageAnswer = async (
  request: RouteRequest,
  page: Html,
  status = 200,
  headers: Readonly<Record<string, string>> = {}
): Promise<Answer> => {
  const takesGzip = /\bgzip\b/.test(headerOf(request, 'accept-encoding') ?? '')
  const body = takesGzip ? await gzipped(page.text) : Buffer.from(page.text)
  const answer = answerOf(status, 'text/html; charset=UTF-8', '', {
    'Content-Length': String(body.length),
    'Content-Security-Policy': POLICY,
    ...(takesGzip ? { 'Content-Encoding': 'gzip' } : {}),
    Vary: 'Accept-Encoding',
    ...headers,
  })
  return { ...answer, body }
}

const SERVER_ERROR = 500

/** Statuses of problems that the owner has to solve. */
const STATUSES: Readonly<Record<string, number>> = {
  edit_conflict: 409,
  cannot_edit: 409,
  invalid_rules: 422,
  store_failed: 503,
  store_not_found: 503,
  store_version: 503,
  store_closed: 503,
}

/** Shows an error to a person. */
const failed = (house: House, error: unknown): { status: number; page: Html } => {
  const code = error instanceof EdgeError ? error.code : ''
  const isBad = error instanceof BadParameter || code === 'invalid_query'
  const isConflict = code === 'edit_conflict'
  const isTooLarge = error instanceof BodyTooLarge
  const title = isBad
    ? 'This link is not valid'
    : isConflict
      ? 'Somebody was faster'
      : isTooLarge
        ? 'The form is too large'
        : 'This did not work'
  const said =
    isBad || error instanceof EdgeError || isTooLarge
      ? (error as Error).message
      : 'The edge could not render this page. Its log has the reason.'
  const main = html`<div class="empty card"><p>${said.replace(/[.\s]*$/, '')}.</p><p>${code === '' || isBad ? html`<a class="button" href="/events">All events of the last day</a>` : html`<a class="button" href="/rules">Rules</a>`}</p></div>`
  return {
    status: isBad ? 400 : isTooLarge ? 413 : (STATUSES[code] ?? SERVER_ERROR),
    page: frame(house, { title, section: 'none', main }),
  }
}

/** The result of a page: the page itself, or another answer, such as a redirect. */
export type Made = Html | Answer | { readonly status: number; readonly page: Html }

export interface PageRoute extends Pick<Route, 'path' | 'summary'> {
  readonly method?: Route['method']
  readonly changes?: boolean
  readonly open?: boolean
  make(house: House, request: RouteRequest, caller: Caller): Promise<Made>
}

const isHtml = (made: Made): made is Html => 'text' in made && !('status' in made)

/** A page as a route of the admin port. */
export const pageRoute = (house: House, page: PageRoute): Route => ({
  method: page.method ?? 'GET',
  path: page.path,
  summary: page.summary,
  result: { description: page.summary, type: 'text/html' },
  isPage: true,
  ...(page.changes === true ? { changes: true } : {}),
  ...(page.open === true ? { open: true } : {}),
  answer: async (request, caller) => {
    try {
      const made = await page.make(house, request, caller)
      if (isHtml(made)) return await pageAnswer(request, made)
      return 'page' in made ? await pageAnswer(request, made.page, made.status) : made
    } catch (error) {
      const { status, page: shown } = failed(house, error)
      if (status >= SERVER_ERROR) house.side.onError(error)
      return pageAnswer(request, shown, status)
    }
  },
})
