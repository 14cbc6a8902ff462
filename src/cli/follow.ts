import { setTimeout as wait } from 'node:timers/promises'
import type { SecurityEvent } from '../events/event.ts'
import type { EventQuery } from '../events/query.ts'
import type { EventReader } from './running-edge.ts'

const INTERVAL_MS = 1_000
/**
 * An event bears the time at which its request began, and is there when the request is judged: one that took long comes after
 * others that began later. So far back each question looks again.
 */
const OVERLAP_MS = 15_000
const PAGE = 1_000

const keyOf = ({ ray, matchIndex, rule }: SecurityEvent) => `${ray} ${matchIndex} ${rule.id}`

/**
 * Gives the newest events, then each new one once, the oldest first; goes on until it is stopped.
 *
 * @param query what is asked; its `limit` is for the events that are there at the start
 */
export async function* follow(
  reader: Pick<EventReader, 'page'>,
  query: EventQuery,
  { intervalMs = INTERVAL_MS, now = Date.now }: { intervalMs?: number; now?: () => number } = {}
): AsyncGenerator<readonly SecurityEvent[]> {
  /** Times of the events that were given, by key: those that a question may meet again. */
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
    // Those that were there before the first question and not among its newest stay away.
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
