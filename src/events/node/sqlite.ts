import { closeSync, openSync, readSync } from 'node:fs'
import { EdgeError } from '../../error.ts'
import { parseRay } from '../../ray.ts'
import type { EventFilter, EventStore, FindResult, SecurityEvent } from '../event.ts'
import { explainMiss } from '../find.ts'
import type { EventPage, EventQuery, SeriesPoint, SeriesQuery, TopQuery, TopRow } from '../query.ts'
import type { StoreState } from '../state.ts'
import type { Contents } from './database.ts'
import {
  contentsOf,
  isDamage,
  keptAs,
  openForReading,
  openForWriting,
  setAside,
  storeFailed,
} from './database.ts'
import type { Durability } from './durability.ts'
import { Intake } from './intake.ts'
import { placesOf } from './journal-names.ts'
import type { Question } from './messages.ts'
import { Reader } from './reader.ts'
import { readStoreOptions, type StoreOptions } from './store-options.ts'
import { ask, DAMAGED, drain, leave } from './threads.ts'
import { Troubles } from './troubles.ts'

export type SqliteOptions = StoreOptions

/** An event store in a SQLite file. Several processes can read it while one or more write. */
export interface SqliteStore extends EventStore {
  /** The number of writes since it was opened. Simultaneous events share one write. */
  readonly commits: number
  state(): StoreState
}

/** Creates the missing parts, and reports problems. */
const lookInto = (file: string, durability: Durability): Contents => {
  const db = openForWriting(file, durability)
  try {
    return contentsOf(db, file)
  } finally {
    db.close()
  }
}

const TEXT_BYTES = 100
/** Control characters other than tabs and ends of lines. */
const NO_TEXT = /[^\P{Cc}\t\n\r]|\ufffd/u

/** A text file is not a damaged database: the owner gave the name of another file. */
const isText = (file: string): boolean => {
  const fd = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(TEXT_BYTES)
    const read = readSync(fd, bytes, 0, TEXT_BYTES, 0)
    // The last character may be cut.
    return !NO_TEXT.test(new TextDecoder().decode(bytes.subarray(0, read), { stream: true }))
  } finally {
    closeSync(fd)
  }
}

/** Like `lookInto`. A damaged file does not prevent the start: it gets another name, and a new one is created. */
const begin = (
  file: string,
  durability: Durability,
  onNotice: (message: string) => void
): Contents => {
  try {
    return lookInto(file, durability)
  } catch (error) {
    if (!isDamage(error) || isText(file)) throw error
    let kept: string
    try {
      kept = setAside(file)
    } catch (cause) {
      throw storeFailed(file, cause)
    }
    const contents = lookInto(file, durability)
    onNotice(
      `event store ${file}: ${keptAs(kept)}; the edge starts a new one without the earlier events`
    )
    return contents
  }
}

const AWAY = new Set(['store_failed', 'store_not_found'])

const closedError = (name: string) => new EdgeError('store_closed', `${name}: the store is closed`)

const readOnlyStore = (file: string, name: string): SqliteStore => {
  // Problems of the file are reported now, not at the first query.
  openForReading(file).close()
  const reader = new Reader(file, name)
  let closed = false
  const asked = async <Answer>(answer: () => Answer): Promise<Answer> => {
    if (closed) throw closedError(name)
    return answer()
  }
  return {
    name,
    commits: 0,
    append: async () => {
      throw closed
        ? closedError(name)
        : new EdgeError('store_read_only', `${name}: opened read-only`)
    },
    find: (ray) => asked(() => reader.find(ray)),
    query: (filter) => asked(() => reader.query(filter)),
    page: (query) => asked(() => reader.page(query)),
    top: (query) => asked(() => reader.top(query)),
    series: (query) => asked(() => reader.series(query)),
    state: () => ({ waiting: 0, lost: 0, gaps: [] }),
    close: async () => {
      closed = true
      reader.close()
    },
  }
}

/**
 * Keeps events in a SQLite file. `append` resolves after a write to a journal beside the file, so the end of the process loses no
 * event. A background thread moves the journal into the file, and another one answers queries. Visitors wait for neither.
 *
 * @throws EdgeError `invalid_store`, `store_failed` (cannot be opened), `store_not_found` (read-only and missing),
 * `store_foreign`, `store_version`
 * @example const store = sqliteStore('.edge1020/events.db')
 */
export const sqliteStore = (file: string, options: SqliteOptions = {}): SqliteStore => {
  const { readOnly = false, onTrouble = () => {}, onNotice = () => {} } = options
  const name = `sqlite ${file}`
  const { policy, limits } = readStoreOptions(options)
  const { durability } = policy
  if (readOnly) return readOnlyStore(file, name)
  // Problems of the file are reported now, not later by a thread.
  const contents = begin(file, durability, onNotice)

  const troubles = new Troubles(name, onTrouble, onNotice)
  let taken = 0
  let evicted = 0
  const drained = drain(
    { file, durability, contents, ...limits },
    {
      onTaken: (events) => {
        taken += events
      },
      onEvicted: (events) => {
        evicted += events
      },
      onTrouble: (message) => troubles.set('tables', message),
      onNotice: (message, gap) => {
        if (gap !== undefined) {
          intake.note(gap)
          // Lost events no longer wait.
          taken += gap.count
        }
        onNotice(message)
      },
      onLostName: (path) => intake.moveFrom(path),
    }
  )
  const intake: Intake = new Intake({
    file,
    places: placesOf(file),
    ...policy,
    onGrown: drained.grown,
    onTrouble: (message) =>
      troubles.set(
        'journal',
        message === undefined ? undefined : `event store ${file}: ${message}`
      ),
  })
  let closing: Promise<void> | undefined
  let wasAsked = false

  const asked = async <Answer>(question: Question): Promise<Answer> => {
    if (closing !== undefined) throw closedError(name)
    wasAsked = true
    await intake.settled()
    const { held } = intake
    try {
      return await ask<Answer>(file, name, held.length === 0 ? question : { ...question, held })
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error
      if (error.cause === DAMAGED) drained.suspect()
      const trouble = troubles.first
      // A missing file is not an error of the query: the running edge already reports it.
      throw trouble !== undefined && AWAY.has(error.code)
        ? new EdgeError('store_failed', trouble.message, { cause: error })
        : error
    }
  }

  /** Events of a Ray ID in memory, or the gap with it: known without the file. */
  const findHeld = (ray: string): FindResult | undefined => {
    const wanted = parseRay(ray)?.ray
    const [first, ...rest] = intake.held
      .filter((event) => event.ray === wanted)
      .sort((x, y) => x.matchIndex - y.matchIndex)
    if (first !== undefined) return { found: true, events: [first, ...rest] }
    // Gaps that are not in the file yet, because nothing can be written now.
    const explained = explainMiss(ray, { store: name, gaps: intake.gaps })
    return !explained.found && explained.reason === 'gap' ? explained : undefined
  }

  const close = async () => {
    await intake.finish()
    await drained.close()
    if (wasAsked) await leave(file)
  }

  return {
    name,
    get commits() {
      return intake.commits
    },
    append: (events) =>
      closing === undefined ? intake.append(events) : Promise.reject(closedError(name)),
    find: async (ray) => {
      let result: FindResult
      try {
        result = await asked<FindResult>({ about: 'find', argument: ray })
      } catch (error) {
        const held = closing === undefined ? findHeld(ray) : undefined
        if (held === undefined) throw error
        return held
      }
      return !result.found && result.reason === 'not_in_store' ? (findHeld(ray) ?? result) : result
    },
    query: (filter?: EventFilter) => asked<SecurityEvent[]>({ about: 'query', argument: filter }),
    page: (query?: EventQuery) => asked<EventPage>({ about: 'page', argument: query }),
    top: (query: TopQuery) => asked<TopRow[]>({ about: 'top', argument: query }),
    series: (query: SeriesQuery) => asked<SeriesPoint[]>({ about: 'series', argument: query }),
    state: () => {
      const trouble = troubles.first
      return {
        ...(trouble === undefined ? {} : { trouble }),
        waiting: Math.max(0, intake.accepted - taken),
        lost: intake.lost,
        gaps: intake.gaps,
        evicted,
      }
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
