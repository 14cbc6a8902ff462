import { type AdminRequest, headerOf } from './request.ts'

const READS = new Set(['GET', 'HEAD'])

/**
 * Why a request comes from another site's page, where it does. Such a page can have the owner's browser send what it likes, with
 * the owner's cookie, or to a port that trusts this machine (CSRF). A browser says where a request comes from, in headers that
 * no page can set; programs send neither and pass.
 *
 * A link from elsewhere may be followed: a top-level GET changes nothing, and its answer is not the other page's to read.
 *
 * Source: https://www.w3.org/TR/fetch-metadata/, https://fetch.spec.whatwg.org/#origin-header
 *
 * @returns the header at fault with its value; `undefined` where all is well
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
