import { EdgeError } from './error.ts'
import type { EventStore, SecurityEvent } from './events/event.ts'

export interface Committer {
  /** Resolves after the commit of the events of one Ray ID, or after `onLoss` got the reason of a failure. Never rejects. */
  commit(events: readonly SecurityEvent[]): Promise<void>
  /** The same without waiting. `settled` waits for it. */
  commitLater(events: readonly SecurityEvent[]): void
  /** Resolves when no `commitLater` is pending. */
  settled(): Promise<void>
}

/** @param onLoss gets the events that could not be committed, and the reason */
export const createCommitter = (
  store: EventStore,
  onLoss: (error: EdgeError, events: readonly SecurityEvent[]) => void
): Committer => {
  const pending = new Set<Promise<void>>()

  const commit: Committer['commit'] = async (events) => {
    try {
      await store.append(events)
    } catch (cause) {
      const error =
        cause instanceof EdgeError
          ? cause
          : new EdgeError('store_failed', `${store.name}: an event was not committed`, { cause })
      onLoss(error, events)
    }
  }

  return {
    commit,
    commitLater: (events) => {
      const committed = commit(events)
      pending.add(committed)
      void committed.then(() => pending.delete(committed))
    },
    settled: async () => {
      await Promise.all(pending)
    },
  }
}
