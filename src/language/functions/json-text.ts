import { toBytes } from '../bytes.ts'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  OPEN_BRACE,
  OPEN_BRACKET,
} from '../characters.ts'

/** The limit of `serde_json`, which Cloudflare's engine uses. */
const MAX_DEPTH = 128

const SPACE = /[ \t\n\r]*/y
const PLAIN = /[^"\\\x00-\x1f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y

const ESCAPED: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
/**
 * Takes both halves of a surrogate pair at once. A run of any length would overflow V8's stack if a body has megabytes of
 * escapes.
 */
const ESCAPES = /(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?=\\u[dD][c-fC-F]))?\\u[0-9a-fA-F]{4}|\\./g
const UNIT = /\\u(.{4})/g

/** The target of a path of keys and positions: a string or number, as written in the document. */
export interface Found {
  kind: 'string' | 'number'
  text: string
}

/** Text of a JSON string, without its quotes → bytes. Half a surrogate pair becomes U+FFFD. */
export const unescapeJson = (text: string): string =>
  text.includes('\\')
    ? text.replace(ESCAPES, (escaped) => {
        if (escaped[1] !== 'u') return ESCAPED[escaped[1]!] ?? escaped[1]!
        const utf16 = escaped.replace(UNIT, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16))
        )
        return toBytes(utf16)
      })
    : text

class Malformed extends Error {}

/**
 * Reads a whole document (bytes as a binary string) and notes the target of a path. It takes one pass, and its recursion
 * has a limit. `JSON.parse` would not do: it cannot tell 42 from 42.0, and it rounds numbers above 2^53.
 */
class Reader {
  at = 0
  found: Found | undefined

  constructor(
    readonly text: string,
    readonly path: readonly (string | number | bigint)[]
  ) {}

  take(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const [taken = ''] = pattern.exec(this.text) ?? []
    this.at += taken.length
    return taken
  }

  /** The next unit after white space. */
  peek(): number {
    this.take(SPACE)
    return this.text.charCodeAt(this.at)
  }

  expect(unit: number) {
    if (this.peek() !== unit) throw new Malformed()
    this.at++
  }

  /** @param step how many keys of the path lead here; -1 off the path */
  value(step: number, depth: number) {
    if (depth > MAX_DEPTH) throw new Malformed()
    const unit = this.peek()
    const isTarget = step === this.path.length
    if (unit === OPEN_BRACE) this.members(step, depth)
    else if (unit === OPEN_BRACKET) this.elements(step, depth)
    else if (unit === DOUBLE_QUOTE) {
      const text = this.string()
      if (isTarget) this.found = { kind: 'string', text }
    } else if (this.take(WORD) === '') {
      const text = this.take(NUMBER)
      if (text === '') throw new Malformed()
      if (isTarget) this.found = { kind: 'number', text }
    }
  }

  string(): string {
    this.at++
    const start = this.at
    for (;;) {
      this.take(PLAIN)
      if (this.text.charCodeAt(this.at) === DOUBLE_QUOTE) return this.text.slice(start, this.at++)
      if (this.take(ESCAPE) === '') throw new Malformed()
    }
  }

  /** Reads the value of a key or position, on the path if that is the path's next step. */
  below(step: number, key: string | number, depth: number) {
    const wanted = step < 0 ? undefined : this.path[step]
    const isOnPath =
      typeof key === 'string'
        ? typeof wanted === 'string' && unescapeJson(key) === wanted
        : wanted === key
    // If several members have one name, only the last one counts.
    if (isOnPath) this.found = undefined
    this.value(isOnPath ? step + 1 : -1, depth + 1)
  }

  members(step: number, depth: number) {
    this.at++
    if (this.peek() === CLOSE_BRACE) {
      this.at++
      return
    }
    for (;;) {
      if (this.peek() !== DOUBLE_QUOTE) throw new Malformed()
      const key = this.string()
      this.expect(COLON)
      this.below(step, key, depth)
      if (this.peek() !== COMMA) break
      this.at++
    }
    this.expect(CLOSE_BRACE)
  }

  elements(step: number, depth: number) {
    this.at++
    if (this.peek() === CLOSE_BRACKET) {
      this.at++
      return
    }
    for (let i = 0; ; i++) {
      this.below(step, i, depth)
      if (this.peek() !== COMMA) break
      this.at++
    }
    this.expect(CLOSE_BRACKET)
  }

  document(): Found | undefined {
    this.value(0, 1)
    this.take(SPACE)
    return this.at === this.text.length ? this.found : undefined
  }
}

/**
 * Follows a path through a JSON document.
 *
 * @returns `undefined` if the document is not JSON or is deeper than 128 levels, or if the path leads to no string or
 * number
 */
export const findInJson = (
  text: string,
  path: readonly (string | number | bigint)[]
): Found | undefined => {
  try {
    return new Reader(text, path).document()
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}
