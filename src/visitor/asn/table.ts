import type { Ip } from '../../lists/ip.ts'
import type { IpMap, IpMapColumns } from '../../lists/ipmap.ts'
import { ipMapOf } from '../../lists/ipmap.ts'

export interface Network {
  readonly asn: number
  /** As the source writes it: `CLOUDFLARENET - Cloudflare, Inc.`; may be ''. */
  readonly name: string
}

/** Addresses and their networks in columns: hundreds of thousands of networks without an object for each. */
export interface AsnData {
  /** Values are positions in `asns`. */
  readonly map: IpMapColumns
  readonly asns: Uint32Array
  /** UTF-8; the names follow one another in the order of `asns`. */
  readonly names: Uint8Array
  /** The end of each name. */
  readonly nameEnds: Uint32Array
  /** Networks in the source. */
  readonly entries: number
  /** `YYYY-MM-DD`, `YYYY-MM`, or '' if unknown. */
  readonly date: string
}

export interface AsnTable {
  readonly entries: number
  readonly date: string
  /** Returns the same object at each call; `undefined` if no network announces the address. */
  lookup(ip: Ip): Network | undefined
}

/** Answers from a map to positions among `count` networks. Each network is created when it is first needed. */
export const tableOf = (
  map: IpMap,
  count: number,
  networkAt: (position: number) => Network | undefined,
  { entries, date }: { entries: number; date: string }
): AsnTable => {
  // Filled at once: V8 would store an array of this size with holes as a hash table.
  const networks = new Array<Network | undefined>(count).fill(undefined)
  const first = (position: number) => {
    const network = networkAt(position)
    if (network !== undefined) networks[position] = network
    return network
  }
  return {
    entries,
    date,
    lookup: (ip) => {
      const position = map.find(ip)
      return position < 0 ? undefined : (networks[position] ?? first(position))
    },
  }
}

/** Creates a table from columns. It keeps them and does not change them. */
export const asnTable = ({ map, asns, names, nameEnds, ...facts }: AsnData): AsnTable => {
  const utf8 = new TextDecoder()
  const networkAt = (position: number): Network | undefined => {
    const asn = asns[position]
    if (asn === undefined) return undefined
    const start = position === 0 ? 0 : nameEnds[position - 1]
    return { asn, name: utf8.decode(names.subarray(start, nameEnds[position])) }
  }
  return tableOf(ipMapOf(map), asns.length, networkAt, facts)
}
