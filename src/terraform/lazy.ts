import { EvaluationProblem, LimitProblem } from './problem.ts'
import type { Value } from './values.ts'
import { Unknown } from './values.ts'

/** Computes a value once, at the first read. A read during the computation is a cycle. */
export const once = (what: string, compute: () => Value): (() => Value) => {
  let state: 'new' | 'running' | 'done' | 'failed' = 'new'
  let value: Value = null
  let problem: unknown
  return () => {
    if (state === 'running') throw new EvaluationProblem(`${what} depends on itself`)
    if (state === 'failed') throw problem
    if (state === 'done') return value
    state = 'running'
    try {
      value = compute()
      state = 'done'
      return value
    } catch (error) {
      problem = error
      state = 'failed'
      throw error
    }
  }
}

/** A value, or an unknown with the reason of its failure, so one bad attribute does not affect the others. */
export const tolerant = (read: () => Value): Value => {
  try {
    return read()
  } catch (error) {
    if (error instanceof LimitProblem || !(error instanceof EvaluationProblem)) throw error
    return new Unknown(error.message, undefined, error)
  }
}

/** The same for one attribute of a resource, where even an exceeded limit leaves out no more than what depends on it. */
export const contained = (read: () => Value): Value => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof EvaluationProblem)) throw error
    return new Unknown(error.message, undefined, error)
  }
}

/** A value, or nothing if it cannot be computed. */
export const tolerated = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof LimitProblem || !(error instanceof EvaluationProblem)) throw error
    return undefined
  }
}

/** An object that computes its members at the first read: attributes of a resource, outputs of a module. */
export class LazyObject extends Map<string, Value> {
  readonly #readers: ReadonlyMap<string, () => Value>
  readonly #missing: (name: string) => Value | undefined

  constructor(
    readers: ReadonlyMap<string, () => Value>,
    missing: (name: string) => Value | undefined
  ) {
    super()
    this.#readers = readers
    this.#missing = missing
  }

  override get size(): number {
    return this.#readers.size
  }

  override has(name: string): boolean {
    return this.#readers.has(name) || this.#missing(name) !== undefined
  }

  override get(name: string): Value | undefined {
    const read = this.#readers.get(name)
    return read === undefined ? this.#missing(name) : tolerant(read)
  }

  override keys(): MapIterator<string> {
    return this.#readers.keys() as MapIterator<string>
  }

  override *values(): MapIterator<Value> {
    for (const name of this.#readers.keys()) yield this.get(name) as Value
  }

  override *entries(): MapIterator<[string, Value]> {
    for (const name of this.#readers.keys()) yield [name, this.get(name) as Value]
  }

  override [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries()
  }
}
