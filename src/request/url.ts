/** A request target taken apart, without decoding: binary strings as they were received. */
export interface Target {
  /** Authority of an absolute-form target or of a full URL; '' in origin form. */
  authority: string
  /** Scheme of an absolute-form target, lower case; '' in origin form. */
  scheme: string
  /** Begins with `/`, or is `*`. */
  path: string
  /** Without its `?`; '' where there is none. */
  query: string
  /** There was a `?`, even with nothing behind it. */
  hasQuery: boolean
}

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/?#]*)/

/**
 * Takes a request target apart: origin form, absolute form, `*`, or CONNECT's authority. Anything is accepted: a visitor
 * can send what they like.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export const parseTarget = (target: string): Target => {
  let rest = target
  let authority = ''
  let scheme = ''
  if (!rest.startsWith('/')) {
    const match = SCHEME.exec(rest)
    if (match !== null) {
      scheme = match[1]!.toLowerCase()
      authority = match[2]!.slice(match[2]!.lastIndexOf('@') + 1)
      rest = rest.slice(match[0].length)
    }
  }
  // A fragment is never part of a request; one that was sent all the same is no part of path or query.
  const hash = rest.indexOf('#')
  if (hash >= 0) rest = rest.slice(0, hash)
  const mark = rest.indexOf('?')
  const path = mark < 0 ? rest : rest.slice(0, mark)
  return {
    authority,
    scheme,
    path: path.startsWith('/') || path === '*' ? path : `/${path}`,
    query: mark < 0 ? '' : rest.slice(mark + 1),
    hasQuery: mark >= 0,
  }
}

const NEEDS_NORMALIZING = /[\\%]|\/\/|\/\./
const UNRESERVED = /[A-Za-z0-9\-._~]/
const ESCAPE = /%([0-9a-fA-F]{2})/g

const normalizeEscape = (escape: string, hex: string): string => {
  const char = String.fromCharCode(Number.parseInt(hex, 16))
  return UNRESERVED.test(char) ? char : escape.toUpperCase()
}

/** RFC 3986 §5.2.4, on segments. */
const removeDotSegments = (path: string): string => {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  segments.forEach((segment, i) => {
    const isLast = i === segments.length - 1
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
    if (isLast && (segment === '.' || segment === '..')) kept.push('')
  })
  return `/${kept.join('/')}`
}

/**
 * The path as rules see it: RFC 3986 (escapes of unreserved characters decoded, hex digits upper case, dot segments
 * removed), and on top of that backslashes turned into slashes and runs of slashes merged. What is no valid escape stays.
 * @see https://developers.cloudflare.com/rules/normalization/how-it-works/
 */
export const normalizePath = (path: string): string => {
  if (!NEEDS_NORMALIZING.test(path) || !path.startsWith('/')) return path
  const decoded = path.replace(ESCAPE, normalizeEscape)
  return removeDotSegments(decoded.replaceAll('\\', '/').replace(/\/{2,}/g, '/'))
}

/** What follows the last dot of the last segment, lower case and without the dot; '' where there is none. */
export const extensionOf = (path: string): string => {
  const file = path.slice(path.lastIndexOf('/') + 1)
  const dot = file.lastIndexOf('.')
  return dot < 0 ? '' : file.slice(dot + 1).toLowerCase()
}

/** Arguments of a query as they stand, nothing decoded; a repeated name keeps all its values in order. */
export const parseArguments = (query: string): [name: string, value: string][] =>
  query === ''
    ? []
    : query
        .split('&')
        .filter((pair) => pair !== '')
        .map((pair) => {
          const equals = pair.indexOf('=')
          return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
        })
