import { toStrictText } from '../bytes.ts'
import { regexError } from './error.ts'

/** The current flags at one point of the pattern; the letters are those of `(?imsURux)`. */
export interface Flags {
  i: boolean
  m: boolean
  s: boolean
  U: boolean
  R: boolean
  u: boolean
  x: boolean
}

const utf8Length = (char: string) => {
  const codepoint = char.codePointAt(0)!
  return codepoint < 0x80 ? 1 : codepoint < 0x800 ? 2 : codepoint < 0x10000 ? 3 : 4
}

/** Walks a pattern codepoint by codepoint. Positions are byte offsets, for errors. */
export class Cursor {
  readonly pattern: string
  flags: Flags = { i: false, m: false, s: false, U: false, R: false, u: false, x: false }
  readonly #chars: string[]
  readonly #offsets: number[] = []
  #at = 0

  constructor(pattern: string) {
    this.pattern = pattern
    const text = toStrictText(pattern)
    if (text === undefined) {
      throw regexError(
        pattern,
        { start: 0, end: pattern.length },
        'pattern is not valid UTF-8',
        'write a single byte as `\\xHH`'
      )
    }
    this.#chars = [...text]
    let offset = 0
    for (const char of this.#chars) {
      this.#offsets.push(offset)
      offset += utf8Length(char)
    }
    this.#offsets.push(offset)
  }

  /** Byte offset of the current codepoint. */
  get offset() {
    return this.#offsets[this.#at]!
  }

  get done() {
    return this.#at >= this.#chars.length
  }

  /** The current codepoint, `''` at the end. */
  get char() {
    return this.#chars[this.#at] ?? ''
  }

  get next() {
    return this.#chars[this.#at + 1] ?? ''
  }

  /** A place for `reset` to return to. */
  mark() {
    return this.#at
  }

  reset(mark: number) {
    this.#at = mark
  }

  /** Takes the current codepoint. */
  take() {
    const char = this.char
    this.#at++
    return char
  }

  /** Takes `text` if it is next. */
  takeIf(text: string) {
    for (let i = 0; i < text.length; i++) {
      if (this.#chars[this.#at + i] !== text[i]) return false
    }
    this.#at += text.length
    return true
  }

  /** Skips white space and `#` comments if `(?x)` is on. */
  skipSpace() {
    if (!this.flags.x) return
    while (!this.done) {
      if (isSpace(this.char)) this.#at++
      else if (this.char === '#') while (!this.done && this.take() !== '\n');
      else return
    }
  }

  /** The codepoint after the current one, as `skipSpace` would leave it. */
  peekPastSpace() {
    const mark = this.#at
    this.#at++
    this.skipSpace()
    const char = this.char
    this.#at = mark
    return char
  }

  /** An error from byte offset `start` up to `end` (or to the current place). */
  fail(start: number, message: string, options: { end?: number; help?: string } = {}) {
    const end = options.end ?? this.offset
    return regexError(this.pattern, { start, end }, message, options.help)
  }
}

export const isSpace = (char: string) => /^\p{White_Space}$/u.test(char)
