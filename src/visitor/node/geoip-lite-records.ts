import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { EdgeError, messageOf } from '../../error.ts'
import type { IpMap } from '../../lists/ipmap.ts'
import { ipMapOf } from '../../lists/ipmap.ts'

/** One of geoip-lite's files: one record for each network, in the order of their addresses. */
export interface RecordFile {
  readonly path: string
  /** Bytes of a record. */
  readonly size: number
  /** The value of a record as a number; `NO_VALUE` if it is empty. Throws if the record is invalid. */
  readonly valueOf: (view: DataView, record: number) => number
}

/** The value of addresses between records and of empty records; `IpMap` treats it as no value. */
export const NO_VALUE = 0xffff_ffff
/**
 * The first address, then the last one (offsets of words). Only the upper 64 bits of IPv6 are read, because nothing in the
 * data is narrower than a /64. IPv4 has one word.
 */
const PLACES = {
  4: { fromHigh: -1, fromLow: 0, toHigh: -1, toLow: 4 },
  6: { fromHigh: 0, fromLow: 4, toHigh: 16, toLow: 20 },
} as const
const WORD = 0x1_0000_0000
/** The files have up to 76 MB, so they are never in memory as a whole. */
const CHUNK_RECORDS = 16_384

/** Calls `take` for each record; `at` is its place in the view, `offset` the one in the file. */
const eachRecord = (
  { path, size }: RecordFile,
  begin: (records: number) => void,
  take: (view: DataView, at: number, offset: number) => void
) => {
  const file = openSync(path, 'r')
  try {
    const bytes = fstatSync(file).size
    if (bytes === 0 || bytes % size !== 0) {
      throw new Error(`its ${bytes} bytes are not records of ${size}`)
    }
    begin(bytes / size)
    const chunk = new Uint8Array(CHUNK_RECORDS * size)
    const view = new DataView(chunk.buffer)
    for (let offset = 0; offset < bytes; ) {
      const read = readSync(file, chunk, 0, chunk.length, offset)
      const whole = read - (read % size)
      if (whole === 0) throw new Error('it was truncated during the read')
      for (let at = 0; at < whole; at += size) take(view, at, offset + at)
      offset += whole
    }
  } finally {
    closeSync(file)
  }
}

interface Segments {
  high: Uint32Array
  low: Uint32Array
  values: Uint32Array
}

/**
 * Converts records to segments. Each segment lasts until the next begins, so only the starts are kept, and of adjacent
 * segments with the same value only the first. A record that begins inside the previous one cuts that one short: the
 * overlaps in geoip-lite's data come from its converter, which makes the ends of some /64 too large.
 */
const readSegments = (file: RecordFile, family: 4 | 6): Segments => {
  const { fromHigh, fromLow, toHigh, toLow } = PLACES[family]
  let high = new Uint32Array(0)
  let low = high
  let values = high
  let length = 0
  let current = NO_VALUE
  const begin = (atHigh: number, atLow: number, value: number) => {
    // IPv4 has no upper word: its column keeps its initial size and takes no memory.
    if (atHigh > 0) high[length] = atHigh
    low[length] = atLow
    values[length++] = value
    current = value
  }
  // The previous record's start, and the first address after it.
  let beganHigh = 0
  let beganLow = 0
  let endHigh = 0
  let endLow = 0
  const room = (records: number) => {
    // A gap may follow each record.
    high = new Uint32Array(records * 2)
    low = new Uint32Array(records * 2)
    values = new Uint32Array(records * 2)
  }
  eachRecord(file, room, (view, at, offset) => {
    const startHigh = fromHigh < 0 ? 0 : view.getUint32(at + fromHigh)
    const startLow = view.getUint32(at + fromLow)
    if (startHigh < beganHigh || (startHigh === beganHigh && startLow < beganLow)) {
      throw new Error(`the record at byte ${offset} begins before the one that precedes it`)
    }
    const isAfterGap = endHigh < startHigh || (endHigh === startHigh && endLow < startLow)
    if (isAfterGap && current !== NO_VALUE) begin(endHigh, endLow, NO_VALUE)
    const value = file.valueOf(view, at)
    if (value !== current) begin(startHigh, startLow, value)
    const lastLow = view.getUint32(at + toLow)
    endLow = lastLow + 1 === WORD ? 0 : lastLow + 1
    endHigh = (toHigh < 0 ? 0 : view.getUint32(at + toHigh)) + (endLow === 0 ? 1 : 0)
    beganHigh = startHigh
    beganLow = startLow
  })
  // Nothing can begin after the last address of the family.
  if (endHigh < (family === 4 ? 1 : WORD)) begin(endHigh, endLow, NO_VALUE)
  return {
    high: high.slice(0, family === 4 ? 0 : length),
    low: low.slice(0, length),
    values: values.slice(0, length),
  }
}

export const dataFailed = (path: string, cause: unknown): EdgeError => {
  return new EdgeError(
    'geo_failed',
    `geoip-lite's data ${path} cannot be read: ${messageOf(cause)}`,
    {
      cause,
    }
  )
}

const tryToRead = (file: RecordFile, family: 4 | 6) => {
  try {
    return readSegments(file, family)
  } catch (cause) {
    throw dataFailed(file.path, cause)
  }
}

/**
 * The data of geoip-lite's files for IPv4 and IPv6 about each address.
 *
 * @throws EdgeError `geo_failed` if a file is missing or invalid
 */
export const readRecords = (v4: RecordFile, v6: RecordFile): IpMap => {
  const { low: starts, values } = tryToRead(v4, 4)
  const { high: a, low: b, values: values6 } = tryToRead(v6, 6)
  return ipMapOf({ v4: { starts, values }, v6: { a, b, values: values6 } })
}
