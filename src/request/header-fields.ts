/** Names and values in turn, in the order and case they were received. Binary strings. */
export type FlatHeaders = readonly string[]

const AUTHORITY = ':authority'

/** Fields that RFC 9110 defines as one value, as far as requests have them. */
const SINGLE = new Set([
  'authorization',
  'content-type',
  'from',
  'host',
  'if-modified-since',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'user-agent',
])

/**
 * Whether a request has one value of this header, whatever it repeats: the first one counts for rules, and the proxy sends
 * no other. Cloudflare documents no choice. Node's own `headers` keep the first of these too, so an app that is mounted,
 * an origin behind the proxy and a rule agree. `http.request.headers` still holds all values, to find repeats by.
 */
export const isSingleHeader = (lowerCaseName: string): boolean => SINGLE.has(lowerCaseName)

const LETTER_BITS = 5
const LETTER_MASK = 31
const MAX_NAME_CHARS = 32

/** A bit for each single-valued header, by length and first letter of its name; 0 where no such header has these. */
const SINGLE_BITS = new Uint32Array(MAX_NAME_CHARS << LETTER_BITS)
const singleKey = (name: string) =>
  (name.length << LETTER_BITS) | (name.charCodeAt(0) & LETTER_MASK)
for (const [i, name] of [...SINGLE].entries()) SINGLE_BITS[singleKey(name)]! |= 1 << i

/**
 * A bit by which a repeated single-valued header is found without reading names: where it comes a second time, `isSingleHeader`
 * has to be asked. 0 for most names. It is for the path of every request.
 */
export const singleHeaderBit = (name: string): number =>
  name.length < MAX_NAME_CHARS ? SINGLE_BITS[singleKey(name)]! : 0

/** The first value of a header, `undefined` where it is absent. */
export const firstHeader = (flat: FlatHeaders, lowerCaseName: string): string | undefined => {
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) {
      return flat[i + 1]
    }
  }
  return undefined
}

/** All values of a header, in order. */
export const allHeaders = (flat: FlatHeaders, lowerCaseName: string): string[] => {
  const values: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) {
      values.push(flat[i + 1]!)
    }
  }
  return values
}

/** HTTP/2's pseudo headers are no headers; its `:authority` is what Host is in HTTP/1.1. */
export const withoutPseudoHeaders = (flat: FlatHeaders): FlatHeaders => {
  if (flat[0]?.startsWith(':') !== true) return flat
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    if (!flat[i]!.startsWith(':')) kept.push(flat[i]!, flat[i + 1]!)
  }
  return withHost(kept, firstHeader(flat, AUTHORITY) ?? '')
}

/** Headers of a Fetch Request: lower case, in order of their names, repeated ones already joined by the runtime. */
export const flattenHeaders = (headers: Headers, authority: string): FlatHeaders => {
  const flat: string[] = []
  headers.forEach((value, name) => {
    flat.push(name, value)
  })
  return withHost(flat, authority)
}

/** Every request has a Host on the wire: puts it back where it was left to the authority. */
const withHost = (flat: FlatHeaders, authority: string): FlatHeaders =>
  authority === '' || firstHeader(flat, 'host') !== undefined ? flat : ['host', authority, ...flat]

/** Adds a value to the list of a key. */
export const append = (map: Map<string, string[]>, key: string, value: string): void => {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}

/** Every header by its lower-case name, repeated ones in order. */
export const indexHeaders = (flat: FlatHeaders): ReadonlyMap<string, readonly string[]> => {
  const index = new Map<string, string[]>()
  for (let i = 0; i < flat.length; i += 2) append(index, flat[i]!.toLowerCase(), flat[i + 1]!)
  return index
}

/** By which a client is told from another, besides `accept…`, `sec-…` and the edge's own test headers. */
const IDENTITY = new Set([
  'user-agent',
  'dnt',
  'from',
  'te',
  'priority',
  'upgrade-insecure-requests',
  'save-data',
  // Client hints from before they were called sec-ch-…
  'device-memory',
  'downlink',
  'dpr',
  'ect',
  'rtt',
  'viewport-width',
  'width',
])

/** Whether a header (lower case) tells clients apart. What a WebSocket is opened with is not about the client. */
export const isIdentity = (name: string): boolean =>
  IDENTITY.has(name) ||
  name === 'accept' ||
  name.startsWith('accept-') ||
  (name.startsWith('sec-') && !name.startsWith('sec-websocket-')) ||
  name.startsWith('x-edge-')

/** One client's headers on another's request: its Host first, as all clients have it, and what is about the request last. */
export const withIdentity = (flat: FlatHeaders, identity: FlatHeaders): FlatHeaders => {
  const replaced = new Set(identity.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()))
  const host: string[] = []
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!.toLowerCase()
    if (replaced.has(name) || isIdentity(name)) continue
    ;(name === 'host' ? host : kept).push(flat[i]!, flat[i + 1]!)
  }
  return [...host, ...identity, ...kept]
}
