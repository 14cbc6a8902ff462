import { type AdminRequest, headerOf } from './request.ts'

const READS = new Set(['GET', 'HEAD'])

/**
 * Detects a request from another site's page. Such a page can make the owner's browser send any request, with the owner's cookie
 * or to a port that trusts this machine (CSRF). Browsers name the origin of a request in headers that no page can set. Programs
 * send neither header and pass.
 *
 * Links from other sites work: a top-level GET changes nothing, and the other page cannot read its answer.
 *
 * Source: https://www.w3.org/TR/fetch-metadata/, https://fetch.spec.whatwg.org/#origin-header
 *
 * @returns the header that names another site, with its value; `undefined` if the request may pass
 */
export const foreignOrigin = (
  request: AdminRequest
): { header: string; value: string } | undefined => {
  const site = headerOf(request, 'sec-fetch-site')
  const isLink =
    READS.has(request.method) &&
    headerOf(request, 'sec-fetch-mode') === 'navigate' &&
    headerOf(request, 'sec-fetch-dest') === 'document'
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isLink) {
    return { header: 'sec-fetch-site', value: site }
  }
  const origin = headerOf(request, 'origin')
  if (origin === undefined || isLink) return undefined
  const own = URL.canParse(origin) ? new URL(origin).host : undefined
  return own !== undefined && own === headerOf(request, 'host')?.toLowerCase()
    ? undefined
    : { header: 'origin', value: origin }
}
