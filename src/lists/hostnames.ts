/** The longest host name, without a final dot (RFC 1035 §2.3.4). */
const MAX_NAME_CHARS = 253
const WILDCARD = '*.'
/** Letters, digits, inner hyphens and, as in DNS, underscores. Names beyond ASCII are written in Punycode (`xn--`). */
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)
/** Browsers read a name whose last label is a number as an IPv4 address. */
const NUMERIC_END = /(?:^|\.)\d+$/

const folded = (name: string): string => {
  const lower = name.toLowerCase()
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}

/**
 * A set of host names by the rules of Cloudflare's hostname lists: `*.b.test` matches every name below `b.test`, but not `b.test`
 * itself. Case and a final dot are ignored.
 *
 * @see https://developers.cloudflare.com/waf/tools/lists/custom-lists/
 * @example
 * const hosts = new HostnameSet()
 * hosts.add('*.b.test') // true
 * hosts.has('WWW.b.test') // true
 */
export class HostnameSet {
  /** @param parents names after `*.`. The object keeps both sets and does not copy them. */
  constructor(
    readonly names: Set<string> = new Set(),
    readonly parents: Set<string> = new Set()
  ) {}

  get size(): number {
    return this.names.size + this.parents.size
  }

  /** Adds an entry. Returns false if the text is neither a host name nor `*.` and a host name. */
  add(text: string): boolean {
    if (text.length > MAX_NAME_CHARS + WILDCARD.length + 1) return false
    const isWildcard = text.startsWith(WILDCARD)
    const name = folded(isWildcard ? text.slice(WILDCARD.length) : text)
    if (name.length > MAX_NAME_CHARS || !NAME.test(name) || NUMERIC_END.test(name)) return false
    const names = isWildcard ? this.parents : this.names
    names.add(name)
    return true
  }

  /** Returns true if an entry matches the host name. The time is bounded: it reads at most 254 characters. */
  has(host: string): boolean {
    if (host.length > MAX_NAME_CHARS + 1) return false
    const name = folded(host)
    if (this.names.has(name)) return true
    if (this.parents.size === 0) return false
    for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', dot + 1)) {
      if (this.parents.has(name.slice(dot + 1))) return true
    }
    return false
  }
}
