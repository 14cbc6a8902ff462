import { fstatSync } from 'node:fs'
import { basename } from 'node:path'
import type { SecurityEvent } from '../event.ts'
import { bindable } from './columns.ts'
import type { Connection } from './database.ts'
import type { ReadJournal } from './journal-index.ts'
import { type Entry, readLines } from './journal-lines.ts'
import { journalsIn, placesOf } from './journal-names.ts'
import { openJournal } from './open-journal.ts'
import { isOld } from './schema.ts'

/** Events in journals or in memory that are not in the tables yet. */
export interface Tail {
  readonly events: SecurityEvent[]
}

/** Events in memory. */
export type Held = readonly SecurityEvent[]

export interface OpenJournal {
  readonly name: string
  readonly fd: number
}

export const openJournals = (file: string): OpenJournal[] =>
  placesOf(file)
    .flatMap(journalsIn)
    .flatMap((path) => {
      try {
        return { name: basename(path), fd: openJournal(path, file) }
      } catch {
        // Its events reached the tables and it was removed since it was listed; or it is another user's, or not a journal.
        return []
      }
    })

const linesFrom = (fd: number, from: number): Entry[] => {
  const entries: Entry[] = []
  let at = from
  for (;;) {
    const lines = readLines(fd, at)
    if (lines.bytes === at) return entries
    for (const entry of lines.entries) entries.push(entry)
    at = lines.bytes
  }
}

export const takenOf = (db: Connection, { name, fd }: OpenJournal): ReadJournal => {
  const row = isOld(db)
    ? undefined
    : db.prepare('SELECT bytes FROM journals WHERE name = ?').get(name)
  const taken = (row as { bytes: number } | undefined)?.bytes ?? 0
  // It was cut off from outside: its current contents were written since.
  return { name, fd, taken: fstatSync(fd).size < taken ? 0 : taken }
}

const keyOf = ({ ray, matchIndex }: SecurityEvent) => `${ray} ${matchIndex}`

/** The events in memory that are in no table and no journal: a write may have succeeded since. */
const onlyHeld = (
  db: Connection,
  inJournals: readonly SecurityEvent[],
  held: readonly SecurityEvent[]
): SecurityEvent[] => {
  if (held.length === 0) return []
  const there = new Set(inJournals.map(keyOf))
  const has = isOld(db)
    ? undefined
    : db.prepare<[(string | number)[]]>(
        'SELECT 1 FROM events WHERE ray = ? AND ifnull(match_index, 0) = ?'
      )
  return held.filter(
    (event) =>
      !there.has(keyOf(event)) && has?.get([bindable(event.ray), event.matchIndex]) === undefined
  )
}

export const tailOf = (
  db: Connection,
  journals: readonly OpenJournal[],
  held: readonly SecurityEvent[]
): Tail => {
  const events = journals
    .flatMap((journal) => {
      const { fd, taken } = takenOf(db, journal)
      return linesFrom(fd, taken)
    })
    .flatMap((entry) => entry.events ?? [])
  return { events: [...events, ...onlyHeld(db, events, held)] }
}
