import { createCommitter } from '../commit.ts'
import type { Counters } from '../counters.ts'
import type { EdgeError } from '../error.ts'
import type { EventStore, SecurityEvent } from '../events/event.ts'
import type { TestHooks } from '../test-hooks.ts'

/** Sends the events of an edge to its store. */
export interface Recording {
  /** True if the store keeps no events; then nobody has to create them. */
  readonly discards: boolean
  /** `result` after the commit of the events of a refusal. */
  committed<Result>(events: readonly SecurityEvent[], result: Result): Promise<Result>
  /** The same for an answer that no rule causes. */
  noted<Result>(event: SecurityEvent, result: Result): Result | Promise<Result>
  /** Commits the events of a request that passes, which does not wait. */
  later(events: readonly SecurityEvent[]): void
  /** Resolves when no event of `later` is pending. */
  settled(): Promise<void>
}

/** @param onError gets the reason if events could not be committed */
export const createRecording = (
  store: EventStore,
  stats: Pick<Counters, 'lost'>,
  onError: (error: EdgeError) => void,
  tests: Pick<TestHooks, 'recorded'> | undefined
): Recording => {
  const committer = createCommitter(store, (error, events) => {
    stats.lost += events.length
    onError(error)
  })
  const discards = store.discards === true

  const committed: Recording['committed'] = (events, result) =>
    committer.commit(events).then(() => {
      tests?.recorded(events)
      return result
    })

  return {
    discards,
    committed,
    noted: (event, result) => (discards ? result : committed([event], result)),
    later: (events) => {
      committer.commitLater(events)
      tests?.recorded(events)
    },
    settled: committer.settled,
  }
}
