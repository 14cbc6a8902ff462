/** Modules that an edge has asked for and that are not here yet. */
const awaited = new Set<Promise<unknown>>()

/**
 * A module that most edges do not need. The first edge that needs it asks for it, and its first request waits until it is here
 * (`whenLoaded`). `edge1020/node` puts all of them in place when it loads: there nothing is asked for and nothing waits.
 *
 * @example
 * engines.ask() // when a rule that calls sha256() loads
 * engines.now.sha256('text') // when a request is judged
 */
export class Later<Module> {
  readonly #import: () => Promise<Module>
  #module: Module | undefined
  #loading: Promise<Module> | undefined

  constructor(load: () => Promise<Module>) {
    this.#import = load
  }

  get isLoaded(): boolean {
    return this.#module !== undefined
  }

  /**
   * The module, for code that runs once it is here.
   *
   * @throws Error where somebody runs such code earlier
   */
  get now(): Module {
    if (this.#module === undefined) {
      throw new Error('a part of the edge is not loaded yet: wait for `whenLoaded()`')
    }
    return this.#module
  }

  /** A function that the module makes: at once where the module is here, else when it is called first. */
  build<Given extends readonly unknown[], Result>(
    create: (module: Module) => (...given: Given) => Result
  ): (...given: Given) => Result {
    if (this.#module !== undefined) return create(this.#module)
    let built: ((...given: Given) => Result) | undefined
    return (...given) => {
      built ??= create(this.now)
      return built(...given)
    }
  }

  /** Begins to import the module; `whenLoaded` waits for it. */
  ask(): void {
    if (this.#module !== undefined || this.#loading !== undefined) return
    const loading = this.load()
    awaited.add(loading)
    loading.then(
      () => awaited.delete(loading),
      // It stays in the set: whoever waits for it gets the error.
      () => {}
    )
  }

  load(): Promise<Module> {
    this.#loading ??= this.#import().then((module) => this.put(module))
    return this.#loading
  }

  put(module: Module): Module {
    this.#module = module
    return module
  }
}

/** Resolves when everything that was asked for is here. `undefined` where nothing has to be waited for. */
export const whenLoaded = (): Promise<void> | undefined =>
  awaited.size === 0 ? undefined : Promise.all(awaited).then(() => {})
