import type { VisitorRequest } from '../proxy/visitor.ts'

/**
 * What RFC 3986 §3.2.2 and §3.2.3 allow in a host and port. No slash, `@`, quote or space, no second colon or dot at the end:
 * servers read them differently.
 */
const HOST = /^(?!.*\.\.(?::|$))(?:\[[\w.:%~-]*\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/

/**
 * Whether a request's Host is one that everybody reads alike: at most one, well-formed, and there in HTTP/1.1
 * and HTTP/2 (RFC 9112 §3.2 asks for a 400 otherwise). The rules see the first, an origin might take the last.
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
