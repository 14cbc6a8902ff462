import type { SecurityEvent } from './event.ts'

type Referer = NonNullable<SecurityEvent['referer']>

/** Scheme, authority, path and query of a URL (RFC 3986, appendix B). The fragment is not sent. */
const URL_PARTS = /^(?:([a-z][a-z\d+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?/i

/**
 * The parts of a `Referer` header, which Logpush keeps apart (`ClientRefererHost` …). The header can be any text: everything before
 * its query is then the path. User and password of a URL are left out, because they are credentials.
 *
 * @example refererOf('https://shop.test/a?b=c') // { scheme: 'https', host: 'shop.test', path: '/a', query: '?b=c' }
 */
export const refererOf = (header: string): Referer => {
  const [, scheme = '', authority = '', path = '', query = ''] = URL_PARTS.exec(header)!
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return { scheme: scheme.toLowerCase(), host, path, query }
}
