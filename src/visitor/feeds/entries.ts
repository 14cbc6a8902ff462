import { parseAsn } from '../../lists/asn.ts'
import { HostnameSet } from '../../lists/hostnames.ts'
import type { Ip, IpRange } from '../../lists/ip.ts'
import { canonicalIp, compareIp } from '../../lists/ip.ts'
import { RangeBuffer } from '../../lists/ranges.ts'
import { isPlainV4, isTooWideV4, isTooWideV6, withoutLocalV4, withoutLocalV6 } from './local.ts'

/** An entry's share of its feed's weight, in percent. */
export const WHOLE = 100

interface EntriesOptions {
  /** The feed's own number that means the whole weight. */
  full: number
  /** Entries with a lower number are skipped. */
  min: number
  /** Keep local and very wide networks. */
  unfiltered: boolean
}

/** Collects the entries of a feed, each with its share of the feed's weight. */
export class Entries {
  readonly ranges = new RangeBuffer()
  /** Numbers of autonomous systems. */
  readonly ints = new Set<number>()
  readonly hosts = new HostnameSet()
  /** Entries read, including the skipped ones. */
  count = 0
  /** Networks with host bits set, such as `192.0.2.1/24`. */
  hostBits = 0
  local = 0
  /** Countries, user names and other entries that are not addresses, in tables that name the kind of each entry. */
  otherScope = 0
  tooWide = 0
  /** Entries with a number of the feed's own. */
  numbered = 0
  belowMin = 0
  readonly #options: EntriesOptions

  constructor(options: EntriesOptions) {
    this.#options = options
  }

  /** @returns `false` if the text is not the number of an autonomous system, with or without `AS` */
  addAsn(text: string): boolean {
    const asn = parseAsn(text)
    if (asn === undefined) return false
    this.count++
    this.ints.add(asn)
    return true
  }

  /** @returns `false` if the text is not a host name, with or without `*.` */
  addHost(text: string): boolean {
    if (!this.hosts.add(text)) return false
    this.count++
    return true
  }

  /** Counts an entry that is neither an address, nor a network, nor an autonomous system. */
  skipScope(): void {
    this.count++
    this.otherScope++
  }

  /** @returns `false` if the range ends before it begins, or if its ends are of two families */
  addRange(from: Ip, to: Ip, number?: number): boolean {
    if (!(compareIp(from, to) <= 0)) return false
    this.add({ from, to }, number)
    return true
  }

  /** @param number the feed's own number of this entry; without one, the entry counts in full */
  add4(from: number, to: number, number?: number): void {
    const share = this.#share(number)
    if (share < 0) return
    if (this.#options.unfiltered || isPlainV4(from, to)) this.ranges.add4(from, to, share)
    else if (isTooWideV4(from, to)) this.tooWide++
    else if (withoutLocalV4(from, to, (start, end) => this.ranges.add4(start, end, share))) {
      this.local++
    }
  }

  add(range: IpRange, number?: number): void {
    const { from, to } = range
    const first = canonicalIp(from)
    const last = canonicalIp(to)
    // Visitors are looked up by their canonical address; only a range inside one of the two /96 has IPv4 ends.
    if (first.family === 4 && last.family === 4 && from.c === to.c) {
      this.add4(first.d, last.d, number)
      return
    }
    const share = this.#share(number)
    if (share < 0) return
    if (this.#options.unfiltered) this.ranges.add6(from, to, share)
    else if (isTooWideV6(range)) this.tooWide++
    else if (withoutLocalV6(range, (start, end) => this.ranges.add6(start, end, share))) {
      this.local++
    }
  }

  /** -1 if the entry is skipped. */
  #share(number: number | undefined): number {
    this.count++
    if (number === undefined) return WHOLE
    this.numbered++
    if (number < this.#options.min) {
      this.belowMin++
      return -1
    }
    return Math.round(Math.min(1, number / this.#options.full) * WHOLE)
  }
}
