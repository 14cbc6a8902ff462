import type { Value } from '../language/types.ts'
import type { FlatHeaders } from './header-fields.ts'
import { firstHeader, indexHeaders } from './header-fields.ts'

/** What is known of a response when its body has not begun. */
export interface ResponseFacts {
  readonly status: number
  readonly headers: FlatHeaders
}

const names = ({ headers }: ResponseFacts) => headers.filter((_, i) => i % 2 === 0)
const values = ({ headers }: ResponseFacts) => headers.filter((_, i) => i % 2 === 1)

const mediaType = ({ headers }: ResponseFacts): string =>
  ((firstHeader(headers, 'content-type') ?? '').split(';')[0] ?? '').trim().toLowerCase()

/**
 * The fields of a response: of what the origin answers, or the edge in its place where it cannot be reached.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/?field-category=Response
 */
export const responseFields: Readonly<Record<string, (response: ResponseFacts) => Value>> = {
  'http.response.code': ({ status }) => status,
  'http.response.content_type.media_type': mediaType,
  'http.response.headers': ({ headers }) => indexHeaders(headers),
  'http.response.headers.names': names,
  'http.response.headers.values': values,
  // All headers are handed on or the response is refused: none is ever cut off.
  'http.response.headers.truncated': () => false,
  'raw.http.response.headers': ({ headers }) => indexHeaders(headers),
  'raw.http.response.headers.names': names,
  'raw.http.response.headers.values': values,
}

/** The value of a field of a response by its name. */
export type ResponseReader = (field: string) => Value | undefined

export const responseReader =
  (response: ResponseFacts): ResponseReader =>
  (field) =>
    responseFields[field]?.(response)

const SCORE = /^[1-9]\d{0,6}$/
const LARGEST_SCORE = 1_000_000

/**
 * The score that an origin gives a request in a header; 0 where it gives none from 1 to 1,000,000.
 *
 * Source: https://developers.cloudflare.com/waf/rate-limiting-rules/request-rate/#complexity-based-rate-limiting
 */
export const responseScore = ({ headers }: ResponseFacts, lowerCaseName: string): number => {
  const text = firstHeader(headers, lowerCaseName)?.trim() ?? ''
  const score = SCORE.test(text) ? Number(text) : 0
  return score <= LARGEST_SCORE ? score : 0
}
