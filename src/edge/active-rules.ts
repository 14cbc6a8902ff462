import { whenLoaded } from '../later.ts'
import type { Ruleset } from '../rules/rule.ts'
import { EMPTY_RULESET } from '../rules/rule.ts'
import type { Sites } from '../zones/sites.ts'

/** The rules that judge requests, and the modules that they still wait for. */
export class ActiveRules {
  readonly #open: (ruleset: Ruleset) => Sites
  readonly #answersReady: () => Promise<unknown> | undefined
  #sites: Sites
  /** The first rules, until they are read. */
  #reading: Promise<void> | undefined
  #loading: Promise<void> | undefined

  /**
   * @param first while it is a promise, the rules are empty and `loading` waits
   * @param open creates the zones of rules, and asks for the modules that they need
   * @param answersReady resolves when the texts of answers are loaded; `undefined` if nothing waits for them
   */
  constructor(
    first: Ruleset | Promise<Ruleset>,
    open: (ruleset: Ruleset) => Sites,
    answersReady: () => Promise<unknown> | undefined
  ) {
    this.#open = open
    this.#answersReady = answersReady
    const isPending = first instanceof Promise
    this.#sites = open(isPending ? EMPTY_RULESET : first)
    if (isPending) {
      this.#reading = first.then((ruleset) => {
        if (this.#reading !== undefined) this.replace(ruleset)
      })
    }
    this.#awaitModules()
  }

  get sites(): Sites {
    return this.#sites
  }

  /** Pending while the rules or a module that they need is loading. Requests wait for it. */
  get loading(): Promise<void> | undefined {
    return this.#loading
  }

  /** Resolves when nothing is loading. */
  async ready(): Promise<void> {
    // The first rules can need more modules.
    while (this.#loading !== undefined) await this.#loading
  }

  /** @throws EdgeError if data that the rules need cannot load; the old rules then stay active */
  replace(ruleset: Ruleset): void {
    this.#sites = this.#open(ruleset)
    this.#reading = undefined
    this.#awaitModules()
  }

  #awaitModules(): void {
    const awaited = [this.#reading, whenLoaded(), this.#answersReady()].filter(
      (one) => one !== undefined
    )
    this.#loading = undefined
    if (awaited.length === 0) return
    const loading = Promise.all(awaited).then(() => {
      if (this.#loading === loading) this.#loading = undefined
    })
    this.#loading = loading
    // Each request reports the failure. Without a request there is no place to report it.
    loading.catch(() => {})
  }
}
