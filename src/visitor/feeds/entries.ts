import { parseAsn } from '../../lists/asn.ts'
import { HostnameSet } from '../../lists/hostnames.ts'
import type { Ip, IpRange } from '../../lists/ip.ts'
import { canonicalIp, compareIp } from '../../lists/ip.ts'
import { RangeBuffer } from '../../lists/ranges.ts'
import { isPlainV4, isTooWideV4, isTooWideV6, withoutLocalV4, withoutLocalV6 } from './local.ts'

/** An entry's share of its feed's weight, in percent. */
export const WHOLE = 100

interface EntriesOptions {
  /** Number of the feed's own that stands for the whole weight. */
  full: number
  /** Entries with a lower number are left out. */
  min: number
  /** Keep local and very wide networks. */
  unfiltered: boolean
}

/** Collects what a feed lists, each entry with its share of the feed's weight. */
export class Entries {
  readonly ranges = new RangeBuffer()
  /** Numbers of autonomous systems. */
  readonly ints = new Set<number>()
  readonly hosts = new HostnameSet()
  /** Entries read, also those that were left out. */
  count = 0
  /** Networks whose host bits were set, as `192.0.2.1/24`. */
  hostBits = 0
  local = 0
  /** Countries, user names and other things that are no part of an address, in tables that say what each entry is. */
  otherScope = 0
  tooWide = 0
  /** Those that have a number of the feed's own. */
  numbered = 0
  belowMin = 0
  readonly #options: EntriesOptions

  constructor(options: EntriesOptions) {
    this.#options = options
  }

  /** @returns `false` where the text is not the number of an autonomous system, with or without `AS` */
  addAsn(text: string): boolean {
    const asn = parseAsn(text)
    if (asn === undefined) return false
    this.count++
    this.ints.add(asn)
    return true
  }

  /** @returns `false` where the text is no host name, with or without `*.` */
  addHost(text: string): boolean {
    if (!this.hosts.add(text)) return false
    this.count++
    return true
  }

  /** Counts an entry that stands for something else than an address, a network or an autonomous system. */
  skipScope(): void {
    this.count++
    this.otherScope++
  }

  /** @returns `false` where the range ends before it begins, or its ends are of two families */
  addRange(from: Ip, to: Ip, number?: number): boolean {
    if (!(compareIp(from, to) <= 0)) return false
    this.add({ from, to }, number)
    return true
  }

  /** @param number the feed's own of this entry; absent, it counts in full */
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
    // Visitors are asked for by their canonical address; only a range inside one of the two /96 has IPv4 ends.
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

  /** -1 where the entry is left out. */
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
