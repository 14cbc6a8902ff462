/** Headers that set the visitor for tests, if overrides are switched on. A later one wins. */
export const overrideHeaderNames = [
  'x-edge-as',
  'x-edge-ip',
  'x-edge-country',
  'x-edge-asn',
  'x-edge-ja3',
  'x-edge-ja4',
  'x-edge-fields',
  'x-edge-challenge',
] as const

const STRIPPED = new Set<string>([...overrideHeaderNames, 'true-client-ip'])

/**
 * Headers that pass only under their own name: the edge and other proxies set some of them, rules read the others. With
 * another spelling, a visitor could add a second value beside the one that the edge set or judged.
 */
const OWN_NAME_ONLY = new Set([
  'accept-language',
  'cdn-loop',
  'content-length',
  'content-type',
  'transfer-encoding',
  'user-agent',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-forwarded-ssl',
  'x-real-ip',
  'x-request-id',
])

const LOWER_CASE_BIT = 32
const LETTER_BITS = 5
const LETTER_MASK = 31
const MAX_NAME_CHARS = 32
const [C, F] = [99, 102]

/** By length and first letter of a name: whether one of the two tables has such a name. Other spellings keep both. */
const CANDIDATES = new Uint8Array(MAX_NAME_CHARS << LETTER_BITS)
const candidate = (name: string) =>
  (name.length << LETTER_BITS) | (name.charCodeAt(0) & LETTER_MASK)
for (const name of [...STRIPPED, ...OWN_NAME_ONLY]) CANDIDATES[candidate(name)] = 1

/**
 * Whether a name needs a call of `isStrippedRequestHeader`, in any case. Every request takes this path: most names need
 * only two characters and their length.
 */
export const mayBeStripped = (name: string): boolean =>
  (name.length < MAX_NAME_CHARS && CANDIDATES[candidate(name)] === 1) ||
  ((name.charCodeAt(0) | LOWER_CASE_BIT) === C && (name.charCodeAt(1) | LOWER_CASE_BIT) === F)

const ODD = /[^a-z\d-]/
const ODD_ALL = /[^a-z\d-]/g

/**
 * Whether to hide a visitor's header of this name from the app or the origin: `cf-…`, `true-client-ip` and the test
 * overrides, which only the edge sets, and other spellings of headers that proxies set or rules read (`x_forwarded_for`).
 * `cdn-loop` itself stays, because RFC 8586 §2 forbids removing it; the proxy appends to it.
 *
 * CGI, WSGI and PHP make one variable of `CF_Connecting_IP` and `CF-Connecting-IP`; lighttpd does so with every byte that
 * is neither a letter nor a digit. So each such byte counts as a hyphen here.
 *
 * The proxy and the mounts both call this function, so that the app sees the same headers behind either.
 *
 * @example isStrippedRequestHeader('cf-connecting-ip') // true
 * @example isStrippedRequestHeader('x_forwarded_for') // true
 */
export const isStrippedRequestHeader = (lowerCaseName: string): boolean => {
  if (!ODD.test(lowerCaseName)) {
    return lowerCaseName.startsWith('cf-') || STRIPPED.has(lowerCaseName)
  }
  const name = lowerCaseName.replace(ODD_ALL, '-')
  return name.startsWith('cf-') || STRIPPED.has(name) || OWN_NAME_ONLY.has(name)
}
