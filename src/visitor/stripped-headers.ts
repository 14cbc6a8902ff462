/** Headers that set who the visitor is, for tests; honoured only where overrides are switched on. A later one wins. */
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
 * Headers that pass under their own name only: the edge and other proxies set the one half, rules read the other. Under
 * another spelling a visitor could put a second value beside the one that the edge has set or judged.
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
 * Whether `isStrippedRequestHeader` has to be asked about a name, in any case. It is for the path of every request: most
 * names are done with two characters and their length.
 */
export const mayBeStripped = (name: string): boolean =>
  (name.length < MAX_NAME_CHARS && CANDIDATES[candidate(name)] === 1) ||
  ((name.charCodeAt(0) | LOWER_CASE_BIT) === C && (name.charCodeAt(1) | LOWER_CASE_BIT) === F)

const ODD = /[^a-z\d-]/
const ODD_ALL = /[^a-z\d-]/g

/**
 * Whether the app or the origin must not see a visitor's header of this name: `cf-…`, `true-client-ip` and the test
 * overrides, which are the edge's to set, and other spellings of what proxies set or rules read (`x_forwarded_for`).
 * `cdn-loop` itself stays, as RFC 8586 §2 forbids removing it; the proxy adds to it.
 *
 * CGI, WSGI and PHP make one variable of `CF_Connecting_IP` and `CF-Connecting-IP`; lighttpd does so with every byte that is
 * no letter and no digit. So each such byte counts as a hyphen here.
 *
 * The proxy and the mounts both ask this function, so that the app sees the same headers behind either.
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
