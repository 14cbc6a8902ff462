import { EdgeError } from '../../error.ts'
import type { StoreTrouble } from '../state.ts'

/** The problems of a store from all its parts. */
export class Troubles {
  readonly #now = new Map<string, StoreTrouble>()

  constructor(
    readonly name: string,
    readonly onTrouble: (error: EdgeError) => void,
    readonly onNotice: (message: string) => void
  ) {}

  /** Reports a problem once when it begins, and once when all problems are over. */
  set(place: string, message: string | undefined): void {
    const known = this.#now.get(place)
    if (known?.message === message) return
    if (message === undefined) {
      this.#now.delete(place)
      if (this.#now.size === 0) this.onNotice(`${this.name} works again`)
      return
    }
    this.#now.set(place, { message, since: known?.since ?? new Date().toISOString() })
    this.onTrouble(new EdgeError('store_failed', message))
  }

  /** Like `set`, for a problem whose message changes with each attempt: only the first is reported. */
  update(place: string, message: string | undefined): void {
    const known = this.#now.get(place)
    if (known === undefined || message === undefined) this.set(place, message)
    else this.#now.set(place, { ...known, message })
  }

  has(place: string): boolean {
    return this.#now.has(place)
  }

  get first(): StoreTrouble | undefined {
    const [first] = this.#now.values()
    return first
  }
}
