import type { VisitorRequest } from '../proxy/visitor.ts'

/**
 * The host and port of RFC 3986 §3.2.2 and §3.2.3, without a slash, `@`, quote, space, second colon or final dot: servers
 * read these differently.
 */
const HOST = /^(?!.*\.\.(?::|$))(?:\[[\w.:%~-]*\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/

/**
 * Whether every server reads the Host of a request alike: at most one, well-formed, and present in HTTP/1.1 and HTTP/2
 * (otherwise RFC 9112 §3.2 requires a 400). The rules see the first Host, an origin might take the last one.
 */
export const isSoundHost = ({ rawHeaders, httpVersion }: VisitorRequest): boolean => {
  let host: string | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue
    if (host !== undefined) return false
    host = rawHeaders[i + 1]!
  }
  return host === undefined ? httpVersion === '1.0' : HOST.test(host)
}
