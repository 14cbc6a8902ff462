import { parseAsn } from '../../lists/asn.ts'
import { HostnameSet } from '../../lists/hostnames.ts'
import { parseIp } from '../../lists/ip.ts'
import { EXPECTED_ADDRESS, readAddress, readIp, readNumber } from './address.ts'
import type { ColumnKind } from './columns.ts'
import { columnKind, EXPECTED_COLUMNS } from './columns.ts'
import type { Entries } from './entries.ts'
import { MAX_LINE_BYTES, textOf } from './lines.ts'
import type { FeedReader } from './reader.ts'

const QUOTE = 34
const SPACE = 32
const DELIMITERS = [',', ';', '\t']
export const EXPECTED_HOSTNAME = 'a host name, or *. and a host name'

const HASH_AND_BLANKS = /^[#\s]+/

/** The positions of the columns of a table. */
export interface Columns {
  /** Character code of the separator between cells. */
  readonly delimiter: number
  readonly places: Partial<Record<ColumnKind, number>>
}

const has = ({ start, end, network, address, asn, hostname, value }: Columns['places']) =>
  (start !== undefined && end !== undefined) ||
  (network ?? address ?? asn ?? hostname ?? value) !== undefined

/** Requires a dot, so that a word of a sentence does not count. */
const isHostname = (text: string) => text.includes('.') && new HostnameSet().add(text)

/** Reads a header row, also after `#`; `undefined` if it names no column of addresses. */
export const columnsOf = (line: string): Columns | undefined => {
  for (const delimiter of DELIMITERS) {
    const names = line.replace(HASH_AND_BLANKS, '').split(delimiter)
    const places: Partial<Record<ColumnKind, number>> = {}
    for (const [place, name] of names.entries()) {
      const kind = columnKind(name)
      if (kind !== undefined) places[kind] ??= place
    }
    if (has(places)) return { delimiter: delimiter.charCodeAt(0), places }
  }
  return undefined
}

/**
 * Columns of a table without a header row, whose first cells are addresses, or whose first cell is an autonomous system or
 * a host name: Cloudflare's lists in their import format, with a description after it.
 */
export const columnsOfRow = (line: string): Columns | undefined => {
  for (const delimiter of DELIMITERS) {
    const [first = '', second = ''] = line.split(delimiter).map((cell) => cell.replaceAll('"', ''))
    const isAddress = (cell: string) => parseIp(cell.trim()) !== undefined
    if (isAddress(first.replace(/\/\d+ *$/, ''))) {
      const places = isAddress(second) ? { start: 0, end: 1 } : { network: 0 }
      return { delimiter: delimiter.charCodeAt(0), places }
    }
    if (!line.includes(delimiter)) continue
    const places = parseAsn(first.trim()) !== undefined ? { asn: 0 } : { hostname: 0 }
    if ('asn' in places || isHostname(first.trim())) {
      return { delimiter: delimiter.charCodeAt(0), places }
    }
  }
  return undefined
}

/** Starts and ends of the cells of the current line: one array for all lines, because reading is synchronous. */
const cells: number[] = []

/** Finds the cells without quotes and surrounding blanks; `false` if a quote is left open. */
const findCells = (bytes: Uint8Array, from: number, to: number, delimiter: number): boolean => {
  cells.length = 0
  for (let i = from; ; i++) {
    while (i < to && bytes[i] === SPACE) i++
    if (bytes[i] === QUOTE && i < to) {
      const start = ++i
      // Two quotes stand for one; no relevant cell contains a quote.
      while (i < to && (bytes[i] !== QUOTE || bytes[i + 1] === QUOTE)) {
        i += bytes[i] === QUOTE ? 2 : 1
      }
      if (i >= to) return false
      cells.push(start, i)
      while (i < to && bytes[i] !== delimiter) i++
    } else {
      const start = i
      while (i < to && bytes[i] !== delimiter) i++
      let end = i
      while (end > start && bytes[end - 1] === SPACE) end--
      cells.push(start, end)
    }
    if (i >= to) return true
  }
}

const startOf = (place: number) => cells[place * 2]!
const endOf = (place: number) => cells[place * 2 + 1]!
const isThere = (place: number) => place * 2 < cells.length

/**
 * A table with a header row (RFC 4180, also with `;` or tabs between cells), each entry on one line. Without a header row,
 * the first cell is the address or network, or the first two are the ends of a range.
 *
 * @param commented the header row, if it is in a comment
 */
export const csvReader = (entries: Entries, commented?: Columns): FeedReader => {
  let columns: Columns | undefined
  let isFirst = true

  const readRange = (bytes: Uint8Array, start: number, end: number, score?: number) => {
    const from = readIp(bytes, startOf(start), endOf(start))
    const to = readIp(bytes, startOf(end), endOf(end))
    return from !== undefined && to !== undefined && entries.addRange(from, to, score)
  }

  const readAsn = (bytes: Uint8Array, place: number) =>
    entries.addAsn(textOf(bytes, startOf(place), endOf(place)))

  const readHost = (bytes: Uint8Array, place: number) =>
    isThere(place) && entries.addHost(textOf(bytes, startOf(place), endOf(place)))

  /** CrowdSec's decisions: `scope` names the kind of an entry; it is `ip` without such a column. */
  const readValue = (
    bytes: Uint8Array,
    value: number,
    scope: number | undefined,
    score?: number
  ) => {
    const isScoped = scope !== undefined && isThere(scope) && startOf(scope) < endOf(scope)
    const kind = isScoped ? textOf(bytes, startOf(scope), endOf(scope)).toLowerCase() : 'ip'
    if (!isThere(value)) return `a column ${value + 1} with the value`
    if (kind === 'ip' || kind === 'range') {
      const isRead = readAddress(bytes, startOf(value), endOf(value), entries, score)
      return isRead ? undefined : `${EXPECTED_ADDRESS} in column ${value + 1}`
    }
    if (kind === 'as') {
      return readAsn(bytes, value) ? undefined : 'the number of an autonomous system as the value'
    }
    entries.skipScope()
    return undefined
  }

  const readCells = (bytes: Uint8Array, { places }: Columns): string | undefined => {
    const { start, end, network, address, asn, score, hostname, scope, value } = places
    let number: number | undefined
    if (score !== undefined && isThere(score) && startOf(score) < endOf(score)) {
      number = readNumber(bytes, startOf(score), endOf(score))
      if (number === undefined) return 'a number in the column of the score'
    }
    if (start !== undefined && end !== undefined) {
      const isRead = isThere(start) && isThere(end) && readRange(bytes, start, end, number)
      return isRead ? undefined : 'two IP addresses in the columns of start and end'
    }
    const place = network ?? address
    if (place !== undefined) {
      const isRead =
        isThere(place) && readAddress(bytes, startOf(place), endOf(place), entries, number)
      return isRead ? undefined : `${EXPECTED_ADDRESS} in column ${place + 1}`
    }
    if (value !== undefined && (asn ?? hostname) === undefined) {
      return readValue(bytes, value, scope, number)
    }
    if (asn === undefined && hostname !== undefined) {
      return readHost(bytes, hostname)
        ? undefined
        : `${EXPECTED_HOSTNAME} in column ${hostname + 1}`
    }
    const isRead = asn !== undefined && isThere(asn) && readAsn(bytes, asn)
    return isRead ? undefined : 'the number of an autonomous system in its column'
  }

  return {
    commentsBehind: false,
    read: (bytes, from, to) => {
      if (isFirst) {
        isFirst = false
        const line = textOf(bytes, from, to, MAX_LINE_BYTES)
        columns = columnsOf(line)
        if (columns !== undefined) return undefined
        columns = commented ?? columnsOfRow(line)
      }
      if (columns === undefined) return `a header row with a column ${EXPECTED_COLUMNS}`
      return findCells(bytes, from, to, columns.delimiter)
        ? readCells(bytes, columns)
        : 'a quote that is closed on its line'
    },
  }
}
