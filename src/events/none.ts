import { parseRay } from '../ray.ts'
import type { EventStore } from './event.ts'
import { explainMiss } from './find.ts'
import { questionsOn } from './questions.ts'

/**
 * Keeps nothing, and no event is even made: for load tests, and for edges whose refusals nobody looks up.
 *
 * @example createEdge({ ruleset, store: noStore() })
 */
export const noStore = (): EventStore => ({
  name: 'none',
  discards: true,
  append: async () => {},
  find: async (text) =>
    parseRay(text) === undefined
      ? explainMiss(text, { store: 'none' })
      : {
          found: false,
          reason: 'not_in_store',
          message: `this edge keeps no events (store "none"): ${text.trim().slice(0, 100)} cannot be looked up`,
        },
  ...questionsOn(() => []),
  close: async () => {},
})
