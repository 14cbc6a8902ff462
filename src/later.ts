/** Modules that an edge needs and that are still loading. */
const awaited = new Set<Promise<unknown>>()

/** Thrown where the reading of rules needs a module that is not loaded. The rules can be read once `loading` has resolved. */
export class StillLoading extends Error {
  override readonly name = 'StillLoading'

  constructor(readonly loading: Promise<unknown>) {
    super('the rules need a part of the edge that is not loaded yet')
  }
}

/**
 * A module that most edges do not need. The first edge that needs it starts to load it, and its first request waits
 * (`whenLoaded`). `edge1020/node` loads all of these modules at start, so no request waits there.
 *
 * @example
 * limiting.ask() // when a rule that counts loads
 * limiting.now.memoryCounters() // when a request is judged
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
   * The loaded module.
   *
   * @throws Error if the module is not loaded yet
   */
  get now(): Module {
    if (this.#module === undefined) {
      throw new Error('a part of the edge is not loaded yet: wait for `whenLoaded()`')
    }
    return this.#module
  }

  /** The module if it is loaded, for callers that can do without it. */
  get loaded(): Module | undefined {
    return this.#module
  }

  /**
   * The module, for the reading of rules, which can be done again.
   *
   * @throws StillLoading if the module is not loaded yet; it then starts to load
   */
  get needed(): Module {
    if (this.#module === undefined) throw new StillLoading(this.load())
    return this.#module
  }

  /** Returns a function that the module creates: at once if the module is loaded, else at the first call. */
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

  /** Starts to import the module; `whenLoaded` waits for it. */
  ask(): void {
    if (this.#module !== undefined || this.#loading !== undefined) return
    const loading = this.load()
    awaited.add(loading)
    loading.then(
      () => awaited.delete(loading),
      // It stays in the set, so all waiting callers get the error.
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

/** Resolves when all these modules are loaded. `undefined` if none is loading. */
export const whenLoaded = (): Promise<void> | undefined =>
  awaited.size === 0 ? undefined : Promise.all(awaited).then(() => {})
