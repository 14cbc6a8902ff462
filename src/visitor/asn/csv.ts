import { EdgeError } from '../../error.ts'
import { compareIp } from '../../lists/ip.ts'
import { countLines, lineProblem, Names, readAsn, readV4, Window } from './lines.ts'
import { NOBODY, V4Segments, V6Segments } from './segments.ts'
import type { AsnData } from './table.ts'

const COMMA = 44
const QUOTE = 34
const NEWLINE = 10
const RETURN = 13
const FIELDS = 'from, to, ASN and name, with commas between them'
/** Lines between two pauses: a few milliseconds of work. */
const LINES_PER_STEP = 4_096

export interface AsnCsvFile {
  /** The name in errors. */
  readonly file: string
  readonly bytes: Uint8Array
}

/** Positions of the commas after the first three fields. */
type Commas = [from: number, to: number, asn: number]

/** A name in CSV without its quotes: doubled quotes become single. */
const unquoted = (bytes: Uint8Array): Uint8Array => {
  const last = bytes.length - 1
  if (last < 1 || bytes[0] !== QUOTE || bytes[last] !== QUOTE) return bytes
  const inner = bytes.subarray(1, last)
  let isSecond = false
  return inner.filter((byte) => {
    isSecond = byte === QUOTE && !isSecond
    return byte !== QUOTE || isSecond
  })
}

/** Reads the lines of files, one after the other. */
class Reader {
  readonly #v4: V4Segments
  readonly #v6: V6Segments
  readonly #names = new Names()
  readonly #commas: Commas = [0, 0, 0]
  #file = ''
  #bytes: Uint8Array = new Uint8Array(0)
  #window = new Window(this.#bytes)
  #line = 0
  #start = 0
  #end = 0

  constructor(maxLines: number) {
    this.#v4 = new V4Segments(maxLines)
    this.#v6 = new V6Segments(maxLines)
  }

  *read(files: readonly AsnCsvFile[], date: string): Generator<void, AsnData> {
    let entries = 0
    for (const { file, bytes } of files) {
      this.#open(file, bytes)
      while (this.#start < bytes.length) {
        if (++this.#line % LINES_PER_STEP === 0) yield
        const newline = bytes.indexOf(NEWLINE, this.#start)
        const next = newline < 0 ? bytes.length : newline + 1
        this.#end = newline < 0 ? bytes.length : newline
        if (bytes[this.#end - 1] === RETURN) this.#end--
        if (this.#end > this.#start && this.#readLine()) entries++
        this.#start = next
      }
    }
    if (entries === 0) {
      const names = files.map(({ file }) => file).join(', ')
      throw new EdgeError('asn_failed', `${names}: expected lines of ${FIELDS}; found no network`)
    }
    const map = { v4: this.#v4.columns(), v6: this.#v6.columns() }
    return { map, ...this.#names.columns(), entries, date }
  }

  #open(file: string, bytes: Uint8Array): void {
    this.#file = file
    this.#bytes = bytes
    this.#window = new Window(bytes)
    this.#line = 0
    this.#start = 0
  }

  /**
   * Ranges come in the order of their first address. A range that begins inside the previous one cuts that one short: the
   * data has a few of these, and the narrower range is the correct one.
   *
   * @returns false if the addresses belong to nobody
   */
  #readLine(): boolean {
    const bytes = this.#bytes
    const commas = this.#findCommas()
    const asn = readAsn(bytes, commas[1] + 1, commas[2])
    if (asn < 0) {
      throw this.#problem(commas[1] + 1, commas[2], 'expected an autonomous system number')
    }
    const value = asn === 0 ? NOBODY : this.#positionOf(asn, commas[2] + 1)
    const from = readV4(bytes, this.#start, commas[0])
    if (from < 0) this.#readV6Range(commas, value)
    else {
      const to = readV4(bytes, commas[0] + 1, commas[1])
      if (to < 0) throw this.#problem(commas[0] + 1, commas[1], 'expected an IPv4 address')
      if (to < from) throw this.#backwards(commas)
      if (!this.#v4.cut(from, to, value)) throw this.#disorder()
    }
    return asn !== 0
  }

  #readV6Range(commas: Commas, value: number): void {
    const from = this.#window.v6(this.#start, commas[0])
    if (from === undefined) throw this.#problem(this.#start, commas[0], 'expected an IP address')
    const to = this.#window.v6(commas[0] + 1, commas[1])
    if (to === undefined) throw this.#problem(commas[0] + 1, commas[1], 'expected an IPv6 address')
    if (compareIp(to, from) < 0) throw this.#backwards(commas)
    if (!this.#v6.cut(from, to, value)) throw this.#disorder()
  }

  #positionOf(asn: number, name: number): number {
    const known = this.#names.known(asn)
    if (known !== undefined) return known
    return this.#names.add(asn, unquoted(this.#bytes.subarray(name, this.#end)))
  }

  #findCommas(): Commas {
    const commas = this.#commas
    let found = 0
    for (let at = this.#start; at < this.#end && found < commas.length; at++) {
      if (this.#bytes[at] === COMMA) commas[found++] = at
    }
    if (found < commas.length) throw this.#problem(this.#start, this.#end, `expected ${FIELDS}`)
    return commas
  }

  #backwards(commas: Commas): EdgeError {
    return this.#problem(commas[0] + 1, commas[1], 'the range ends before it begins')
  }

  #disorder(): EdgeError {
    const problem =
      'expected ascending ranges: this one does not start after the start of the previous one'
    return this.#problem(this.#start, this.#commas[0], problem)
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
 * Reads ip-location-db's CSV: lines of first address, last address, ASN and name, in ascending order, from a file of IPv4,
 * one of IPv6, or both. Each step takes a few milliseconds, so a server can answer between steps.
 *
 * @throws EdgeError `asn_failed` with file and line
 */
export const readAsnCsv = (files: readonly AsnCsvFile[], date = ''): Generator<void, AsnData> => {
  const lines = files.reduce((sum, { bytes }) => sum + countLines(bytes), 0)
  return new Reader(lines).read(files, date)
}

/**
 * The same without pauses.
 *
 * @throws EdgeError `asn_failed` with file and line
 * @example asnTable(parseAsnCsv([{ file: 'asn-ipv4.csv', bytes }])).lookup(parseIp('1.1.1.1')!)
 */
export const parseAsnCsv = (files: readonly AsnCsvFile[], date = ''): AsnData => {
  const steps = readAsnCsv(files, date)
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}
