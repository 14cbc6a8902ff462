import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'

/** A limit, because a store that fails again and again would fill the memory with gaps. */
const KEPT = 1_000

/** The periods of events that could not be stored. */
export class Gaps {
  readonly #closed: Gap[] = []
  #open: Gap | undefined
  /** All lost events. */
  lost = 0

  /** Starts a gap, or extends the open one. */
  add(events: readonly SecurityEvent[], reason: string): void {
    for (const { ray, time } of events) {
      this.lost++
      this.#open ??= { firstRay: ray, lastRay: ray, from: time, to: time, count: 0, reason }
      this.#open.count++
      if (time <= this.#open.from) {
        this.#open.from = time
        this.#open.firstRay = ray
      }
      if (time >= this.#open.to) {
        this.#open.to = time
        this.#open.lastRay = ray
      }
    }
  }

  /** Ends the open gap. */
  take(): Gap | undefined {
    const gap = this.#open
    this.#open = undefined
    if (gap !== undefined) this.note(gap)
    return gap
  }

  /** Adds a gap that another part found. */
  note(gap: Gap): void {
    if (this.#closed.length === KEPT) this.#closed.shift()
    this.#closed.push(gap)
  }

  get all(): Gap[] {
    return this.#open === undefined ? [...this.#closed] : [...this.#closed, { ...this.#open }]
  }
}
