import { toBytes } from '../language/bytes.ts'
import type { Findings } from './findings.ts'
import { MAX_DEPTH, MAX_NODES } from './limits.ts'
import type { Node, Part, Place } from './node.ts'

const MAX_PICTURE_UNITS = 200

const picture = (value: unknown): string => {
  try {
    const text = JSON.stringify(value) ?? String(value)
    return text.length > MAX_PICTURE_UNITS ? `${text.slice(0, MAX_PICTURE_UNITS)}…` : text
  } catch {
    return String(value)
  }
}

/** The place of a value that was passed in code: its path, and the value itself as the picture. */
class ObjectPlace implements Place {
  constructor(
    readonly path: string,
    private readonly value: unknown
  ) {}

  span() {
    const sourceLine = picture(this.value)
    return { line: 1, column: 1, length: Math.max(1, toBytes(sourceLine).length), sourceLine }
  }

  part({ start, length }: Part) {
    if (typeof this.value !== 'string') return undefined
    const lineStart = this.value.lastIndexOf('\n', start - 1) + 1
    const feed = this.value.indexOf('\n', start)
    const sourceLine = this.value.slice(lineStart, feed === -1 ? undefined : feed)
    const before = this.value.slice(lineStart, start)
    const under = sourceLine.slice(start - lineStart, start - lineStart + length)
    return {
      line: this.value.slice(0, lineStart).split('\n').length,
      column: toBytes(before).length + 1,
      length: Math.max(1, toBytes(under).length),
      sourceLine,
    }
  }
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

const member = (path: string, key: string) => {
  if (!IDENTIFIER.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

const isPlain = (value: object) => {
  const prototype: unknown = Object.getPrototypeOf(value)
  // Not compared with this realm's: jest runs tests in another one.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const isScalar = (value: unknown): value is string | number | bigint | boolean =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value)

/** Turns one plain JS document into document nodes. Keys whose value is `undefined` count as absent. */
export class ObjectReader {
  #nodes = 0
  #tooDeep = false

  constructor(private readonly findings: Findings) {}

  /** @param path how the document is called in messages, '' for the only one */
  read(value: unknown, path: string, depth = 0): Node {
    const place = new ObjectPlace(path === '' ? 'document' : path, value)
    // Both limits are needed: an object that contains itself twice doubles with each level.
    if (depth > MAX_DEPTH) {
      if (this.#tooDeep) return { kind: 'broken', place }
      this.#tooDeep = true
      return this.#broken(place, 'too_deep', `nested deeper than ${MAX_DEPTH} levels`)
    }
    if (++this.#nodes > MAX_NODES) {
      if (this.#nodes > MAX_NODES + 1) return { kind: 'broken', place }
      return this.#broken(place, 'too_large', `more than ${MAX_NODES} values`)
    }
    if (value === null || value === undefined) {
      return { kind: 'scalar', value: null, place, source: 'null' }
    }
    if (isScalar(value)) return { kind: 'scalar', value, place, source: String(value) }
    if (Array.isArray(value)) {
      const items = value.map((item, i) => this.read(item, `${path}[${i}]`, depth + 1))
      return { kind: 'list', items, place }
    }
    if (typeof value === 'object' && isPlain(value)) {
      const entries = Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => {
          const keyPath = member(path, key)
          const keyPlace = new ObjectPlace(keyPath, key)
          return { key, keyPlace, value: this.read(item, keyPath, depth + 1) }
        })
      return { kind: 'map', entries, place }
    }
    const message = 'expected text, a number, a boolean, a list or a plain object'
    return this.#broken(place, 'wrong_type', message)
  }

  #broken(place: Place, code: string, message: string): Node {
    this.findings.error(place, code, message)
    return { kind: 'broken', place }
  }
}
