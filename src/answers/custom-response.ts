import type { Answer, RefusalFacts } from './answer.ts'

/**
 * The answer of a rule in place of an error page.
 *
 * Source: https://developers.cloudflare.com/waf/custom-rules/create-dashboard/#configure-a-custom-response-for-blocked-requests
 */
export interface CustomResponse {
  /** 400–499; absent: 403, or 429 for rate limits. */
  readonly status?: number
  readonly content?: string
  /** `text/html`, `text/plain`, `application/json` or `text/xml`; absent: `text/html`. */
  readonly contentType?: string
}

const encoder = new TextEncoder()

/** The owner's own response is the answer, regardless of `Accept`. */
export const customAnswer = (
  { status, content = '', contentType = 'text/html' }: CustomResponse,
  { ray, colo, method }: Pick<RefusalFacts, 'ray' | 'colo' | 'method'>,
  { defaultStatus, common }: { defaultStatus: number; common: Answer['headers'] }
): Answer => ({
  status: status ?? defaultStatus,
  headers: {
    'Content-Type': contentType.startsWith('text/') ? `${contentType}; charset=UTF-8` : contentType,
    'Content-Length': String(encoder.encode(content).length),
    ...common,
    'CF-RAY': `${ray}-${colo}`,
  },
  body: method === 'HEAD' ? '' : content,
})
