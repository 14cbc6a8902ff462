import { EdgeError, messageOf } from '../error.ts'
import type { EventStore } from '../events/event.ts'
import type {
  EventPage,
  EventQuery,
  SeriesPoint,
  SeriesQuery,
  TopQuery,
  TopRow,
} from '../events/query.ts'

/** A count for a page. */
export type Counted<Value> =
  | { readonly state: 'ready'; readonly value: Value; readonly atMs: number }
  /** Not started yet, or slower than the page's wait. */
  | { readonly state: 'counting' }
  | { readonly state: 'failed'; readonly message: string }

/** The counts of one page. The page waits for all of them together, and only briefly. */
export interface Counting {
  top(query: TopQuery): Promise<Counted<TopRow[]>>
  series(query: SeriesQuery): Promise<Counted<SeriesPoint[]>>
  /** The events themselves: the store finds them fast, except for a rare text. They are never cached. */
  page(query: EventQuery): Promise<Counted<EventPage>>
}

export interface Counts {
  /** @param budgetMs the longest wait of the page for missing counts */
  begin(budgetMs: number): Counting
}

interface Entry {
  readonly ask: () => Promise<unknown>
  /** The last page that asked: its questions come first. */
  page: number
  result?: Extract<Counted<unknown>, { state: 'ready' | 'failed' }>
  /** The duration of the query. */
  tookMs: number
  running?: Promise<void> | undefined
  readonly waiting: (() => void)[]
}

const MAX_ENTRIES = 200
/** A count is repeated after this time … */
const FRESH_MS = 2_000
/** … or after this multiple of its duration: counting never takes more than a fraction of the time. */
const FRESH_FACTOR = 8
const MAX_FRESH_MS = 120_000
/** Look-ups that came too late and were not requested again. */
const MAX_LOOKS = 20

/**
 * Counts of events for pages. Counting millions of events takes seconds, and the store does one thing at a time. So one
 * count runs at once, the most recent page comes first, and a page is sent when its time is up, with the counts that are
 * ready. The next page gets the missing ones.
 *
 * @example
 * const counting = createCounts(store).begin(200)
 * const [rules, paths] = await Promise.all([counting.top({ by: ['rule'] }), counting.top({ by: ['path'] })])
 */
export const createCounts = (
  store: Pick<EventStore, 'top' | 'series' | 'page'>,
  now: () => number = Date.now
): Counts => {
  /** In the order of the last request for each. */
  const entries = new Map<string, Entry>()
  const queue = new Set<Entry>()
  let isRunning = false
  let pages = 0

  const isFresh = ({ result, tookMs }: Entry): boolean =>
    result?.state === 'ready' &&
    now() - result.atMs < Math.min(MAX_FRESH_MS, Math.max(FRESH_MS, tookMs * FRESH_FACTOR))

  const next = (): Entry | undefined => {
    let chosen: Entry | undefined
    for (const entry of queue) if (chosen === undefined || entry.page > chosen.page) chosen = entry
    return chosen
  }

  const run = async (entry: Entry) => {
    const startMs = now()
    try {
      entry.result = { state: 'ready', value: await entry.ask(), atMs: startMs }
    } catch (error) {
      entry.result = { state: 'failed', message: messageOf(error) }
    }
    entry.tookMs = now() - startMs
    for (const done of entry.waiting.splice(0)) done()
  }

  const work = async () => {
    if (isRunning) return
    isRunning = true
    for (let entry = next(); entry !== undefined; entry = next()) {
      queue.delete(entry)
      await run(entry)
    }
    isRunning = false
  }

  const forgetOldest = () => {
    for (const [key, entry] of entries) {
      if (entries.size <= MAX_ENTRIES) return
      if (entry.waiting.length > 0) continue
      queue.delete(entry)
      entries.delete(key)
    }
  }

  const entryOf = (key: string, page: number, ask: Entry['ask']): Entry => {
    const entry = entries.get(key) ?? { ask, page, tookMs: 0, waiting: [] }
    entry.page = page
    entries.delete(key)
    entries.set(key, entry)
    forgetOldest()
    return entry
  }

  const within = async <Value>(
    deadline: Promise<void>,
    page: number,
    key: string,
    ask: () => Promise<Value>
  ): Promise<Counted<Value>> => {
    const entry = entryOf(key, page, ask)
    if (!isFresh(entry)) {
      const done = new Promise<void>((resolve) => entry.waiting.push(resolve))
      queue.add(entry)
      work()
      // An old count is shown at once; the next page gets the new one.
      if (entry.result?.state !== 'ready') await Promise.race([done, deadline])
    }
    return (entry.result as Counted<Value> | undefined) ?? { state: 'counting' }
  }

  const looks = new Map<string, Promise<EventPage>>()

  /** A result that is too late for this page is ready for the next page with the same question. */
  const lookUp = async (
    deadline: Promise<void>,
    query: EventQuery
  ): Promise<Counted<EventPage>> => {
    const key = JSON.stringify(query)
    const look = looks.get(key) ?? store.page(query)
    looks.set(key, look)
    const [oldest] = looks.keys()
    if (looks.size > MAX_LOOKS) looks.delete(oldest!)
    let isLate = false
    const late = deadline.then(() => {
      isLate = true
    })
    try {
      const value = await Promise.race([look, late])
      if (value === undefined) return { state: 'counting' }
      return { state: 'ready', value, atMs: now() }
    } catch (error) {
      // A page shows more than events, for example that the store is unavailable. A wrong cursor remains an error of the
      // link.
      if (!(error instanceof EdgeError) || !error.code.startsWith('store_')) throw error
      return { state: 'failed', message: error.message }
    } finally {
      if (!isLate) looks.delete(key)
      // The page may already be sent, so the error has no reader.
      else look.catch(() => looks.delete(key))
    }
  }

  return {
    begin: (budgetMs) => {
      const page = ++pages
      let deadline: Promise<void> | undefined
      const untilThen = () => {
        deadline ??= new Promise((resolve) => setTimeout(resolve, budgetMs))
        return deadline
      }
      return {
        top: (query) =>
          within(untilThen(), page, `top ${JSON.stringify(query)}`, () => store.top(query)),
        series: (query) =>
          within(untilThen(), page, `series ${JSON.stringify(query)}`, () => store.series(query)),
        page: (query) => lookUp(untilThen(), query),
      }
    },
  }
}
