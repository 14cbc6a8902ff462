import { readSync } from 'node:fs'
import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'

/** What a line of a journal holds: all events of one Ray ID, or a gap. */
export type Entry = { events: SecurityEvent[]; gap?: undefined } | { gap: Gap; events?: undefined }

export interface Lines {
  entries: Entry[]
  /** Where the next line begins. */
  bytes: number
}

const CHUNK_BYTES = 262_144
const LINE_FEED = 10

/** A line that cannot be read is what a write left that failed halfway: its events were written again elsewhere. */
const entryOf = (line: string): Entry | undefined => {
  try {
    const parsed = JSON.parse(line) as SecurityEvent[] | { gap: Gap }
    return Array.isArray(parsed) ? { events: parsed } : { gap: parsed.gap }
  } catch {
    return undefined
  }
}

/**
 * Reads whole lines of a journal, some hundred at a time.
 *
 * @param from where a line begins
 * @param until nothing is read beyond
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
  if (end < 0) return { entries: [], bytes: from }
  const entries = buffer
    .toString('utf8', 0, end)
    .split('\n')
    .flatMap((line) => entryOf(line) ?? [])
  return { entries, bytes: from + end + 1 }
}
