import { MAX_ASN, parseAsn } from '../lists/asn.ts'
import { nearest } from '../nearest.ts'
import { isCountry } from '../visitor/countries.ts'
import countries from './mistaken-countries.json' with { type: 'json' }
import { inBackticks } from './node.ts'

/** The problem of a value, or `undefined`. */
export type Problem = { code: string; message: string; help?: string } | undefined

const problem = (code: string, message: string, help?: string): Problem => ({
  code,
  message,
  ...(help === undefined ? {} : { help }),
})

const didYouMean = (text: string) => `did you mean \`${text}\`?`

const NEGATED = /^(?:!=?|not\s)\s*/i

/**
 * Returns help for a text with several values, or a negation. `undefined` if one of its parts is not a value.
 */
export const partsHelp = (
  key: string,
  text: string,
  isValue: (part: string) => boolean
): string | undefined => {
  const parts = text.replace(NEGATED, '').split(/[\s,;|]+/)
  if (!parts.every(isValue)) return undefined
  const values = parts.length === 1 ? parts[0] : `[${parts.join(', ')}]`
  if (NEGATED.test(text)) return `write \`not: { ${key}: ${values} }\``
  return parts.length === 1 ? undefined : `write a list: \`${key}: ${values}\``
}

const MISTAKEN_COUNTRIES: Record<string, string> = countries.mistaken
/** Cloudflare's codes; T1 is Tor. */
export const CONTINENTS = ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA', 'T1'] as const

export const checkCountry = (text: string): Problem => {
  if (isCountry(text)) return undefined
  const upper = text.toUpperCase()
  const expected = 'expected an ISO 3166-1 code of two upper-case letters, T1 (Tor) or XX (unknown)'
  const meant = isCountry(upper) ? upper : MISTAKEN_COUNTRIES[upper]
  const help =
    meant !== undefined
      ? didYouMean(meant)
      : upper === 'EU'
        ? 'that is a continent: write `continent: EU`'
        : undefined
  return problem('unknown_country', `unknown country ${inBackticks(text)}: ${expected}`, help)
}

export const checkContinent = (text: string): Problem => {
  const known: readonly string[] = CONTINENTS
  if (known.includes(text)) return undefined
  const upper = text.toUpperCase()
  const help = known.includes(upper) ? didYouMean(upper) : undefined
  const message = `unknown continent ${inBackticks(text)}: expected one of ${known.join(' ')}`
  return problem('unknown_continent', message, help)
}

/** Methods that HTTP servers of today accept (the IANA registry without the drafts). */
export const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'ACL',
  'BIND',
  'CHECKOUT',
  'COPY',
  'LINK',
  'LOCK',
  'MERGE',
  'MKACTIVITY',
  'MKCALENDAR',
  'MKCOL',
  'MOVE',
  'NOTIFY',
  'PROPFIND',
  'PROPPATCH',
  'PURGE',
  'QUERY',
  'REBIND',
  'REPORT',
  'SEARCH',
  'SOURCE',
  'SUBSCRIBE',
  'UNBIND',
  'UNLINK',
  'UNLOCK',
  'UNSUBSCRIBE',
] as const

export const checkMethod = (text: string): Problem => {
  const known: readonly string[] = METHODS
  if (known.includes(text)) return undefined
  const meant = nearest(text, known)
  const message = `unknown method ${inBackticks(text)}: expected an HTTP method in upper case`
  const help =
    meant === undefined
      ? 'for a custom method write `expression: http.request.method eq "…"`'
      : didYouMean(meant)
  return problem('unknown_method', message, help)
}

export const checkJa3 = (text: string): Problem => {
  if (/^[0-9a-f]{32}$/.test(text)) return undefined
  const lower = text.toLowerCase()
  const help = /^[0-9a-f]{32}$/.test(lower) ? didYouMean(lower) : undefined
  return problem(
    'invalid_ja3',
    `${inBackticks(text)} is not a JA3 hash: expected 32 lower-case hex digits`,
    help
  )
}

const JA4 = /^[tqd][0-9a-z]{2}[di]\d{4}[0-9a-zA-Z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/

export const checkJa4 = (text: string): Problem => {
  if (JA4.test(text)) return undefined
  const message = `${inBackticks(text)} is not a JA4 fingerprint: expected one like \`t13d1516h2_8daaf6152771_b186095e22bb\``
  const help = text.includes('*')
    ? 'for a part of it write `expression: cf.bot_management.ja4 wildcard "t13d*"`'
    : undefined
  return problem('invalid_ja4', message, help)
}

const ASN_EXPECTED = `expected a number from 0 to ${MAX_ASN}, \`AS13335\`, or a range \`64512..65534\``

/** An ASN or a range of them as the language writes it in a set. */
export const readAsnItem = (text: string): { item: string } | { problem: Problem } => {
  const [first = '', last, ...rest] = text.split('..')
  const from = parseAsn(first)
  const to = last === undefined ? from : parseAsn(last)
  if (from === undefined || to === undefined || rest.length > 0) {
    return {
      problem: problem('invalid_asn', `${inBackticks(text)} is not an AS number: ${ASN_EXPECTED}`),
    }
  }
  if (from > to) {
    const message = `the range ${inBackticks(text)} ends before it starts`
    return { problem: problem('invalid_range', message, didYouMean(`${last}..${first}`)) }
  }
  return { item: last === undefined ? String(from) : `${from}..${to}` }
}

const HOST = /^(?:[a-z0-9*_-]+(?:\.[a-z0-9*_-]+)*\.?|\[[0-9a-f:.*]+\])$/i

/** A host name or a pattern of one: no scheme, no port, no path. */
export const checkHost = (text: string): Problem => {
  if (HOST.test(text)) return undefined
  const bare = text
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/:\d+$/, '')
  const message = `${inBackticks(text)} is not a host name: expected one like \`example.com\` or \`*.example.com\`, without scheme, port or path`
  return problem('invalid_host', message, hostHelp(text, bare))
}

const hostHelp = (text: string, bare: string): string | undefined => {
  if (bare !== text && HOST.test(bare)) return didYouMean(bare)
  if (/^[ -~]*$/.test(bare) || bare.includes('*')) return undefined
  try {
    return `host names arrive in ASCII: ${didYouMean(new URL(`http://${bare}`).hostname)}`
  } catch {
    return undefined
  }
}

/** An operator of the language in front of a value: here it is a key. */
const OPERATOR = /^(contains|matches|starts_with|ends_with|wildcard)\s+["']?(.+?)["']?$/

/** `http.request.uri.path` starts with `/` and ends before `?`: anything else would never match. */
export const checkPath = (text: string, { whole }: { whole: boolean }): Problem => {
  const tail = text.search(/[?#]/)
  if (tail !== -1) {
    const help = 'for the query write `expression: http.request.uri.query contains "…"`'
    const message = `the path ${inBackticks(text)} holds \`${text[tail]}\`, which paths never contain`
    return problem('invalid_path', message, help)
  }
  if (!whole || /^[/*]/.test(text)) return undefined
  const message = `the path ${inBackticks(text)} would never match: every path starts with \`/\``
  const [, operator, value] = OPERATOR.exec(text) ?? []
  const help =
    operator === undefined ? didYouMean(`/${text}`) : `write \`path: { ${operator}: ${value} }\``
  return problem('invalid_path', message, help)
}

/**
 * Returns the path with the characters percent-encoded that clients encode. Unencoded, the rule would never match. `undefined` if nothing
 * changes.
 */
export const encodedPath = (text: string): string | undefined => {
  const encoded = text.replace(/[^!-~]+/gu, encodeURIComponent)
  return encoded === text ? undefined : encoded
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export const checkHeaderName = (text: string): Problem => {
  if (HEADER_NAME.test(text)) return undefined
  const bare = text.replace(/:\s*$/, '').trim()
  return problem(
    'invalid_header_name',
    `${inBackticks(text)} is not a header name`,
    HEADER_NAME.test(bare) ? didYouMean(bare) : undefined
  )
}
