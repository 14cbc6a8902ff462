import type { EventStore, SecurityEvent } from '../events/event.ts'
import { readEvent } from '../toolkit/requests/event.ts'
import type { Trial, Trials } from '../toolkit/trial.ts'

const MONTH_MS = 30 * 86_400_000
const PAGE = 1_000
/** The number of events that are judged in one batch. Visitors get their turn between batches. */
const BATCH = 5

/** The newest events that decided their requests, one for each request. */
export const pastEvents = async (
  store: EventStore,
  { number, nowMs, refusedOnly }: { number: number; nowMs: number; refusedOnly: boolean }
): Promise<SecurityEvent[]> => {
  const where = [
    { field: 'matchIndex', operator: 'is' as const, value: 0 },
    // Only a rule can have an exception.
    { field: 'kind', operator: 'is' as const, value: 'firewall' },
    ...(refusedOnly ? [{ field: 'status', operator: 'greater' as const, value: 0 }] : []),
  ]
  const events: SecurityEvent[] = []
  let cursor: string | undefined
  do {
    const page = await store.page({
      where,
      from: nowMs - MONTH_MS,
      limit: Math.min(PAGE, number - events.length),
      ...(cursor === undefined ? {} : { cursor }),
    })
    events.push(...page.events)
    cursor = page.next
  } while (cursor !== undefined && events.length < number)
  return events
}

export const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Judges a past request by other rules; `undefined` if its event does not contain enough of it. */
export const judgeEvent = (trials: Trials, event: SecurityEvent): Trial | undefined => {
  try {
    return trials.run(readEvent(event).request)
  } catch {
    return undefined
  }
}

/** Handles each event without delaying the answers to visitors. */
export const eachEvent = async (
  events: readonly SecurityEvent[],
  act: (event: SecurityEvent) => void
): Promise<void> => {
  for (const [i, event] of events.entries()) {
    if (i % BATCH === BATCH - 1) await turn()
    act(event)
  }
}

export interface Changed {
  readonly event: SecurityEvent
  readonly before: string
  readonly after: string
}

/** The effect of other rules on past requests. */
export interface Effect {
  readonly judged: number
  /** The newest first. */
  readonly changed: readonly Changed[]
}

const outcomeOf = ({ action, isRefused, rule }: Trial) => ({
  text: rule === undefined ? action : `${action} ${rule.name}`,
  key: `${action} ${isRefused} ${rule?.id}`,
})

/** Compares two rulesets on past events. */
export const effectOf = async (
  before: Trials,
  after: Trials,
  events: readonly SecurityEvent[]
): Promise<Effect> => {
  let judged = 0
  const changed: Changed[] = []
  await eachEvent(events, (event) => {
    const [one, two] = [judgeEvent(before, event), judgeEvent(after, event)]
    if (one === undefined || two === undefined) return
    judged++
    const [was, is] = [outcomeOf(one), outcomeOf(two)]
    if (was.key !== is.key) changed.push({ event, before: was.text, after: is.text })
  })
  return { judged, changed }
}
