import { toBytes } from '../bytes.ts'
import { CARRIAGE_RETURN, LINE_FEED } from '../characters.ts'
import { NEST_LIMIT, parseClass, tooDeep } from './class.ts'
import { Cursor, type Flags, isSpace } from './cursor.ts'
import { foldCase, type Primitive, parsePrimitive } from './escape.ts'
import {
  alternate,
  assertion,
  byteSet,
  codepoint,
  concat,
  group,
  type Node,
  repeat,
} from './hir.ts'
import { BYTE_MAX, negate, normalize, type Ranges } from './ranges.ts'
import { isAscii, negateUnicode } from './unicode.ts'
import { toTrie } from './utf8.ts'

export interface Parsed {
  node: Node
  /** Number of capturing groups, without the whole match. */
  groups: number
  names: ReadonlyMap<string, number>
}

/** An item that a quantifier can follow, with its nesting depth (see `NEST_LIMIT`). */
interface Item {
  node: Node
  start: number
  depth: number
}

const COUNT_MAX = 4_294_967_295
const FLAG_LETTERS = 'imsURux'

class Parser {
  readonly cursor: Cursor
  readonly names = new Map<string, number>()
  groups = 0
  #open = 0

  constructor(pattern: string) {
    this.cursor = new Cursor(pattern)
  }

  /** A set of codepoints as nodes: as bytes if bytes suffice. */
  set(ranges: Ranges): Node {
    return !this.cursor.flags.u || isAscii(ranges) ? byteSet(ranges) : codepoint(toTrie(ranges))
  }

  primitive(item: Primitive): Node {
    const { cursor } = this
    if (item.kind === 'look') return assertion(item.look)
    if (item.kind === 'set') return this.set(item.ranges)
    const value = item.codepoint
    if (!cursor.flags.u && item.byte) return byteSet(foldCase(cursor, [value, value]))
    if (value < 0x80) return this.set(foldCase(cursor, [value, value]))
    // Outside `(?u)`, a non-ASCII literal is the bytes that spell it, and has no other case.
    const folded = cursor.flags.u ? foldCase(cursor, [value, value]) : [value, value]
    if (folded.length > 2) return codepoint(toTrie(folded))
    const bytes = toBytes(String.fromCodePoint(value))
    return concat([...bytes].map((unit) => byteSet([unit.charCodeAt(0), unit.charCodeAt(0)])))
  }

  dot(): Node {
    const { s, R, u } = this.cursor.flags
    const excluded = s
      ? []
      : normalize(
          R ? [LINE_FEED, LINE_FEED, CARRIAGE_RETURN, CARRIAGE_RETURN] : [LINE_FEED, LINE_FEED]
        )
    return this.set(u ? negateUnicode(excluded) : negate(excluded, BYTE_MAX))
  }

  caret(): Node {
    const { m, R } = this.cursor.flags
    return assertion(!m ? 'start' : R ? 'startCrlf' : 'startLine')
  }

  dollar(): Node {
    const { m, R } = this.cursor.flags
    return assertion(!m ? 'end' : R ? 'endCrlf' : 'endLine')
  }

  /** A whole alternation, up to `)` or the end of the pattern. */
  alternation(): { node: Node; depth: number } {
    const { cursor } = this
    const branches: Node[] = []
    let items: Item[] = []
    let depth = 0
    /** False right after `(?i)` and at the start of a branch: a quantifier there has nothing to repeat. */
    let repeatable = false

    const endBranch = () => {
      const own = items.length > 1 ? 1 : 0
      depth = items.reduce((deepest, item) => Math.max(deepest, item.depth + own), depth)
      branches.push(concat(items.map((item) => item.node)))
      items = []
      repeatable = false
    }
    const add = (node: Node, start: number, depth = 0) => {
      items.push({ node, start, depth })
      repeatable = true
    }

    for (;;) {
      cursor.skipSpace()
      if (cursor.done || cursor.char === ')') break
      const start = cursor.offset
      const { char } = cursor
      if (char === '|') {
        cursor.take()
        endBranch()
      } else if (char === '(') {
        const inner = this.group()
        if (inner) add(inner.node, start, inner.depth + 1)
        else repeatable = false
      } else if (char === '[') {
        const { ranges, depth } = parseClass(cursor, NEST_LIMIT)
        add(this.set(ranges), start, depth)
      } else if (char === '?' || char === '*' || char === '+' || char === '{') {
        const last = repeatable ? items.pop() : undefined
        const { from, to, greedy } = this.quantifier(last !== undefined)
        if (last!.depth >= NEST_LIMIT) throw tooDeep(cursor, last!.start)
        add(repeat(last!.node, from, to, greedy), last!.start, last!.depth + 1)
      } else if (char === '.' || char === '^' || char === '$') {
        cursor.take()
        add(char === '.' ? this.dot() : char === '^' ? this.caret() : this.dollar(), start)
      } else {
        add(this.primitive(parsePrimitive(cursor)), start)
      }
    }
    endBranch()
    return { node: alternate(branches), depth: depth + (branches.length > 1 ? 1 : 0) }
  }

  /** A group; `undefined` for `(?i)`, which only sets flags. */
  group(): { node: Node; depth: number } | undefined {
    const { cursor } = this
    const start = cursor.offset
    cursor.take()
    const openEnd = cursor.offset
    cursor.skipSpace()
    for (const look of ['?=', '?!', '?<=', '?<!']) {
      if (cursor.takeIf(look)) {
        throw cursor.fail(
          start,
          'look-around, including look-ahead and look-behind, is not supported',
          {
            help: 'combine two comparisons with `and` / `not` instead',
          }
        )
      }
    }
    const outer: Flags = { ...cursor.flags }
    let index: number | undefined
    if (cursor.takeIf('?P<') || cursor.takeIf('?<')) {
      index = ++this.groups
      this.groupName(index)
    } else if (cursor.char === '?') {
      const question = cursor.offset
      cursor.take()
      if (cursor.done) throw cursor.fail(start, 'unclosed group', { end: openEnd })
      this.flags()
      if (cursor.take() === ')') {
        if (cursor.offset === question + 2) {
          throw cursor.fail(question, 'repetition operator missing expression', {
            end: question + 1,
          })
        }
        return undefined
      }
    } else {
      index = ++this.groups
    }
    if (++this.#open > NEST_LIMIT) throw tooDeep(cursor, start)
    const inner = this.alternation()
    this.#open--
    if (cursor.done) throw cursor.fail(start, 'unclosed group', { end: openEnd })
    cursor.take()
    cursor.flags = outer
    if (inner.depth >= NEST_LIMIT) throw tooDeep(cursor, start)
    return { node: index === undefined ? inner.node : group(inner.node, index), depth: inner.depth }
  }

  groupName(index: number) {
    const { cursor } = this
    const start = cursor.offset
    let name = ''
    while (!cursor.done && cursor.char !== '>') {
      const at = cursor.offset
      const char = cursor.take()
      const valid = name === '' ? /^[_\p{Alphabetic}]$/u : /^[_.[\]\p{Alphabetic}\p{N}]$/u
      if (!valid.test(char)) throw cursor.fail(at, 'invalid capture group character')
      name += char
    }
    if (cursor.done) throw cursor.fail(start, 'unclosed capture group name')
    if (name === '') throw cursor.fail(start, 'empty capture group name')
    if (this.names.has(name)) throw cursor.fail(start, 'duplicate capture group name')
    this.names.set(name, index)
    cursor.take()
  }

  /** `i-m` of `(?i-m)` or `(?i-m:`. Leaves the cursor on `)` or `:`. */
  flags() {
    const { cursor } = this
    const seen = new Set<string>()
    const flags: Flags = { ...cursor.flags }
    let negated: number | undefined
    let dangling = false
    while (cursor.char !== ')' && cursor.char !== ':') {
      const start = cursor.offset
      if (cursor.done) throw cursor.fail(start, 'expected flag but got end of regex')
      const letter = cursor.take()
      if (letter === '-') {
        if (negated !== undefined) throw cursor.fail(start, 'flag negation operator repeated')
        negated = start
        dangling = true
        continue
      }
      if (!FLAG_LETTERS.includes(letter)) {
        throw cursor.fail(start, 'unrecognized flag', { help: `flags are ${FLAG_LETTERS}` })
      }
      if (seen.has(letter)) throw cursor.fail(start, 'duplicate flag')
      seen.add(letter)
      flags[letter as keyof Flags] = negated === undefined
      dangling = false
    }
    if (dangling) {
      throw cursor.fail(negated!, 'dangling flag negation operator', { end: negated! + 1 })
    }
    cursor.flags = flags
  }

  /** A quantifier. The cursor is on its first character. */
  quantifier(repeatable: boolean): { from: number; to: number; greedy: boolean } {
    const { cursor } = this
    const start = cursor.offset
    const operator = cursor.take()
    if (!repeatable) {
      throw cursor.fail(start, 'repetition operator missing expression', {
        help: `a literal \`${operator}\` is written \`\\${operator}\``,
      })
    }
    let from = operator === '+' ? 1 : 0
    let to = operator === '?' ? 1 : Number.POSITIVE_INFINITY
    if (operator === '{') {
      const unclosed = () =>
        cursor.fail(start, 'unclosed counted repetition', {
          end: start + 1,
          help: 'a literal `{` is written `\\{`',
        })
      cursor.skipSpace()
      from = this.count(unclosed)
      to = from
      if (cursor.takeIf(',')) {
        cursor.skipSpace()
        if (cursor.done) throw unclosed()
        to = cursor.char === '}' ? Number.POSITIVE_INFINITY : this.count(unclosed)
      }
      if (!cursor.takeIf('}')) throw unclosed()
      if (from > to) {
        throw cursor.fail(start, 'invalid repetition count range, the start must be <= the end')
      }
      cursor.skipSpace()
    }
    const lazy = cursor.takeIf('?')
    return { from, to, greedy: lazy === cursor.flags.U }
  }

  /** A decimal inside `{…}`. White space around it is allowed with and without `(?x)`. */
  count(unclosed: () => Error): number {
    const { cursor } = this
    const skip = () => {
      while (isSpace(cursor.char)) cursor.take()
    }
    skip()
    if (cursor.done) throw unclosed()
    const start = cursor.offset
    let digits = ''
    while (/^[0-9]$/.test(cursor.char)) {
      digits += cursor.take()
      cursor.skipSpace()
    }
    const end = cursor.offset
    skip()
    if (digits === '') {
      throw cursor.fail(start, 'repetition quantifier expects a valid decimal', {
        end: start + 1,
        help:
          cursor.char === ',' ? 'write `{0,n}` for "at most n"' : 'a literal `{` is written `\\{`',
      })
    }
    const value = Number(digits)
    if (value > COUNT_MAX) throw cursor.fail(start, 'decimal literal invalid', { end })
    return value
  }

  parse(): Parsed {
    const { cursor } = this
    const { node, depth } = this.alternation()
    if (cursor.char === ')') {
      const start = cursor.offset
      cursor.take()
      throw cursor.fail(start, 'unopened group', { help: 'a literal `)` is written `\\)`' })
    }
    if (depth > NEST_LIMIT) throw tooDeep(cursor, 0)
    return { node, groups: this.groups, names: this.names }
  }
}

/**
 * Parses a pattern in the syntax of Rust's `regex` crate, with Unicode off, into nodes over bytes.
 *
 * @throws EdgeError `invalid_regex`
 * @see https://docs.rs/regex/latest/regex/#syntax
 */
export const parseRegex = (pattern: string): Parsed => new Parser(pattern).parse()
