/** RFC 1035 §2.3.4; without the dot of the root. */
const MAX_NAME_CHARS = 253
const WILDCARD = '*.'
/** Letters, digits, inner hyphens and, as in DNS, underscores. Names beyond ASCII are written in Punycode (`xn--`). */
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)
/** A name whose last label is a number is an IPv4 address to a browser. */
const NUMERIC_END = /(?:^|\.)\d+$/

const folded = (name: string): string => {
  const lower = name.toLowerCase()
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}

/**
 * A set of host names with the rules of Cloudflare's hostname lists: `*.b.test` stands for every name below `b.test`, but not
 * for `b.test`. Case and a final dot make no difference.
 *
 * @see https://developers.cloudflare.com/waf/tools/lists/custom-lists/
 * @example
 * const hosts = new HostnameSet()
 * hosts.add('*.b.test') // true
 * hosts.has('WWW.b.test') // true
 */
export class HostnameSet {
  /** @param parents names that stand behind `*.`; the set keeps both, and does not copy them */
  constructor(
    readonly names: Set<string> = new Set(),
    readonly parents: Set<string> = new Set()
  ) {}

  get size(): number {
    return this.names.size + this.parents.size
  }

  /** @returns `false` where the text is neither a host name nor one behind `*.` */
  add(text: string): boolean {
    if (text.length > MAX_NAME_CHARS + WILDCARD.length + 1) return false
    const isWildcard = text.startsWith(WILDCARD)
    const name = folded(isWildcard ? text.slice(WILDCARD.length) : text)
    if (name.length > MAX_NAME_CHARS || !NAME.test(name) || NUMERIC_END.test(name)) return false
    const names = isWildcard ? this.parents : this.names
    names.add(name)
    return true
  }

  /** Looks at no more than 254 characters, whatever a visitor sends. */
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
