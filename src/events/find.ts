import { parseRay, rayTime } from '../ray.ts'
import type { FindResult } from './event.ts'

/** What a store can say of the events it does not have. */
export interface Horizon {
  /** Name of the store, for the message. */
  readonly store: string
  /** Start of the oldest event that is kept, milliseconds; undefined where the store is empty. */
  readonly oldestMs?: number | undefined
  /** Events that started before this have been removed; undefined where none ever was. */
  readonly removedBeforeMs?: number | undefined
}

const shown = (timeMs: number) =>
  new Date(timeMs).toISOString().replace('T', ' ').replace('Z', ' UTC')

/** Why a look-up found nothing: the ID is none, its event was removed, or it was never in this store. */
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
  const { removedBeforeMs, oldestMs, store } = horizon
  if (removedBeforeMs !== undefined && timeMs < removedBeforeMs) {
    return {
      found: false,
      reason: 'evicted',
      message: `Ray ID ${ray} was made at ${shown(timeMs)}; ${store} keeps no events from before ${shown(removedBeforeMs)}`,
    }
  }
  const kept =
    oldestMs === undefined ? 'which is empty' : `whose oldest event is from ${shown(oldestMs)}`
  return {
    found: false,
    reason: 'not_in_store',
    message: `Ray ID ${ray} (made at ${shown(timeMs)}) is not in ${store}, ${kept}: the request passed without matching a rule, or another instance answered it`,
  }
}
