/** Headers that set who the visitor is, for tests; honoured only where overrides are switched on. A later one wins. */
export const overrideHeaderNames = [
  'x-edge-as',
  'x-edge-ip',
  'x-edge-country',
  'x-edge-asn',
  'x-edge-ja3',
  'x-edge-ja4',
  'x-edge-fields',
] as const

const STRIPPED = new Set<string>([...overrideHeaderNames, 'true-client-ip'])

/**
 * Whether a header of this name is only the edge's to set, so that a visitor's own must never reach the app or the
 * origin: `cf-…`, `true-client-ip` and the test overrides. `cdn-loop` is not among them, as RFC 8586 §2 forbids removing
 * it; the proxy adds to it.
 *
 * Underscores count as hyphens: CGI, WSGI and PHP make the same variable of `CF_Connecting_IP` and `CF-Connecting-IP`.
 *
 * @example isStrippedRequestHeader('cf-connecting-ip') // true
 */
export const isStrippedRequestHeader = (lowerCaseName: string): boolean => {
  const name = lowerCaseName.includes('_') ? lowerCaseName.replaceAll('_', '-') : lowerCaseName
  return name.startsWith('cf-') || STRIPPED.has(name)
}
