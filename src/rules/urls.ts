import { quote } from './quote.ts'

const SCHEME = /^[a-z*]+:\/\//i

/** `eq` where the pattern has no `*`, else the wildcard of the language, which ignores the case of letters. */
const test = (field: string, pattern: string): string =>
  pattern.includes('*')
    ? `${field} wildcard ${quote(pattern.replace(/\*+/g, '*').replace(/\\/g, '\\\\'))}`
    : `${field} eq ${quote(pattern)}`

/**
 * The expression of a URL pattern as Zone Lockdown and the previous rate limiting rules have it: host and path, `*` for any text,
 * a scheme or none. A pattern without a path is the whole host.
 *
 * Source: https://developers.cloudflare.com/waf/tools/zone-lockdown/
 *
 * @example urlExpression('example.com/wiki/*') // http.host eq "example.com" and http.request.uri.path wildcard "/wiki/*"
 */
export const urlExpression = (url: string): string => {
  const bare = url.replace(SCHEME, '')
  const slash = bare.indexOf('/')
  const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase()
  const path = slash < 0 ? '/*' : bare.slice(slash)
  const tests = [
    ...(/^\*+$/.test(host) ? [] : [test('http.host', host)]),
    ...(/^\/\*+$/.test(path)
      ? []
      : [test(path.includes('?') ? 'http.request.uri' : 'http.request.uri.path', path)]),
  ]
  return tests.length === 0 ? 'true' : tests.join(' and ')
}

/** The expression of several patterns, one of which has to be true. */
export const urlsExpression = (urls: readonly string[]): string => {
  const each = urls.map(urlExpression)
  const [only] = each
  if (only !== undefined && each.length === 1) return only
  return each.map((text) => (text.includes(' and ') ? `(${text})` : text)).join(' or ')
}

/** True for a pattern that could be a URL's: a host, and no white space. */
export const isUrlPattern = (url: string): boolean =>
  /^[^\s/?#]+(?:\/\S*)?$/.test(url.replace(SCHEME, ''))
