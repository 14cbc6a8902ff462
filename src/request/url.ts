/** A request target taken apart, without decoding: binary strings as they were received. */
export interface Target {
  /** Authority of an absolute-form target, of a full URL or of CONNECT, without user; '' in origin form. */
  readonly authority: string
  /** Scheme of an absolute-form target or full URL, lower case; '' in origin form. */
  readonly scheme: string
  /** Begins with `/`, or is `*`. */
  readonly path: string
  /** Without its `?`; '' where there is none. */
  readonly query: string
  /** There was a `?`, even with nothing behind it. */
  readonly hasQuery: boolean
}

const ABSOLUTE = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/?#\\]*)/

const split = (origin: string, authority: string, scheme: string): Target => {
  // A fragment is never part of a request; one that was sent all the same is no part of path or query.
  const hash = origin.indexOf('#')
  const whole = hash < 0 ? origin : origin.slice(0, hash)
  const mark = whole.indexOf('?')
  const path = mark < 0 ? whole : whole.slice(0, mark)
  return {
    authority,
    scheme,
    path: path.startsWith('/') || path === '*' ? path : `/${path}`,
    query: mark < 0 ? '' : whole.slice(mark + 1),
    hasQuery: mark >= 0,
  }
}

/**
 * Takes a request target apart: origin form, absolute form, `*`, or the authority that CONNECT has. Anything is accepted:
 * a visitor can send what they like.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 * @example parseTarget('http://shop.test/a?b') // { authority: 'shop.test', scheme: 'http', path: '/a', query: 'b', … }
 */
export const parseTarget = (target: string, method = 'GET'): Target => {
  if (target.startsWith('/')) return split(target, '', '')
  const [prefix, scheme, authority] = ABSOLUTE.exec(target) ?? []
  if (prefix !== undefined) {
    const host = authority!.slice(authority!.lastIndexOf('@') + 1)
    return split(target.slice(prefix.length), host, scheme!.toLowerCase())
  }
  return method === 'CONNECT' ? split('/', target, '') : split(target, '', '')
}

/**
 * The name in an authority: `shop.test:8443` → `shop.test`, `[::1]:80` → `[::1]`. It ends at the first colon after any
 * brackets, whatever follows: so do Express and others read a Host with a malformed port.
 */
export const hostnameOf = (authority: string): string => {
  const colon = authority.indexOf(':', authority.startsWith('[') ? authority.indexOf(']') + 1 : 0)
  return colon < 0 ? authority : authority.slice(0, colon)
}

/**
 * A host name as rules compare it: lower case, without the dot of the DNS root at its end, or several. Names are
 * case-insensitive (RFC 9110 §4.2.3), and all spellings lead to the same site, so a rule on a host must hold for each. Cloudflare
 * documents neither; nginx, which its edge grew from, does the same to `$host` (`ngx_http_validate_host`).
 *
 * @example normalizeHostname('Shop.TEST.') // 'shop.test'
 */
export const normalizeHostname = (hostname: string): string => {
  let end = hostname.length
  while (end > 0 && hostname[end - 1] === '.') end--
  const name = end === hostname.length ? hostname : hostname.slice(0, end)
  // Not by the locale: bytes above 127 are no letters here.
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name
}

/**
 * What follows the last dot of the path's last segment, lower case; '' where there is none. A dot at the start of the
 * segment hides a file and begins no extension.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/http.request.uri.path.extension/
 */
export const extensionOf = (path: string): string => {
  const file = path.slice(path.lastIndexOf('/') + 1)
  const dot = file.lastIndexOf('.')
  return dot <= 0 ? '' : file.slice(dot + 1).toLowerCase()
}

/** Arguments of a query as they stand, nothing decoded, in order. An argument without `=` has the value ''. */
export const parseArguments = (query: string): (readonly [name: string, value: string])[] =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    })
