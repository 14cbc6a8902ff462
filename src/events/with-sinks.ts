import type { EventStore } from './event.ts'
import type { EventSink } from './sink.ts'

/**
 * A store whose events also go to sinks. A visitor waits only for the store.
 *
 * @example withSinks(memoryStore(), [ndjsonSink('events.ndjson')])
 */
export const withSinks = (store: EventStore, sinks: readonly EventSink[]): EventStore => {
  if (sinks.length === 0) return store
  return {
    name: store.name,
    append: (events) => {
      for (const sink of sinks) sink.write(events)
      return store.append(events)
    },
    find: (ray) => store.find(ray),
    query: (filter) => store.query(filter),
    page: (query) => store.page(query),
    top: (query) => store.top(query),
    series: (query) => store.series(query),
    state: () => ({
      ...(store.state?.() ?? { waiting: 0, lost: 0, gaps: [] }),
      sinks: sinks.map((sink) => sink.state()),
    }),
    close: async () => {
      await Promise.all([store.close(), ...sinks.map((sink) => sink.close())])
    },
  }
}
