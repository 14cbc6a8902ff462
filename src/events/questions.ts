import type { EventStore, SecurityEvent } from './event.ts'

/** The questions that a store is asked. */
export type Questions = Pick<EventStore, 'query' | 'page' | 'top' | 'series'>

/** Most edges are never asked: the code that answers loads with the first question. */
const loaded = () => import('./answer.ts')

/**
 * Answers all questions from events at hand, by looking at each of them.
 *
 * @param events gives them, in any order, anew for each question
 */
export const questionsOn = (events: () => Iterable<SecurityEvent>): Questions => ({
  query: async (filter) => (await loaded()).answerFilter(events(), filter),
  page: async (query) => (await loaded()).answerPage(events(), query),
  top: async (query) => (await loaded()).answerTop(events(), query),
  series: async (query) => (await loaded()).answerSeries(events(), query),
})
