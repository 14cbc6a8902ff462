import { setTimeout as wait } from 'node:timers/promises'
import type { SecurityEvent } from '../events/event.ts'
import type { EventQuery } from '../events/query.ts'
import type { EventReader } from './running-edge.ts'

const INTERVAL_MS = 1_000
/**
 * An event has the start time of its request, but is stored when the request is judged. A slow request is therefore stored after
 * later requests. Each query overlaps the previous one by this time to find them.
 */
const OVERLAP_MS = 15_000
const PAGE = 1_000

const keyOf = ({ ray, matchIndex, rule }: SecurityEvent) => `${ray} ${matchIndex} ${rule.id}`

/**
 * Yields the newest events, then each new event once, oldest first. It never ends by itself.
 *
 * @param query filters the events; its `limit` applies only to the first page
 */
export async function* follow(
  reader: Pick<EventReader, 'page'>,
  query: EventQuery,
  { intervalMs = INTERVAL_MS, now = Date.now }: { intervalMs?: number; now?: () => number } = {}
): AsyncGenerator<readonly SecurityEvent[]> {
  /** Times in milliseconds of yielded events that a later query may return again, by key. */
  const given = new Map<string, number>()
  let newestMs = now()
  const fresh = (events: readonly SecurityEvent[]): SecurityEvent[] =>
    events.filter((event) => {
      const key = keyOf(event)
      if (given.has(key)) return false
      const timeMs = Date.parse(event.time)
      given.set(key, timeMs)
      newestMs = Math.max(newestMs, timeMs)
      return true
    })

  const { from, cursor: _, order: __, limit, ...rest } = query
  const first = await reader.page({ ...query, order: 'newest' })
  newestMs = Date.parse(first.events[0]?.time ?? new Date(newestMs).toISOString())
  const startMs = newestMs
  yield fresh(first.events.toReversed())
  for (;;) {
    await wait(intervalMs)
    // Excludes older events that the first page left out.
    const sinceMs = Math.max(newestMs - OVERLAP_MS, startMs)
    for (const [key, timeMs] of given) if (timeMs < sinceMs) given.delete(key)
    let cursor: string | undefined
    do {
      const page: Awaited<ReturnType<EventReader['page']>> = await reader.page({
        ...rest,
        order: 'oldest',
        limit: PAGE,
        from: sinceMs,
        ...(cursor === undefined ? {} : { cursor }),
      })
      const events = fresh(page.events)
      if (events.length > 0) yield events
      cursor = page.next
    } while (cursor !== undefined)
  }
}
