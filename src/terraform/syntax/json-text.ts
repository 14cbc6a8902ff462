import { numberFrom } from '../values.ts'
import { type SourceText, SyntaxProblem } from './text.ts'

/** A value of JSON with its place. */
export type JsonNode = { readonly offset: number } & (
  | { readonly kind: 'scalar'; readonly value: string | number | bigint | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
)

export interface JsonMember {
  readonly name: string
  /** The place of the name. */
  readonly offset: number
  readonly value: JsonNode
}

/** More levels than any document has. Deeper ones would overflow the stack. */
export const MAX_JSON_DEPTH = 250

const BLANK = /[ \t\r\n]*/y
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null }
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y

class Parser {
  #at = 0

  constructor(readonly source: SourceText) {
    if (source.text.startsWith('\ufeff')) this.#at = 1
  }

  fail(message: string, offset = this.#at): never {
    throw new SyntaxProblem(message, { source: this.source, offset })
  }

  #skip(): void {
    BLANK.lastIndex = this.#at
    BLANK.test(this.source.text)
    this.#at = BLANK.lastIndex
  }

  #matched(expression: RegExp): string | undefined {
    expression.lastIndex = this.#at
    const found = expression.exec(this.source.text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #takes(char: string): boolean {
    this.#skip()
    if (this.source.text[this.#at] !== char) return false
    this.#at++
    return true
  }

  /** Without a regular expression, because a text of megabytes would overflow its stack. */
  #string(): string | undefined {
    const { text } = this.source
    const start = this.#at
    if (text[start] !== '"') return undefined
    let end = start
    do end = text.indexOf('"', end + 1)
    while (end !== -1 && this.#isEscaped(end, start))
    if (end === -1) this.fail('the quote is not closed')
    this.#at = end + 1
    try {
      return JSON.parse(text.slice(start, this.#at)) as string
    } catch {
      return this.fail('the text has a line break or an escape that JSON does not know', start)
    }
  }

  /** True if an odd number of backslashes precedes an offset. */
  #isEscaped(at: number, start: number): boolean {
    let before = at
    while (before > start && this.source.text[before - 1] === '\\') before--
    return (at - before) % 2 === 1
  }

  value(depth = 0): JsonNode {
    if (depth > MAX_JSON_DEPTH) this.fail(`more than ${MAX_JSON_DEPTH} levels of nesting`)
    this.#skip()
    const offset = this.#at
    if (this.#takes('{')) return { kind: 'object', offset, members: this.#members(depth) }
    if (this.#takes('[')) return { kind: 'list', offset, items: this.#items(depth) }
    const text = this.#string()
    if (text !== undefined) return { kind: 'scalar', offset, value: text }
    const word = this.#matched(WORD)
    if (word === undefined) this.fail('expected a value of JSON')
    return {
      kind: 'scalar',
      offset,
      value: Object.hasOwn(WORDS, word) ? WORDS[word]! : numberFrom(word),
    }
  }

  #members(depth: number): JsonMember[] {
    const members: JsonMember[] = []
    if (this.#takes('}')) return members
    do {
      this.#skip()
      const offset = this.#at
      const name = this.#string()
      if (name === undefined) this.fail('expected a name in quotes')
      if (!this.#takes(':')) this.fail('expected `:` after a name')
      members.push({ name, offset, value: this.value(depth + 1) })
    } while (this.#takes(','))
    if (!this.#takes('}')) this.fail('expected `,` or `}` after a value')
    return members
  }

  #items(depth: number): JsonNode[] {
    const items: JsonNode[] = []
    if (this.#takes(']')) return items
    do items.push(this.value(depth + 1))
    while (this.#takes(','))
    if (!this.#takes(']')) this.fail('expected `,` or `]` after an item')
    return items
  }

  end(): void {
    this.#skip()
    if (this.#at < this.source.text.length) this.fail('expected the end of the document')
  }
}

/**
 * Parses JSON, keeping the place of each value.
 *
 * @throws SyntaxProblem
 */
export const parseJson = (source: SourceText): JsonNode => {
  const parser = new Parser(source)
  const found = parser.value()
  parser.end()
  return found
}

/** The value without places. A repeated name has its last value. */
export const plainJson = (node: JsonNode): unknown => {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(plainJson)
  return Object.fromEntries(node.members.map(({ name, value }) => [name, plainJson(value)]))
}
