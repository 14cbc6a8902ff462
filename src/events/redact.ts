import type { MatchedField } from './event.ts'

/** `true`: the values of all query parameters. A list: the values of parameters with these names, in any case. */
export type Redaction = boolean | readonly string[]

const REDACTED = 'REDACTED'
const SECRET_HEADERS = new Set(['cookie', 'authorization', 'proxy-authorization'])
/** Often a URL of the same site, with the same parameters. */
const REFERER = 'referer'

const decoded = (text: string) => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Replaces values in a query (`?token=abc&page=2` → `?token=REDACTED&page=2`). Names, and parts without a value, do not change.
 *
 * @param query with or without its `?`
 */
export const redactQuery = (query: string, redaction: Redaction): string => {
  if (redaction === false || query === '') return query
  const names =
    redaction === true ? undefined : new Set(redaction.map((name) => name.toLowerCase()))
  const mark = query.startsWith('?') ? '?' : ''
  const pairs = query
    .slice(mark.length)
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=')
      if (equals < 0) return pair
      const name = pair.slice(0, equals)
      const hidden = names === undefined || names.has(decoded(name).toLowerCase())
      return hidden ? `${name}=${REDACTED}` : pair
    })
  return mark + pairs.join('&')
}

const COOKIES = /^http\.(?:request\.cookies\b|cookie$)/
const HEADER = /^http\.request\.headers\["([^"]*)"\]/
const HEADER_VALUES = /^http\.request\.headers\.values\b/
/** Text and uploads from people. The other parts (size, type, names) are not secret. */
const BODY = /\bhttp\.request\.body\.(?:raw|form|multipart)(?:\.values)?(?![.\w])/
const URI = /^(?:(?:raw\.)?http\.request\.(?:full_uri|uri)|http\.referer)$/
const QUERY = /^(?:raw\.)?http\.request\.uri\.query$/
const ARGUMENT = /^(?:raw\.)?http\.request\.uri\.args\["((?:[^"\\]|\\.)*)"\]/
const ARGUMENTS = /^(?:raw\.)?http\.request\.uri\.args(?:\.values.*)?$/

const redactUri = (value: unknown, redaction: Redaction): unknown => {
  if (Array.isArray(value)) return value.map((one) => redactUri(one, redaction))
  if (typeof value !== 'string') return value
  const mark = value.indexOf('?')
  return mark < 0 ? value : value.slice(0, mark) + redactQuery(value.slice(mark), redaction)
}

const redactHeader = (name: string, value: unknown, query: Redaction): unknown => {
  if (SECRET_HEADERS.has(name)) return REDACTED
  return name === REFERER ? redactUri(value, query) : value
}

const redactHeaders = (value: unknown, query: Redaction): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value).map(([name, held]) => [
          name,
          redactHeader(name.toLowerCase(), held, query),
        ])
      )
    : value

const redactedValue = (field: string, value: unknown, query: Redaction): unknown => {
  if (COOKIES.test(field) || HEADER_VALUES.test(field) || BODY.test(field)) return REDACTED
  const header = HEADER.exec(field)?.[1]
  if (header !== undefined) return redactHeader(header.toLowerCase(), value, query)
  if (field === 'http.request.headers') return redactHeaders(value, query)
  if (query === false) return value
  if (URI.test(field)) return redactUri(value, query)
  if (QUERY.test(field)) return typeof value === 'string' ? redactQuery(value, query) : value
  const argument = ARGUMENT.exec(field)?.[1]
  if (argument !== undefined) {
    const hidden =
      query === true || query.some((name) => name.toLowerCase() === decoded(argument).toLowerCase())
    return hidden ? REDACTED : value
  }
  return ARGUMENTS.test(field) ? REDACTED : value
}

/**
 * Redacts secrets in matched values: always cookies, credentials and bodies, and query values on request. Fields and expressions do
 * not change, because the owner wrote them.
 */
export const redactMatched = (
  matched: readonly MatchedField[],
  { query = false }: { query?: Redaction } = {}
): MatchedField[] =>
  matched.map((part) => ({ ...part, value: redactedValue(part.field, part.value, query) }))
