import { EdgeError } from '../../error.ts'
import { HostnameSet } from '../../lists/hostnames.ts'
import type { ListKind } from '../../lists/kind.ts'
import type { RangeBuffer } from '../../lists/ranges.ts'
import { excerpt } from '../excerpt.ts'
import { csvReader } from './csv.ts'
import { sampleOf } from './detect.ts'
import { Entries } from './entries.ts'
import { jsonlReader } from './jsonl.ts'
import { eachLine, endBeforeComment, isComment, MAX_LINE_BYTES, textOf } from './lines.ts'
import { WIDEST_NETWORKS } from './local.ts'
import { asnReader, hostnameReader, listReader, scoredReader, torReader } from './plain.ts'
import type { FeedReader } from './reader.ts'
import type { FeedFormat } from './spec.ts'
import { FEED_FORMATS } from './spec.ts'
import { checkText } from './text.ts'

/** If a larger share of the lines is unreadable, the file is not a feed. */
const MAX_BAD_SHARE = 0.1
/** The number of lines that are named one by one; the others are only counted. */
const MAX_NAMED = 5
/** IPsum counts the lists that contain an address: of the thirty that it reads, at most ten at a time. */
const SCORED_FULL = 10
/** Other feeds with a number use percentages. */
const OTHER_FULL = 100

export interface ParsedFeed {
  readonly format: FeedFormat
  /** The kind of its entries; `undefined` if there is no entry. */
  readonly kind: ListKind | undefined
  /** Values are the entry's share of the feed's weight, 0–100. */
  readonly ranges: RangeBuffer
  readonly ints: ReadonlySet<number>
  readonly hosts: HostnameSet
  /** The number of accepted entries. */
  readonly entries: number
  /** The day of the data according to the feed itself, `YYYY-MM-DD`; '' if unknown. */
  readonly date: string
  /** The format is one for Tor exits. */
  readonly tor: boolean
  /** Problems of the feed, one sentence each. */
  readonly problems: readonly string[]
}

export interface ParseOptions {
  /** For messages. */
  file: string
  /** Default: recognised by the content. */
  format?: FeedFormat | undefined
  full?: number | undefined
  min?: number | undefined
  unfiltered?: boolean | undefined
}

const readerOf = (
  format: FeedFormat,
  entries: Entries,
  columns: Parameters<typeof csvReader>[1]
): FeedReader => {
  switch (format) {
    case 'list':
      return listReader(entries)
    case 'scored':
      return scoredReader(entries)
    case 'csv':
      return csvReader(entries, columns)
    case 'jsonl':
      return jsonlReader(entries)
    case 'tor':
      return torReader(entries)
    case 'asn':
      return asnReader(entries)
    case 'hostname':
      return hostnameReader(entries)
  }
}

/** In a table, addresses win over other columns. Skipped entries were addresses. */
const kindOf = (format: FeedFormat, entries: Entries): ListKind | undefined => {
  if (format === 'asn' || format === 'hostname') return format
  if (entries.ranges.length > 0) return 'ip'
  if (entries.ints.size > 0) return 'asn'
  if (entries.hosts.size > 0) return 'hostname'
  return entries.count > entries.otherScope || format === 'tor' || format === 'scored'
    ? 'ip'
    : undefined
}

const count = (number: number, one: string, many: string) =>
  `${number} ${number === 1 ? one : many}`

const notices = (
  {
    hostBits,
    local,
    tooWide,
    numbered,
    belowMin,
    otherScope,
    count: all,
    ints,
    hosts,
    ranges,
  }: Entries,
  { file, full, min }: ParseOptions
): string[] => {
  const scale = full === undefined ? `min=${min}` : `full=${full}`
  const left = ranges.length + ints.size + hosts.size === 0 ? local + tooWide + otherScope : -1
  const asked = full !== undefined || min !== undefined
  return [
    all === 0 && 'it has no entries',
    all > 0 &&
      belowMin === all &&
      `none of its ${count(all, 'entry', 'entries')} reaches min=${min}`,
    left === all &&
      all > 0 &&
      `no entry remains: ${left === 1 ? 'its only entry is' : `all ${left} entries are`} left out`,
    hostBits > 0 && `host bits of ${count(hostBits, 'network', 'networks')} masked`,
    local > 0 &&
      `local addresses left out of ${count(local, 'entry', 'entries')}: "unfiltered" keeps them`,
    tooWide > 0 &&
      `${count(tooWide, 'network', 'networks')} wider than ${WIDEST_NETWORKS} left out: "unfiltered" keeps them`,
    otherScope > 0 &&
      `${count(otherScope, 'entry', 'entries')} with a scope other than ip, range and as left out`,
    ints.size > 0 &&
      ranges.length > 0 &&
      `${count(ints.size, 'autonomous system', 'autonomous systems')} among addresses left out`,
    asked && all > 0 && numbered === 0 && `${scale} has no effect: its entries have no numbers`,
  ].flatMap((text) => (text === false ? [] : [`${file}: ${text}`]))
}

/** The number of lines, the number of unreadable ones, and the problems. */
const readLines = (bytes: Uint8Array, start: number, reader: FeedReader, file: string) => {
  const named: string[] = []
  let lines = 0
  let bad = 0
  eachLine(bytes, start, (from, to, line) => {
    if (isComment(bytes, from)) return undefined
    lines++
    const expected =
      to - from > MAX_LINE_BYTES
        ? `a line of at most ${MAX_LINE_BYTES} bytes`
        : reader.read(bytes, from, reader.commentsBehind ? endBeforeComment(bytes, from, to) : to)
    if (expected === undefined) return undefined
    if (bad++ < MAX_NAMED) {
      named.push(`${file}:${line}: ${excerpt(textOf(bytes, from, to))}: expected ${expected}`)
    }
    return undefined
  })
  if (bad > MAX_NAMED) {
    named.push(`${file}: ${count(bad - MAX_NAMED, 'more line', 'more lines')} cannot be read`)
  }
  return { lines, bad, named }
}

/**
 * Reads a feed in any of the formats, recognised by its content unless given. Unreadable lines are named in `problems` and
 * skipped. If more than a tenth of the lines are unreadable, the whole feed is refused, as are web pages, archives and
 * empty files. Local and very wide networks are skipped too, see docs/feeds.md.
 *
 * @throws EdgeError `invalid_feed`
 * @example parseFeed(new TextEncoder().encode('192.0.2.0/24 ; SBL1\n'), { file: 'drop.txt' }).entries // 1
 */
export const parseFeed = (bytes: Uint8Array, options: ParseOptions): ParsedFeed => {
  const { file, min = 0, unfiltered = false } = options
  const refuse = (problem: string) => new EdgeError('invalid_feed', `feed ${file}: ${problem}`)
  const start = checkText(bytes, refuse)
  const sample = sampleOf(bytes, start)
  if (sample.firstLine === '' && !sample.hasComments) throw refuse('it is empty')
  if (sample.firstLine.startsWith('<'))
    throw refuse('it is a web page, expected a list of addresses')
  // An IPv6 address in brackets begins the same way.
  if (/^\[(?!\s*[\da-f:])/i.test(sample.firstLine)) {
    throw refuse("it is a JSON array, expected one object per line, as `jq -c '.[]'` prints them")
  }
  const format = options.format ?? sample.format ?? (sample.firstLine === '' ? 'list' : undefined)
  if (format === undefined) {
    throw refuse(`${excerpt(sample.firstLine)} has none of the formats ${FEED_FORMATS.join(' ')}`)
  }
  const full = options.full ?? (format === 'scored' ? SCORED_FULL : OTHER_FULL)
  const entries = new Entries({ full, min, unfiltered })
  const reader = readerOf(format, entries, sample.columns)
  const { lines, bad, named } = readLines(bytes, start, reader, file)
  if (bad > lines * MAX_BAD_SHARE) {
    throw refuse(`${bad} of ${count(lines, 'line', 'lines')} cannot be read: ${named[0]}`)
  }
  const { ranges, ints, hosts } = entries
  const kind = kindOf(format, entries)
  return {
    format,
    kind,
    ranges,
    ints: kind === 'asn' ? ints : new Set(),
    hosts: kind === 'hostname' ? hosts : new HostnameSet(),
    entries: kind === 'hostname' ? hosts.size : kind === 'asn' ? ints.size : ranges.length,
    date: sample.date || (reader.date ?? ''),
    tor: format === 'tor',
    problems: [...named, ...notices(entries, options)],
  }
}
