import { readSync } from 'node:fs'
import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'
import { isEvents, isGap } from './journal-shape.ts'

/** The content of a journal line: all events of one Ray ID, or a gap. */
export type Entry = { events: SecurityEvent[]; gap?: undefined } | { gap: Gap; events?: undefined }

export interface Lines {
  entries: Entry[]
  /** The start of the next line. */
  bytes: number
  /** Skipped lines that an edge never writes. */
  foreign: number
}

const CHUNK_BYTES = 262_144
const LINE_FEED = 10

/**
 * Undefined for an unreadable line: it comes from a failed write, and its events were written again elsewhere. `foreign`
 * for a readable line that no edge wrote.
 */
const entryOf = (line: string): Entry | 'foreign' | undefined => {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return undefined
  }
  if (isEvents(parsed)) return { events: parsed }
  const gap = (parsed as { gap?: unknown } | null)?.gap
  return isGap(gap) ? { gap } : 'foreign'
}

/** One line of a journal; undefined if it is empty or no longer there. */
export const readLine = (fd: number, from: number, bytes: number): Entry | undefined => {
  const line = Buffer.allocUnsafe(bytes)
  const read = readSync(fd, line, 0, bytes, from)
  const entry = entryOf(line.toString('utf8', 0, read))
  return entry === 'foreign' ? undefined : entry
}

/**
 * Reads whole lines of a journal, a few hundred at a time.
 *
 * @param from the start of a line
 * @param until the end of the reading
 */
export const readLines = (fd: number, from: number, until = Number.POSITIVE_INFINITY): Lines => {
  let buffer = Buffer.alloc(0)
  let end = -1
  // A line may be longer than a chunk.
  while (end < 0) {
    const room = Math.min(CHUNK_BYTES, until - from - buffer.length)
    if (room <= 0) break
    const chunk = Buffer.allocUnsafe(room)
    const read = readSync(fd, chunk, 0, room, from + buffer.length)
    if (read === 0) break
    buffer = Buffer.concat([buffer, chunk.subarray(0, read)])
    end = buffer.lastIndexOf(LINE_FEED)
  }
  const entries: Entry[] = []
  let foreign = 0
  if (end < 0) return { entries, bytes: from, foreign }
  for (const line of buffer.toString('utf8', 0, end).split('\n')) {
    const entry = entryOf(line)
    if (entry === 'foreign') foreign++
    else if (entry !== undefined) entries.push(entry)
  }
  return { entries, bytes: from + end + 1, foreign }
}
