import { EdgeError } from '../../error.ts'
import { compareIp } from '../../lists/ip.ts'
import { countLines, lineProblem, Names, readAsn, readV4, Window } from './lines.ts'
import { NOBODY, V4Segments, V6Segments } from './segments.ts'
import type { AsnData } from './table.ts'

const TAB = 9
const NEWLINE = 10
const RETURN = 13
const FIELDS = 'from, to, ASN, country and name, with tabs between them'

/** Positions of the tabs after the first four fields. */
type Tabs = [from: number, to: number, asn: number, country: number]

/** Reads the lines of one file. */
class Reader {
  readonly #bytes: Uint8Array
  readonly #file: string
  readonly #v4: V4Segments
  readonly #v6: V6Segments
  readonly #names = new Names()
  readonly #window: Window
  readonly #tabs: Tabs = [0, 0, 0, 0]
  #line = 0
  #start = 0
  #end = 0

  constructor(bytes: Uint8Array, file: string) {
    const lines = countLines(bytes)
    this.#bytes = bytes
    this.#file = file
    this.#v4 = new V4Segments(lines)
    this.#v6 = new V6Segments(lines)
    this.#window = new Window(bytes)
  }

  read(date: string): AsnData {
    const bytes = this.#bytes
    let entries = 0
    while (this.#start < bytes.length) {
      this.#line++
      const newline = bytes.indexOf(NEWLINE, this.#start)
      const next = newline < 0 ? bytes.length : newline + 1
      this.#end = newline < 0 ? bytes.length : newline
      if (bytes[this.#end - 1] === RETURN) this.#end--
      if (this.#end > this.#start && this.#readLine()) entries++
      this.#start = next
    }
    if (entries === 0) {
      throw new EdgeError(
        'asn_failed',
        `${this.#file}: expected lines of ${FIELDS}; it has no network`
      )
    }
    const map = { v4: this.#v4.columns(), v6: this.#v6.columns() }
    return { map, ...this.#names.columns(), entries, date }
  }

  /** Returns false if the addresses belong to nobody. */
  #readLine(): boolean {
    const bytes = this.#bytes
    const tabs = this.#findTabs()
    const asn = readAsn(bytes, tabs[1] + 1, tabs[2])
    if (asn < 0) throw this.#problem(tabs[1] + 1, tabs[2], 'expected an autonomous system number')
    const value = asn === 0 ? NOBODY : this.#positionOf(asn, tabs[3] + 1)
    const from = readV4(bytes, this.#start, tabs[0])
    if (from < 0) this.#readV6Range(tabs, value)
    else {
      const to = readV4(bytes, tabs[0] + 1, tabs[1])
      if (to < 0) throw this.#problem(tabs[0] + 1, tabs[1], 'expected an IPv4 address')
      if (to < from) throw this.#backwards(tabs)
      if (!this.#v4.add(from, to, value)) throw this.#disorder(tabs)
    }
    return asn !== 0
  }

  #positionOf(asn: number, name: number): number {
    return this.#names.known(asn) ?? this.#names.add(asn, this.#bytes.subarray(name, this.#end))
  }

  #readV6Range(tabs: Tabs, value: number): void {
    const from = this.#window.v6(this.#start, tabs[0])
    if (from === undefined) throw this.#problem(this.#start, tabs[0], 'expected an IP address')
    const to = this.#window.v6(tabs[0] + 1, tabs[1])
    if (to === undefined) throw this.#problem(tabs[0] + 1, tabs[1], 'expected an IPv6 address')
    if (compareIp(to, from) < 0) throw this.#backwards(tabs)
    if (!this.#v6.add(from, to, value)) throw this.#disorder(tabs)
  }

  #findTabs(): Tabs {
    const tabs = this.#tabs
    let found = 0
    for (let at = this.#start; at < this.#end && found < tabs.length; at++) {
      if (this.#bytes[at] === TAB) tabs[found++] = at
    }
    if (found < tabs.length) throw this.#problem(this.#start, this.#end, `expected ${FIELDS}`)
    return tabs
  }

  #backwards(tabs: Tabs): EdgeError {
    return this.#problem(tabs[0] + 1, tabs[1], 'the range ends before it begins')
  }

  #disorder(tabs: Tabs): EdgeError {
    const problem = 'expected ascending ranges: this one starts before the end of the previous one'
    return this.#problem(this.#start, tabs[0], problem)
  }

  #problem(start: number, end: number, problem: string): EdgeError {
    const line = {
      file: this.#file,
      bytes: this.#bytes,
      number: this.#line,
      start: this.#start,
      end: this.#end,
    }
    return lineProblem(line, start, end, problem)
  }
}

/**
 * Reads the TSV of iptoasn.com: lines of first address, last address, ASN (0 if no network announces them), country and
 * name, in ascending order: IPv4, IPv6, or one after the other.
 *
 * @throws EdgeError `asn_failed` with file and line
 * @example asnTable(parseAsnTsv(bytes, { file: 'ip2asn-v4.tsv' })).lookup(parseIp('1.1.1.1')!)
 */
export const parseAsnTsv = (
  bytes: Uint8Array,
  { file, date = '' }: { file: string; date?: string }
): AsnData => new Reader(bytes, file).read(date)
