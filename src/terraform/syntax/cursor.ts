import type { At, SourceText } from './text.ts'
import { SyntaxProblem } from './text.ts'
import type { Expression } from './tree.ts'

const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy
const BLANK = /[ \t]*/y

/** More levels of brackets, calls and blocks than any configuration has. Deeper ones would overflow the stack. */
const MAX_DEPTH = 250

/** Reads one text from left to right: white space, comments, words. */
export class Cursor {
  position = 0
  /** More than 0 inside of brackets, where a line break is white space. */
  #brackets = 0
  #depth = 0

  constructor(
    readonly source: SourceText,
    /** Reads the expression at the cursor. Templates contain expressions, and expressions contain templates. */
    readonly expression: (cursor: Cursor) => Expression
  ) {}

  get text(): string {
    return this.source.text
  }

  get isAtEnd(): boolean {
    return this.position >= this.text.length
  }

  at(offset = this.position): At {
    return { source: this.source, offset }
  }

  fail(message: string, offset = this.position): never {
    throw new SyntaxProblem(message, this.at(offset))
  }

  /** The text at the cursor, for a message. */
  found(): string {
    if (this.isAtEnd) return 'the end of the file'
    const [line = ''] = this.text.slice(this.position, this.position + 30).split(/\r?\n/, 1)
    return line === '' ? 'the end of the line' : `\`${line}\``
  }

  /** Runs `read` with line breaks as white space (`true`) or as the end of an item (`false`). */
  inside<T>(lineBreaksAreSpace: boolean, read: () => T): T {
    const outer = this.#brackets
    this.#brackets = lineBreaksAreSpace ? outer + 1 : 0
    try {
      return this.deeper(read)
    } finally {
      this.#brackets = outer
    }
  }

  deeper<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) this.fail(`more than ${MAX_DEPTH} levels of nesting`)
    try {
      return read()
    } finally {
      this.#depth--
    }
  }

  /** Skips white space and comments, and line breaks if they are white space. */
  skip(): void {
    for (;;) {
      BLANK.lastIndex = this.position
      BLANK.test(this.text)
      this.position = BLANK.lastIndex
      const char = this.text[this.position]
      if (char === '#' || (char === '/' && this.text[this.position + 1] === '/')) {
        const end = this.text.indexOf('\n', this.position)
        this.position = end === -1 ? this.text.length : end
      } else if (char === '/' && this.text[this.position + 1] === '*') {
        const end = this.text.indexOf('*/', this.position + 2)
        if (end === -1) this.fail('the comment is not closed: expected `*/`')
        this.position = end + 2
      } else if (this.#brackets > 0 && (char === '\n' || char === '\r')) {
        this.position++
      } else {
        return
      }
    }
  }

  /** Like `skip`, with line breaks. */
  skipLines(): void {
    this.skip()
    while (this.text[this.position] === '\n' || this.#isCarriageReturn()) {
      this.position++
      this.skip()
    }
  }

  #isCarriageReturn(): boolean {
    return this.text[this.position] === '\r' && this.text[this.position + 1] === '\n'
  }

  get isAtLineEnd(): boolean {
    return this.isAtEnd || this.text[this.position] === '\n' || this.#isCarriageReturn()
  }

  /** True if `token` is next, after white space. */
  sees(token: string): boolean {
    this.skip()
    return this.text.startsWith(token, this.position)
  }

  /** Takes `token` if it is next. */
  takes(token: string): boolean {
    if (!this.sees(token)) return false
    this.position += token.length
    return true
  }

  expect(token: string, where: string): void {
    if (!this.takes(token)) this.fail(`expected \`${token}\` ${where}, found ${this.found()}`)
  }

  /** Reads the identifier at the cursor. HCL allows dashes in it. */
  identifier(): string | undefined {
    this.skip()
    IDENTIFIER.lastIndex = this.position
    const [word] = IDENTIFIER.exec(this.text) ?? []
    if (word !== undefined) this.position += word.length
    return word
  }

  /** Takes exactly this identifier if it is next, and returns true. */
  takesWord(word: string): boolean {
    const before = this.position
    if (this.identifier() === word) return true
    this.position = before
    return false
  }
}
