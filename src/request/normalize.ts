/** What normalisation could change: a byte that is no URL character or begins an escape, `//`, a segment with a dot first. */
const CHANGEABLE = /[^\w\-.~:/?#[\]@!$&'()*+,;=]|\/[/.]/
const UNRESERVED = /^[\w\-.~]$/
/** An escape, or one byte that has to be written as one. */
const TO_CHANGE = /%[0-9a-fA-F]{2}|[^\w\-.~:/?#[\]@!$&'()*+,;=]/g

const escapeByte = (byte: string) =>
  `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

const normalizeByte = (found: string): string => {
  if (found.length === 1) return escapeByte(found)
  const byte = String.fromCharCode(Number.parseInt(found.slice(1), 16))
  return UNRESERVED.test(byte) ? byte : found.toUpperCase()
}

/** RFC 3986 §5.2.4, on segments. */
const removeDotSegments = (path: string): string => {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  const last = segments.at(-1)
  if (last === '.' || last === '..') kept.push('')
  return `/${kept.join('/')}`
}

/**
 * The path as rules see it, as Cloudflare normalises incoming URLs by default: backslashes become slashes, runs of slashes
 * one slash, and then RFC 3986: escapes of unreserved characters are decoded, other escapes have upper-case digits, bytes
 * that are no URL characters are escaped, dot segments are removed. A `%` that begins no escape becomes `%25`, so that no
 * new escape can come out of what is around it.
 *
 * @param path binary string that begins with `/`, or `*`
 * @see https://developers.cloudflare.com/rules/normalization/how-it-works/
 * @example normalizePath('/%68ello//pa\\th/../x') // '/hello/pa/x'
 */
export const normalizePath = (path: string): string => {
  if (!CHANGEABLE.test(path)) return path
  const merged = path.replaceAll('\\', '/').replace(/\/{2,}/g, '/')
  return removeDotSegments(merged.replace(TO_CHANGE, normalizeByte))
}
