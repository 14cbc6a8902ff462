import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'

/** A store that fails again and again would otherwise fill the memory with what it says of that. */
const KEPT = 1_000

/** Events that could not be kept, as stretches of time. */
export class Gaps {
  readonly #closed: Gap[] = []
  #open: Gap | undefined
  /** All lost events. */
  lost = 0

  /** Begins a gap, or makes the one that is open longer. */
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

  /** A gap that somebody else found. */
  note(gap: Gap): void {
    if (this.#closed.length === KEPT) this.#closed.shift()
    this.#closed.push(gap)
  }

  get all(): Gap[] {
    return this.#open === undefined ? [...this.#closed] : [...this.#closed, { ...this.#open }]
  }
}
