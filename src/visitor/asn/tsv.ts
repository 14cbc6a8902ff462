import { EdgeError } from '../../error.ts'
import { MAX_ASN } from '../../lists/asn.ts'
import type { Ip } from '../../lists/ip.ts'
import { compareIp, parseIp } from '../../lists/ip.ts'
import { excerpt } from '../excerpt.ts'
import { NOBODY, V4Segments, V6Segments } from './segments.ts'
import type { AsnData } from './table.ts'

const TAB = 9
const NEWLINE = 10
const RETURN = 13
const DOT = 46
const ZERO = 48
const NINE = 57
const V4_MAX_CHARS = 15
const V6_MAX_CHARS = 45
const MAX_ASN_CHARS = 10
const FIELDS = 'from, to, ASN, country and name, with tabs between them'

/** Characters of a piece of a line that are shown in an error. */
const MAX_SHOWN_BYTES = 200

/** Positions of the tabs behind the first four fields. */
type Tabs = [from: number, to: number, asn: number, country: number]

const countLines = (bytes: Uint8Array): number => {
  let lines = 1
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++
  return lines
}

/** An IPv4 address without making text of it; -1 where it is none. */
const readV4 = (bytes: Uint8Array, start: number, end: number): number => {
  if (end - start > V4_MAX_CHARS) return -1
  let word = 0
  let part = -1
  let dots = 0
  for (let at = start; at < end; at++) {
    const unit = bytes[at]!
    if (unit >= ZERO && unit <= NINE) {
      if (part === 0) return -1
      part = (part < 0 ? 0 : part * 10) + unit - ZERO
      if (part > 255) return -1
    } else if (unit === DOT && part >= 0) {
      word = word * 256 + part
      part = -1
      dots++
    } else return -1
  }
  return dots === 3 && part >= 0 ? word * 256 + part : -1
}

const WINDOW_BYTES = 2 ** 16

/** Text of pieces of the file. Decoded in large pieces of a character a byte, as many small ones take four times as long. */
class Window {
  readonly #bytes: Uint8Array
  readonly #latin = new TextDecoder('latin1')
  #text = ''
  #start = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  text(start: number, end: number): string {
    if (start < this.#start || end > this.#start + this.#text.length) {
      this.#start = start
      this.#text = this.#latin.decode(this.#bytes.subarray(start, start + WINDOW_BYTES))
    }
    return this.#text.slice(start - this.#start, end - this.#start)
  }
}

/** -1 where it is not a number of 32 bits. */
const readAsn = (bytes: Uint8Array, start: number, end: number): number => {
  if (start === end || end - start > MAX_ASN_CHARS) return -1
  let asn = 0
  for (let at = start; at < end; at++) {
    const unit = bytes[at]!
    if (unit < ZERO || unit > NINE) return -1
    asn = asn * 10 + unit - ZERO
  }
  return asn <= MAX_ASN ? asn : -1
}

/** Numbers autonomous systems in the order they come; a name is that of the first line. */
class Names {
  readonly #positions = new Map<number, number>()
  readonly #bytes: Uint8Array
  readonly #starts: number[] = []
  readonly #ends: number[] = []

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  positionOf(asn: number, start: number, end: number): number {
    let position = this.#positions.get(asn)
    if (position === undefined) {
      position = this.#starts.length
      this.#positions.set(asn, position)
      this.#starts.push(start)
      this.#ends.push(end)
    }
    return position
  }

  columns(): Pick<AsnData, 'asns' | 'names' | 'nameEnds'> {
    const nameEnds = new Uint32Array(this.#starts.length)
    let size = 0
    for (const [position, start] of this.#starts.entries()) {
      size += this.#ends[position]! - start
      nameEnds[position] = size
    }
    const names = new Uint8Array(size)
    let at = 0
    for (const [position, start] of this.#starts.entries()) {
      names.set(this.#bytes.subarray(start, this.#ends[position]), at)
      at = nameEnds[position]!
    }
    return { asns: Uint32Array.from(this.#positions.keys()), names, nameEnds }
  }
}

const textOf = (bytes: Uint8Array, start: number, end: number) =>
  new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + MAX_SHOWN_BYTES)))

/** Reads the lines of one file. */
class Reader {
  readonly #bytes: Uint8Array
  readonly #file: string
  readonly #v4: V4Segments
  readonly #v6: V6Segments
  readonly #names: Names
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
    this.#names = new Names(bytes)
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

  /** False where the addresses are nobody's. */
  #readLine(): boolean {
    const bytes = this.#bytes
    const tabs = this.#findTabs()
    const asn = readAsn(bytes, tabs[1] + 1, tabs[2])
    if (asn < 0) throw this.#problem(tabs[1] + 1, tabs[2], 'expected an autonomous system number')
    const value = asn === 0 ? NOBODY : this.#names.positionOf(asn, tabs[3] + 1, this.#end)
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

  #readV6Range(tabs: Tabs, value: number): void {
    const from = this.#readV6(this.#start, tabs[0])
    if (from === undefined) throw this.#problem(this.#start, tabs[0], 'expected an IP address')
    const to = this.#readV6(tabs[0] + 1, tabs[1])
    if (to === undefined) throw this.#problem(tabs[0] + 1, tabs[1], 'expected an IPv6 address')
    if (compareIp(to, from) < 0) throw this.#backwards(tabs)
    if (!this.#v6.add(from, to, value)) throw this.#disorder(tabs)
  }

  #readV6(start: number, end: number): Ip | undefined {
    if (end - start > V6_MAX_CHARS) return undefined
    const ip = parseIp(this.#window.text(start, end))
    return ip?.family === 6 ? ip : undefined
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
    const problem = 'expected rising ranges: it begins before the end of the one that precedes it'
    return this.#problem(this.#start, tabs[0], problem)
  }

  #problem(start: number, end: number, problem: string): EdgeError {
    const bytes = this.#bytes
    const text = `${excerpt(textOf(bytes, start, end))}: ${problem}`
    const sourceLine = textOf(bytes, this.#start, this.#end)
    const before = textOf(bytes, this.#start, start).length
    return new EdgeError('asn_failed', `${this.#file}:${this.#line}: ${text}`, {
      diagnostics: [
        {
          code: 'asn_failed',
          severity: 'error',
          message: text,
          file: this.#file,
          line: this.#line,
          column: before + 1,
          length: Math.max(1, Math.min(end - start, sourceLine.length - before)),
          sourceLine,
        },
      ],
    })
  }
}

/**
 * Reads the TSV of iptoasn.com: lines of first address, last address, ASN (0 where nobody announces them), country and
 * name, in rising order; IPv4, IPv6, or one behind the other.
 *
 * @throws EdgeError `asn_failed` with file and line
 * @example asnTable(parseAsnTsv(bytes, { file: 'ip2asn-v4.tsv' })).lookup(parseIp('1.1.1.1')!)
 */
export const parseAsnTsv = (
  bytes: Uint8Array,
  { file, date = '' }: { file: string; date?: string }
): AsnData => new Reader(bytes, file).read(date)
