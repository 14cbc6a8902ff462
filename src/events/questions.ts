import type { EventStore, SecurityEvent } from './event.ts'

/** The queries of a store. */
export type Questions = Pick<EventStore, 'query' | 'page' | 'top' | 'series'>

/** Most edges get no queries, so this code loads at the first one. */
const loaded = () => import('./answer.ts')

/**
 * Answers all queries by a pass over all events.
 *
 * @param events returns the events in any order; called for each query
 */
export const questionsOn = (events: () => Iterable<SecurityEvent>): Questions => ({
  query: async (filter) => (await loaded()).answerFilter(events(), filter),
  page: async (query) => (await loaded()).answerPage(events(), query),
  top: async (query) => (await loaded()).answerTop(events(), query),
  series: async (query) => (await loaded()).answerSeries(events(), query),
})
