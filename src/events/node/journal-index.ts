import { fstatSync, readSync } from 'node:fs'
import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'
import { type Entry, readLine } from './journal-lines.ts'

const CHUNK_BYTES = 1_048_576
const LINE_FEED = 10
const RAY_CHARS = 16
/** The beginning of every line from an edge: the Ray ID is the first member of an event. */
const EVENTS_START = Buffer.from('[{"ray":"')
const QUOTE = 34

/** The position of a line. */
interface Line {
  readonly from: number
  readonly bytes: number
}

/** The Ray ID of a line from an edge; undefined for any other line. */
const rayOf = (bytes: Buffer, from: number, to: number): string | undefined => {
  const at = from + EVENTS_START.length
  const end = at + RAY_CHARS
  if (end >= to || bytes[end] !== QUOTE) return undefined
  if (bytes.compare(EVENTS_START, 0, EVENTS_START.length, from, at) !== 0) return undefined
  return bytes.toString('latin1', at, end)
}

/** The lines of one journal by Ray ID. Each look-up reads only the lines written since the last one. */
class JournalIndex {
  #to = 0
  readonly #lines = new Map<string, Line[]>()
  /** Lines that are not events: gaps, and lines of other programs. */
  readonly #others: Line[] = []

  /** Whether the index can belong to this file, which only grows. */
  fits(size: number): boolean {
    return size >= this.#to
  }

  /** @param taken the part of the file that is in the tables, which needs no index */
  update(fd: number, taken: number): void {
    let at = Math.max(this.#to, taken)
    let rest = Buffer.alloc(0)
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const read = readSync(fd, chunk, 0, CHUNK_BYTES, at + rest.length)
      if (read === 0) break
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)])
      let from = 0
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
        this.#add(rayOf(bytes, from, end), { from: at + from, bytes: end - from })
        from = end + 1
      }
      at += from
      rest = bytes.subarray(from)
    }
    this.#to = at
  }

  eventsOf(fd: number, ray: string, taken: number): SecurityEvent[] {
    return this.#read(fd, [...(this.#lines.get(ray) ?? []), ...this.#others], taken).flatMap(
      ({ events }) => events?.filter((event) => event.ray === ray) ?? []
    )
  }

  gaps(fd: number, taken: number): Gap[] {
    return this.#read(fd, this.#others, taken).flatMap(({ gap }) => gap ?? [])
  }

  #add(ray: string | undefined, line: Line): void {
    if (ray === undefined) {
      this.#others.push(line)
      return
    }
    const known = this.#lines.get(ray)
    if (known === undefined) this.#lines.set(ray, [line])
    else known.push(line)
  }

  #read(fd: number, lines: readonly Line[], taken: number): Entry[] {
    return lines.flatMap(({ from, bytes }) =>
      from < taken ? [] : (readLine(fd, from, bytes) ?? [])
    )
  }
}

/** An open journal, and the part of it that is in the tables. */
export interface ReadJournal {
  readonly name: string
  readonly fd: number
  readonly taken: number
}

/** The indexes of all journals of a store. */
export class JournalIndexes {
  readonly #known = new Map<string, { identity: string; index: JournalIndex }>()

  eventsOf(journals: readonly ReadJournal[], ray: string): SecurityEvent[] {
    return this.#updated(journals, (index, { fd, taken }) => index.eventsOf(fd, ray, taken))
  }

  gaps(journals: readonly ReadJournal[]): Gap[] {
    return this.#updated(journals, (index, { fd, taken }) => index.gaps(fd, taken))
  }

  clear(): void {
    this.#known.clear()
  }

  #updated<Found>(
    journals: readonly ReadJournal[],
    look: (index: JournalIndex, journal: ReadJournal) => Found[]
  ): Found[] {
    const names = new Set(journals.map(({ name }) => name))
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name)
    return journals.flatMap((journal) => {
      const index = this.#of(journal)
      index.update(journal.fd, journal.taken)
      return look(index, journal)
    })
  }

  #of({ name, fd }: ReadJournal): JournalIndex {
    const { dev, ino, size } = fstatSync(fd)
    const identity = `${dev}:${ino}`
    const known = this.#known.get(name)
    if (known?.identity === identity && known.index.fits(size)) return known.index
    const index = new JournalIndex()
    this.#known.set(name, { identity, index })
    return index
  }
}
