import { normalizePath } from '../request/normalize.ts'
import { quote } from './quote.ts'

const SCHEME = /^[a-z*]+:\/\//i

/**
 * Compiles to `eq` if the pattern has no `*`, else to the language's `wildcard`, which ignores case.
 */
const test = (field: string, pattern: string): string =>
  pattern.includes('*')
    ? `${field} wildcard ${quote(pattern.replace(/\*+/g, '*').replace(/\\/g, '\\\\'))}`
    : `${field} eq ${quote(pattern)}`

const escapeText = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16)}`).join('')

/** Returns path and query of a pattern, with the path normalized as rules see it; `*` stays. */
const normalized = (target: string): string => {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  return normalizePath(path.replace(/[^\0-\x7f]+/g, escapeText)) + target.slice(path.length)
}

/**
 * Returns the expression of a URL pattern of Zone Lockdown and the previous rate limiting rules: host and path, `*` for any text, with or
 * without a scheme. A pattern without a path matches the whole host.
 *
 * Source: https://developers.cloudflare.com/waf/tools/zone-lockdown/
 *
 * @example urlExpression('example.com/wiki/*') // http.host eq "example.com" and http.request.uri.path wildcard "/wiki/*"
 */
export const urlExpression = (url: string): string => {
  const bare = url.replace(SCHEME, '')
  const slash = bare.indexOf('/')
  const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase()
  const path = slash < 0 ? '/*' : normalized(bare.slice(slash))
  const tests = [
    ...(/^\*+$/.test(host) ? [] : [test('http.host', host)]),
    ...(/^\/\*+$/.test(path)
      ? []
      : [test(path.includes('?') ? 'http.request.uri' : 'http.request.uri.path', path)]),
  ]
  return tests.length === 0 ? 'true' : tests.join(' and ')
}

/** Combines the expressions of several patterns with `or`. */
export const urlsExpression = (urls: readonly string[]): string => {
  const each = urls.map(urlExpression)
  const [only] = each
  if (only !== undefined && each.length === 1) return only
  return each.map((text) => (text.includes(' and ') ? `(${text})` : text)).join(' or ')
}

export interface UrlProblem {
  readonly message: string
  readonly help?: string
}

/**
 * Returns the problem of a URL pattern that would never match: no host, white space, or a part that rules never see in a URL.
 *
 * @example urlProblem('a.test:8443/*') // { message: '`a.test:8443/*` has a port …', help: 'write `a.test/*`' }
 */
export const urlProblem = (url: string): UrlProblem | undefined => {
  const bare = url.replace(SCHEME, '')
  const shown = `\`${url}\``
  if (bare.includes('#')) {
    const help = `write \`${url.slice(0, url.indexOf('#'))}\``
    return { message: `${shown} has a fragment, which browsers never send`, help }
  }
  if (!/^[^\s/?]+(?:\/\S*)?$/.test(bare)) {
    const message = `${shown} is not a URL pattern: expected one like \`example.com/wiki/*\``
    return bare.startsWith('/')
      ? { message, help: 'write the host in front, or `*` for any' }
      : { message }
  }
  const slash = bare.indexOf('/')
  const host = slash < 0 ? bare : bare.slice(0, slash)
  const [, name = host, port] = /^(\[[^\]]*\]|[^:]*)(:.*)?$/.exec(host) ?? []
  const help = `write \`${name.replace(/\.$/, '')}${bare.slice(host.length)}\``
  if (port !== undefined) {
    return { message: `${shown} has a port: the host is compared without one`, help }
  }
  if (name.endsWith('.')) {
    return {
      message: `${shown} has a dot at the end of its host: the host is compared without it`,
      help,
    }
  }
  return undefined
}
