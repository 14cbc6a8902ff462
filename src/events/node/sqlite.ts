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
import { DURABILITIES, type Durability } from './durability.ts'
import type { StoreFailurePolicy } from './intake.ts'
import { Intake, STORE_FAILURE_POLICIES } from './intake.ts'
import { placesOf } from './journal-names.ts'
import type { Question } from './messages.ts'
import { Reader } from './reader.ts'
import { ask, drain, leave } from './threads.ts'

export interface SqliteOptions {
  /** Reads a store that another process writes; `append` is refused and a missing file is an error. */
  readOnly?: boolean
  /**
   * What an event survives once its refusal is sent: `commit` (default) the end of the process, `flush` a power cut, too, for a
   * wait for the disk, `memory` nothing until it is written a moment later. `process` and `power` are older names of the first two.
   */
  durability?: Durability | 'process' | 'power'
  /**
   * What becomes of a refusal whose event cannot be written: `refuse-anyway` (default) sends it at once and writes the event when
   * that is possible again, `hold` lets it wait for that.
   */
  onStoreFailure?: StoreFailurePolicy
  /** Older events are removed. Default 30. */
  maxAgeDays?: number
  /** The oldest events are removed beyond this size of the file. Default 1,000,000,000. */
  maxBytes?: number
  /** The oldest events are removed beyond this many. Default: no limit. */
  maxEvents?: number
  /** How many bytes of events wait in memory while nothing can be written; events beyond are lost. Default 16 MiB. */
  maxHeldBytes?: number
  /** Told of what is wrong, when it begins. */
  onTrouble?: (error: EdgeError) => void
  /** Told that all is well again, and of what happened to the file. */
  onNotice?: (message: string) => void
}

const DEFAULT_MAX_AGE_DAYS = 30
const DEFAULT_MAX_BYTES = 1_000_000_000
const DEFAULT_HELD_BYTES = 16 * 1_048_576
const MS_PER_DAY = 86_400_000

/** An event store in a SQLite file that several processes may read while one or more write. */
export interface SqliteStore extends EventStore {
  /** Writes since it was opened: events that came together share one. */
  readonly commits: number
  state(): StoreState
}

const positive = (name: string, value: number, isWhole: boolean): number => {
  if (value > 0 && (value === Number.POSITIVE_INFINITY || !isWhole || Number.isInteger(value))) {
    return value
  }
  const expected = isWhole ? 'a whole number of at least 1' : 'a number above 0'
  throw new EdgeError('invalid_store', `${name} ${value}: expected ${expected}`)
}

const oneOf = <Name extends string>(
  option: string,
  value: string,
  names: readonly Name[]
): Name => {
  const found = names.find((name) => name === value)
  if (found !== undefined) return found
  throw new EdgeError('invalid_store', `${option} "${value}": expected one of ${names.join(', ')}`)
}

const OLDER_NAMES: Readonly<Record<string, Durability>> = { process: 'commit', power: 'flush' }

/** Makes what is missing, and says what is wrong. */
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

/** Somebody's notes are no database that was damaged: the name of another file was given. */
const isText = (file: string): boolean => {
  const fd = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(TEXT_BYTES)
    const read = readSync(fd, bytes, 0, TEXT_BYTES, 0)
    // The last character may be cut through.
    return !NO_TEXT.test(new TextDecoder().decode(bytes.subarray(0, read), { stream: true }))
  } finally {
    closeSync(fd)
  }
}

/** As `lookInto`. A damaged file does not keep the edge from starting: it gets another name, and a new one is begun. */
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

const closedError = (name: string) => new EdgeError('store_closed', `${name}: the store is closed`)

const readOnlyStore = (file: string, name: string): SqliteStore => {
  // What is wrong with the file is said now, not with the first question.
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

/** What is wrong, from all who can say so. */
class Troubles {
  readonly #now = new Map<string, { message: string; since: string }>()

  constructor(
    readonly name: string,
    readonly onTrouble: (error: EdgeError) => void,
    readonly onNotice: (message: string) => void
  ) {}

  /** Told once when it begins, and once when all is over. */
  set(place: string, message: string | undefined): void {
    const known = this.#now.get(place)
    if (known?.message === message) return
    if (message === undefined) {
      this.#now.delete(place)
      if (this.#now.size === 0) this.onNotice(`${this.name} works again`)
      return
    }
    this.#now.set(place, { message, since: known?.since ?? new Date().toISOString() })
    this.onTrouble(new EdgeError('store_failed', message))
  }

  get first() {
    const [first] = this.#now.values()
    return first
  }
}

/**
 * Keeps events in a SQLite file. A resolved `append` is written to a journal beside it: the end of the process does not lose it. A
 * thread of its own brings the journal into the file, another one answers questions: neither visitors nor writers wait for them.
 *
 * @throws EdgeError `invalid_store`, `store_failed` (cannot be opened), `store_not_found` (read-only and missing),
 * `store_foreign`, `store_version`
 * @example const store = sqliteStore('.edge1020/events.db')
 */
export const sqliteStore = (
  file: string,
  {
    readOnly = false,
    durability: given = 'commit',
    onStoreFailure = 'refuse-anyway',
    maxAgeDays = DEFAULT_MAX_AGE_DAYS,
    maxBytes = DEFAULT_MAX_BYTES,
    maxEvents = Number.POSITIVE_INFINITY,
    maxHeldBytes = DEFAULT_HELD_BYTES,
    onTrouble = () => {},
    onNotice = () => {},
  }: SqliteOptions = {}
): SqliteStore => {
  const name = `sqlite ${file}`
  const durability = oneOf('durability', OLDER_NAMES[given] ?? given, DURABILITIES)
  const limits = {
    maxAgeMs: positive('maxAgeDays', maxAgeDays, false) * MS_PER_DAY,
    maxBytes: positive('maxBytes', maxBytes, true),
    maxEvents: positive('maxEvents', maxEvents, true),
  }
  const policy = oneOf('onStoreFailure', onStoreFailure, STORE_FAILURE_POLICIES)
  if (readOnly) return readOnlyStore(file, name)
  // What is wrong with the file is said now, not by a thread later.
  const contents = begin(file, durability, onNotice)

  const troubles = new Troubles(name, onTrouble, onNotice)
  let taken = 0
  const drained = drain(
    { file, durability, contents, ...limits },
    {
      onTaken: (events) => {
        taken += events
      },
      onTrouble: (message) => troubles.set('tables', message),
      onNotice: (message, gap) => {
        if (gap !== undefined) {
          intake.note(gap)
          // What is lost waits no longer.
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
    durability,
    onStoreFailure: policy,
    maxHeldBytes: positive('maxHeldBytes', maxHeldBytes, true),
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
    return ask<Answer>(file, name, question)
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
      const result = await asked<FindResult>({ about: 'find', argument: ray })
      if (result.found || result.reason === 'malformed') return result
      const [first, ...rest] = intake
        .held(parseRay(ray)?.ray ?? '')
        .sort((x, y) => x.matchIndex - y.matchIndex)
      if (first !== undefined) return { found: true, events: [first, ...rest] }
      if (result.reason !== 'not_in_store') return result
      // Gaps that are not in the file yet: nothing can be written just now.
      const explained = explainMiss(ray, { store: name, gaps: intake.gaps })
      return !explained.found && explained.reason === 'gap' ? explained : result
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
      }
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
