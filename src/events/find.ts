import { parseRay, rayTime } from '../ray.ts'
import type { FindResult } from './event.ts'
import type { Gap } from './state.ts'

/** A store's information about events that it does not have. */
export interface Horizon {
  /** Name of the store, for the message. */
  readonly store: string
  /** Start of the oldest stored event in milliseconds; undefined if the store is empty. */
  readonly oldestMs?: number | undefined
  /** Events from before this time have been removed; undefined if none was. */
  readonly removedBeforeMs?: number | undefined
  /** The newest tick of Ray IDs with a removed event; undefined if none was removed. */
  readonly removedUpToMs?: number | undefined
  /** Periods with missing events. */
  readonly gaps?: readonly Gap[]
}

const shown = (timeMs: number) =>
  new Date(timeMs).toISOString().replace('T', ' ').replace('Z', ' UTC')

/** A Ray ID contains its time to 10 ms, and is created before its event. */
const TICK_MS = 10

const gapAround = (timeMs: number, gaps: readonly Gap[]): Gap | undefined =>
  gaps.find(({ from, to }) => timeMs + TICK_MS >= Date.parse(from) && timeMs <= Date.parse(to))

const gapMessage = ({ count, from, to, reason }: Gap): string =>
  `${count === 0 ? 'events' : count === 1 ? 'one event' : `${count} events`} from ${shown(Date.parse(from))} to ${shown(Date.parse(to))} could not be stored (${reason})`

/** The reason why a look-up found nothing: the Ray ID is malformed, its event was removed or lost, or it was never in this store. */
export const explainMiss = (text: string, horizon: Horizon): FindResult => {
  const parsed = parseRay(text)
  if (parsed === undefined) {
    return {
      found: false,
      reason: 'malformed',
      message: `"${text.slice(0, 100)}" is not a Ray ID: expected 16 hex digits, optionally with -COLO`,
    }
  }
  const { ray } = parsed
  const timeMs = rayTime(ray)
  const { removedBeforeMs, removedUpToMs, oldestMs, store } = horizon
  if (removedBeforeMs !== undefined && timeMs < removedBeforeMs) {
    return {
      found: false,
      reason: 'evicted',
      message: `Ray ID ${ray} is from ${shown(timeMs)}; ${store} keeps no events from before ${shown(removedBeforeMs)}`,
    }
  }
  if (removedUpToMs !== undefined && timeMs <= removedUpToMs) {
    return {
      found: false,
      reason: 'evicted',
      message: `Ray ID ${ray} is from ${shown(timeMs)}; ${store} has removed events up to ${shown(removedUpToMs)}`,
    }
  }
  const gap = gapAround(timeMs, horizon.gaps ?? [])
  if (gap !== undefined) {
    return {
      found: false,
      reason: 'gap',
      message: `Ray ID ${ray} (from ${shown(timeMs)}) is not in ${store}; it belongs to a gap: ${gapMessage(gap)}`,
    }
  }
  const kept =
    oldestMs === undefined ? 'which is empty' : `whose oldest event is from ${shown(oldestMs)}`
  return {
    found: false,
    reason: 'not_in_store',
    message: `Ray ID ${ray} (from ${shown(timeMs)}) is not in ${store}, ${kept}. Requests that match no rule create no event, nor do those that an IP Access rule allows. An instance with a separate store knows only its own events`,
  }
}
