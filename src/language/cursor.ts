import { CARRIAGE_RETURN, LINE_FEED, SPACE } from './characters.ts'
import { Problem } from './problem.ts'

/** The characters that separate tokens. TAB and no-break space do not. */
const isSpace = (unit: number) => unit === SPACE || unit === CARRIAGE_RETURN || unit === LINE_FEED

const NAME = /\w+(?:\.\w+)*/y

/** A place in the source. Every part of the grammar reads through it. */
export class Cursor {
  at = 0
  /** The last name read, and its place: the parser reads each name several times. */
  #name = ''
  #nameAt = -1

  constructor(
    readonly source: string,
    readonly end = source.length
  ) {}

  get done(): boolean {
    return this.at >= this.end
  }

  unit(ahead = 0): number {
    const at = this.at + ahead
    return at < this.end ? this.source.charCodeAt(at) : -1
  }

  skipSpace(): void {
    while (this.at < this.end && isSpace(this.source.charCodeAt(this.at))) this.at++
  }

  sees(text: string): boolean {
    return this.at + text.length <= this.end && this.source.startsWith(text, this.at)
  }

  /** Moves past `text` if it is next. */
  take(text: string): boolean {
    if (!this.sees(text)) return false
    this.at += text.length
    return true
  }

  expect(text: string): void {
    if (!this.take(text)) {
      throw new Problem(
        'expected_literal',
        `expected literal ${JSON.stringify(text)}`,
        this.at,
        this.end
      )
    }
  }

  /**
   * Takes the longest run that a sticky pattern matches here. Loading a thousand rules mostly runs code that V8 has not compiled
   * yet, and there a pattern takes a fraction of a loop's time.
   */
  takeRun(pattern: RegExp): string {
    const start = this.at
    this.at = this.#endOf(pattern)
    return this.source.slice(start, this.at)
  }

  /** Returns the longest name at this place: runs of letters, digits and `_` joined by dots. '' means that there is no name. */
  peekName(): string {
    if (this.at !== this.#nameAt) {
      this.#nameAt = this.at
      this.#name = this.source.slice(this.at, this.#endOf(NAME))
    }
    return this.#name
  }

  #endOf(pattern: RegExp): number {
    pattern.lastIndex = this.at
    return pattern.test(this.source) ? Math.min(pattern.lastIndex, this.end) : this.at
  }
}

/** White_Space as in Rust's `str::trim`: it includes U+0085 and excludes U+FEFF. */
const WHITE = /[^\S\ufeff]|\u0085/

/** Returns a cursor over a source without its surrounding white space. */
export const trimmed = (source: string): Cursor => {
  let end = source.length
  while (end > 0 && WHITE.test(source[end - 1]!)) end--
  const cursor = new Cursor(source, end)
  while (cursor.at < end && WHITE.test(source[cursor.at]!)) cursor.at++
  return cursor
}
