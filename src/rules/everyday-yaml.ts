import { FilePlace } from './file-place.ts'
import { MAX_NODES } from './limits.ts'
import type { Entry, ListNode, MapNode, Node, Place } from './node.ts'
import type { Source } from './source.ts'

/** Text that has no tabs, no control characters, no other line ends and nothing invisible. */
const EVERYDAY = /^[\n\u0020-\u007e\u00a1-\u200a\u2010-\u2027\u2030-\ud7ff\ue000-\ufefe]*$/
/** The library counts keys too. Larger documents are left to it. */
const MOST_VALUES = MAX_NODES / 4
const MAX_LEVELS = 32

const KEY = /([A-Za-z_$][\w$-]{0,99}):(?: +|$)/my
const FLOW_KEY = /(?:([A-Za-z_$][\w$-]{0,99}):(?= )|"([A-Za-z_$][\w$-]{0,99})":) */y
const DOUBLE = /"((?:[^"\\\n]|\\["\\/bfnrt])*)"/y
const SINGLE = /'((?:[^'\n]|'')*)'/y
/** Plain text up to the end of its line or to a comment. */
const PLAIN = /[A-Za-z0-9_/.$+(<=^;~\u00a1-\uffff](?:[^\n:#]|:(?=[^ \n])|(?<! )#)*/y
const FLOW_PLAIN = /[A-Za-z0-9_/.$](?:[^\n,[\]{}:#]|:(?=[^ \n,[\]{}"']))*/y
const REST = / *(?:(?<= )#.*)?$/my
const COMMENT = / +#/y
const LITERAL = /\|-?$/my
const SPACES = / */y
const SPACES_AND_LINES = /[ \n]*/y
/** Words with a special meaning. This reader handles `true` and `false` in lower case. */
const WORD = /^(?:null|true|false|~)$/i
const INTEGER = /^(?:0|[1-9]\d{0,14})$/

/** The text needs the whole language. */
class NotEveryday extends Error {
  override readonly name = 'NotEveryday'
}

const NOT_EVERYDAY = new NotEveryday()

const giveUp = (): never => {
  throw NOT_EVERYDAY
}

const isNullWord = (text: string) => WORD.test(text) && text !== 'true' && text !== 'false'

/** Reads the part of YAML that rule documents are written in: block mappings and lists, scalars on one line, `|`, one-line `[…]` and `{…}`. */
class EverydayReader {
  readonly #text: string
  /** Offsets of the starts of the lines. */
  readonly #starts: number[] = []
  /** Offsets of the ends of the lines. */
  readonly #ends: number[] = []
  /** The column of the first character of each line; -1 for a line that is blank or a comment. */
  readonly #indents: number[] = []
  #line = 0
  #at = 0
  #values = 0
  #levels = 0
  #blanks = SPACES

  constructor(private readonly source: Source) {
    this.#text = source.text
    const text = this.#text
    for (let start = 0; start < text.length; ) {
      const feed = text.indexOf('\n', start)
      const end = feed === -1 ? text.length : feed
      let first = start
      while (first < end && text.charCodeAt(first) === 32) first++
      this.#starts.push(start)
      this.#ends.push(end)
      this.#indents.push(first === end || text[first] === '#' ? -1 : first - start)
      start = end + 1
    }
  }

  document(): Node {
    const whole = new FilePlace(this.source, 0, 0)
    const first = this.#text[0]
    if (first === '{' || first === '[') {
      this.#blanks = SPACES_AND_LINES
      const node = this.#flow(whole)
      this.#skip(this.#blanks)
      return this.#at === this.#text.length ? node : giveUp()
    }
    this.#skipEmpty()
    if (this.#indents[this.#line] !== 0) giveUp()
    const node = this.#block(0, whole)
    return this.#line === this.#starts.length ? node : giveUp()
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at = pattern.lastIndex
    return found
  }

  /** Skips the text that the pattern matches here. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text)) return false
    this.#at = pattern.lastIndex
    return true
  }

  #skipEmpty(): void {
    while (this.#indents[this.#line] === -1) this.#line++
  }

  /** The column of the next line with content; -1 at the end. */
  #nextIndent(): number {
    this.#skipEmpty()
    return this.#indents[this.#line] ?? -1
  }

  #place(start: number, value?: string, isPlain = false): FilePlace {
    COMMENT.lastIndex = this.#at
    return new FilePlace(this.source, start, this.#at, value, isPlain && COMMENT.test(this.#text))
  }

  #isItem(at: number): boolean {
    const next = this.#text[at + 1]
    return this.#text[at] === '-' && (next === ' ' || next === '\n' || next === undefined)
  }

  #within<Found>(read: () => Found): Found {
    if (++this.#levels > MAX_LEVELS) giveUp()
    const found = read()
    this.#levels--
    return found
  }

  /** The list or the mapping that begins on the current line, at this column. */
  #block(indent: number, keyPlace: Place): Node {
    const at = this.#starts[this.#line]! + indent
    return this.#within(() =>
      this.#isItem(at) ? this.#list(indent, keyPlace) : this.#map(at, indent)
    )
  }

  #list(indent: number, keyPlace: Place): ListNode {
    const start = this.#starts[this.#line]! + indent
    const items: Node[] = []
    do {
      const dash = this.#starts[this.#line]! + indent
      if (!this.#isItem(dash)) break
      this.#at = dash + 1
      this.#skip(SPACES)
      items.push(this.#item(indent, keyPlace))
    } while (this.#nextIndent() === indent)
    if (this.#nextIndent() > indent) giveUp()
    return { kind: 'list', items, place: this.#place(start) }
  }

  #item(indent: number, keyPlace: Place): Node {
    const { [this.#line]: start = 0 } = this.#starts
    KEY.lastIndex = this.#at
    if (!KEY.test(this.#text)) return this.#value(indent, keyPlace, false)
    if (this.#values++ > MOST_VALUES) giveUp()
    return this.#within(() => this.#map(this.#at, this.#at - start))
  }

  /** @param at the first key, on the current line; @param indent its column */
  #map(at: number, indent: number): MapNode {
    const entries: Entry[] = []
    const known = new Set<string>()
    this.#at = at
    do {
      if (entries.length > 0) this.#at = this.#starts[this.#line]! + indent
      const start = this.#at
      const [, key = ''] = this.#take(KEY) ?? giveUp()
      if (WORD.test(key) || known.has(key)) giveUp()
      known.add(key)
      const keyPlace = new FilePlace(this.source, start, start + key.length, key)
      entries.push({ key, keyPlace, value: this.#value(indent, keyPlace, true) })
    } while (this.#nextIndent() === indent)
    if (this.#nextIndent() > indent) giveUp()
    return { kind: 'map', entries, place: this.#place(at), incomplete: false }
  }

  /** Reads the value after a key or a dash, and moves to the next line. */
  #value(indent: number, keyPlace: Place, isOfKey: boolean): Node {
    if (this.#values++ > MOST_VALUES) giveUp()
    if (this.#skip(REST)) {
      this.#line++
      return this.#below(indent, keyPlace, isOfKey)
    }
    if (this.#text[this.#at] === '|') return this.#literal(indent)
    const node = this.#inline(keyPlace)
    if (!this.#skip(REST)) giveUp()
    this.#line++
    return node
  }

  /**
   * Reads the value on the lines below its key. A list may have the same indentation as its key.
   */
  #below(indent: number, keyPlace: Place, isOfKey: boolean): Node {
    const next = this.#nextIndent()
    const isListBeside =
      isOfKey && next === indent && this.#isItem(this.#starts[this.#line]! + indent)
    if (next > indent || isListBeside) return this.#block(next, keyPlace)
    return { kind: 'scalar', value: null, place: keyPlace, source: '' }
  }

  /** The lines below a `|`. */
  #literal(indent: number): Node {
    const start = this.#at
    const clip = (this.#take(LITERAL) ?? giveUp())[0] === '|'
    const text = this.#text
    const lines: string[] = []
    let column = -1
    for (this.#line++; this.#line < this.#starts.length; this.#line++) {
      const from = this.#starts[this.#line]!
      const line = text.slice(from, this.#ends[this.#line])
      const first = line.search(/[^ ]/)
      if (first === -1 ? line !== '' : column < 0 && first <= indent) giveUp()
      if (column < 0) column = first
      if (column < 0) giveUp()
      if (first !== -1 && first < column) break
      lines.push(line.slice(column))
    }
    while (lines.at(-1) === '') lines.pop()
    if (lines.length === 0) giveUp()
    this.#at = this.#starts[this.#line] ?? text.length
    const value = lines.join('\n') + (clip ? '\n' : '')
    return { kind: 'scalar', value, place: this.#place(start, value), source: value }
  }

  #inline(keyPlace: Place): Node {
    const first = this.#text[this.#at]
    if (first === '[' || first === '{') return this.#flow(keyPlace)
    return this.#quoted() ?? this.#plain(PLAIN)
  }

  #quoted(): Node | undefined {
    const start = this.#at
    const double = this.#take(DOUBLE)
    const [, single] = double === undefined ? (this.#take(SINGLE) ?? []) : []
    const value =
      double === undefined
        ? single?.replaceAll("''", "'")
        : double[0].includes('\\')
          ? (JSON.parse(double[0]) as string)
          : double[1]
    if (value === undefined) return undefined
    return { kind: 'scalar', value, place: this.#place(start, value), source: value }
  }

  #plain(pattern: RegExp): Node {
    const start = this.#at
    const text = (this.#take(pattern) ?? giveUp())[0].trimEnd()
    this.#at = start + text.length
    if (isNullWord(text)) giveUp()
    if (WORD.test(text)) {
      const place = this.#place(start, undefined, true)
      return { kind: 'scalar', value: text === 'true', place, source: text }
    }
    if (INTEGER.test(text)) {
      const place = this.#place(start, undefined, true)
      return { kind: 'scalar', value: Number(text), place, source: text }
    }
    if (/^[.+]/.test(text) || !Number.isNaN(Number(text))) giveUp()
    return { kind: 'scalar', value: text, place: this.#place(start, text, true), source: text }
  }

  #flow(keyPlace: Place): Node {
    if (this.#values++ > MOST_VALUES) giveUp()
    const first = this.#text[this.#at]
    if (first === '{') return this.#within(() => this.#flowMap())
    if (first === '[') return this.#within(() => this.#flowList(keyPlace))
    return this.#quoted() ?? this.#plain(FLOW_PLAIN)
  }

  /** Reads items up to the closing bracket. */
  #flowItems(close: string, read: () => void): void {
    this.#at++
    this.#skip(this.#blanks)
    if (this.#text[this.#at] === close) {
      this.#at++
      return
    }
    for (;;) {
      read()
      this.#skip(this.#blanks)
      const next = this.#text[this.#at++]
      if (next === close) return
      if (next !== ',') giveUp()
      this.#skip(this.#blanks)
    }
  }

  #flowList(keyPlace: Place): ListNode {
    const start = this.#at
    const items: Node[] = []
    this.#flowItems(']', () => items.push(this.#flow(keyPlace)))
    return { kind: 'list', items, place: this.#place(start) }
  }

  #flowMap(): MapNode {
    const start = this.#at
    const entries: Entry[] = []
    const known = new Set<string>()
    this.#flowItems('}', () => {
      const at = this.#at
      const [, plain, quoted] = this.#take(FLOW_KEY) ?? giveUp()
      const key = plain ?? quoted!
      if ((plain !== undefined && WORD.test(key)) || known.has(key)) giveUp()
      known.add(key)
      const length = key.length + (plain === undefined ? 2 : 0)
      const keyPlace = new FilePlace(this.source, at, at + length, key)
      entries.push({ key, keyPlace, value: this.#flow(keyPlace) })
    })
    return { kind: 'map', entries, place: this.#place(start), incomplete: false }
  }
}

/**
 * Reads a document that uses only the everyday part of YAML, in a tenth of the library's time. The nodes and places are the same as the
 * library's. `undefined` for a document that needs the library, which includes every document with a mistake.
 */
export const everydayYaml = (source: Source): Node | undefined => {
  if (!EVERYDAY.test(source.text)) return undefined
  try {
    return new EverydayReader(source).document()
  } catch (error) {
    if (error === NOT_EVERYDAY) return undefined
    throw error
  }
}
