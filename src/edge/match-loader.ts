import type { EdgeOptions } from '../edge-options.ts'
import type { OnMatch } from '../on-match.ts'
import { matchModule } from './modules.ts'

/** The answers and events of an edge, loaded when the first request needs them. */
export class MatchLoader {
  readonly #create: (module: typeof matchModule.now) => OnMatch
  #loaded: OnMatch | undefined
  #loading: Promise<OnMatch> | undefined

  constructor(options: EdgeOptions, colo: string) {
    this.#create = ({ prepareMatches }) => prepareMatches({ ...options, colo })
    if (matchModule.isLoaded) this.#loaded = this.#create(matchModule.now)
  }

  /** `undefined` while they are not loaded. */
  get loaded(): OnMatch | undefined {
    return this.#loaded
  }

  load(): Promise<OnMatch> {
    this.#loading ??= matchModule.load().then(async (module) => {
      const created = this.#create(module)
      await created.answers.ready
      this.#loaded = created
      return created
    })
    return this.#loading
  }

  /** Calls `use`: at once if they are loaded. */
  with<Result>(use: (onMatch: OnMatch) => Result): Result | Promise<Awaited<Result>> {
    return this.#loaded === undefined
      ? (this.load().then(use) as Promise<Awaited<Result>>)
      : use(this.#loaded)
  }
}
