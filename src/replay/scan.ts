import type { LineResult, LogReader } from './formats/format.ts'
import { COMMENT, NO_REQUEST } from './formats/format.ts'
import type { Judge } from './judge.ts'
import { LogRecord } from './record.ts'
import type { Tally } from './tally.ts'

/** The lines of a log that are judged. */
export interface Selection {
  /** Milliseconds since the epoch, inclusive. */
  readonly sinceMs?: number | undefined
  /** Milliseconds since the epoch, exclusive. */
  readonly untilMs?: number | undefined
  /** Judge only every n-th line of each chunk. */
  readonly every?: number | undefined
}

/** Values for the lines that do not have their own. */
export interface Given {
  readonly host?: string | undefined
  readonly ip?: string | undefined
  readonly scheme?: 'http' | 'https' | undefined
}

export interface Scan {
  readonly reader: LogReader
  readonly judge: Judge
  readonly tally: Tally
  readonly selection: Selection
  readonly given: Given
}

/** The position of a chunk: the number of its log and its number in the log, each from 0. */
export interface ChunkPlace {
  readonly log: number
  readonly chunk: number
}

const fill = (record: LogRecord, { host, ip, scheme }: Given, holdsHost: boolean) => {
  if (host !== undefined && !(holdsHost && hasHost(record))) record.headers.push('host', host)
  if (ip !== undefined && record.address === '') record.address = ip
  if (scheme === 'https') record.isTls = true
}

const hasHost = ({ headers }: LogRecord) => {
  for (let i = 0; i < headers.length; i += 2) if (headers[i]!.toLowerCase() === 'host') return true
  return false
}

/** Judges the lines of a chunk, counts them in the tally, and returns their number. */
export const scanText = (
  text: string,
  { log, chunk }: ChunkPlace,
  { reader, judge, tally, selection, given }: Scan
): number => {
  const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = selection
  const { every = 1 } = selection
  const isBounded = sinceMs !== Number.NEGATIVE_INFINITY || untilMs !== Number.POSITIVE_INFINITY
  const isGiven = given.host !== undefined || given.ip !== undefined || given.scheme !== undefined
  const holdsHost = reader.holds.headers.has('host') || reader.holds.hasAllHeaders
  const record = new LogRecord()
  let number = -1
  let start = 0
  while (start < text.length) {
    let end = text.indexOf('\n', start)
    if (end < 0) end = text.length
    number++
    const next = end + 1
    if (every > 1 && number % every !== 0) {
      tally.left++
      start = next
      continue
    }
    if (end > start && text.charCodeAt(end - 1) === 13) end--
    const line = text.slice(start, end)
    start = next
    record.clear()
    const result: LineResult = line === '' ? COMMENT : reader.read(line, record)
    if (result !== undefined) {
      if (result === COMMENT) tally.comments++
      else if (result === NO_REQUEST) tally.noRequest++
      else tally.broken([log, chunk, number], result, line)
      continue
    }
    if (isBounded && !(record.timeMs >= sinceMs && record.timeMs < untilMs)) {
      tally.outside++
      continue
    }
    if (isGiven) fill(record, given, holdsHost)
    const { now, before } = judge.judge(record)
    tally.add(record, now, before, log, chunk, number)
  }
  tally.lines += number + 1
  return number + 1
}

/** Returns bytes as a binary string. */
export const binaryText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
