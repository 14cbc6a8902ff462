import { fstatSync } from 'node:fs'
import { basename } from 'node:path'
import { timeOf } from './columns.ts'
import { type Entry, readLines } from './journal-lines.ts'
import type { Tables } from './tables.ts'

export interface Journal {
  readonly path: string
  readonly fd: number
  readonly until: number
  /** The part that is in the tables, whatever they say. */
  readonly from: number
  /** Some of its events may be in the tables. */
  readonly repeats: boolean
  /** Called if it has lines that an edge never writes. */
  readonly onForeign: (path: string) => void
}

/** The destination of the events. */
export interface Taker {
  readonly tables: Tables
  /** Times of the events in it. */
  oldestMs: number | undefined
  newestMs: number | undefined
}

export interface Taken {
  readonly events: number
  /** The newest of these events. */
  readonly newestMs: number
  /** The part of the journal that is in the tables now. */
  readonly bytes: number
  /** False if there was nothing to take. */
  readonly more: boolean
}

/** The entry without the events that are already in the tables. */
const unknownOf = (tables: Tables, entry: Entry): Entry =>
  entry.events === undefined
    ? entry
    : { events: entry.events.filter((event) => !tables.has(event)) }

/** Moves the next events of a journal into the tables. */
export const takeJournal = (
  open: Taker,
  { path, fd, until, from: known, repeats, onForeign }: Journal
): Taken => {
  const name = basename(path)
  const { tables } = open
  const row = tables.bytesOf(name)
  const start = Math.max(row, known)
  // A journal that was cut off starts again. If a part was left, its events are in the tables.
  const isCutOff = fstatSync(fd).size < start
  const from = isCutOff ? 0 : start
  const { entries, bytes, foreign } = readLines(fd, from, until)
  if (bytes === start) return { events: 0, newestMs: 0, bytes, more: false }
  if (foreign > 0) onForeign(path)
  return tables.transaction(() => {
    // Another process may have taken them in the meantime.
    if (tables.bytesOf(name) !== row) return { events: 0, newestMs: 0, bytes: from, more: true }
    const found = repeats || isCutOff ? entries.map((entry) => unknownOf(tables, entry)) : entries
    const events = tables.take(name, found, bytes)
    let newestMs = 0
    for (const entry of found) {
      for (const event of entry.events ?? []) {
        const ms = timeOf(event)
        open.oldestMs = Math.min(open.oldestMs ?? ms, ms)
        open.newestMs = Math.max(open.newestMs ?? ms, ms)
        newestMs = Math.max(newestMs, ms)
      }
    }
    return { events, newestMs, bytes, more: true }
  })
}
