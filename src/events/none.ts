import { parseRay } from '../ray.ts'
import type { EventStore } from './event.ts'
import { questionsOn } from './questions.ts'

/**
 * A store that keeps nothing, so the edge creates no events. For load tests, and for edges without look-ups of Ray IDs.
 *
 * @example createEdge({ ruleset, store: noStore() })
 */
export const noStore = (): EventStore => ({
  name: 'none',
  discards: true,
  append: async () => {},
  find: async (text) =>
    parseRay(text) === undefined
      ? (await import('./find.ts')).explainMiss(text, { store: 'none' })
      : {
          found: false,
          reason: 'not_in_store',
          message: `this edge keeps no events (store "none"): ${text.trim().slice(0, 100)} cannot be looked up`,
        },
  ...questionsOn(() => []),
  close: async () => {},
})
