import type { ArgumentNode, CombineNode, LogicalNode, OperandNode, RootNode } from './ast.ts'
import { EXCLAMATION, OPEN_PAREN } from './characters.ts'
import { readOperator, readRight, startsOperator } from './comparison.ts'
import type { Cursor } from './cursor.ts'
import { trimmed } from './cursor.ts'
import type { Limits } from './limits.ts'
import { LIMITS, tooLong } from './limits.ts'
import { mending } from './mending.ts'
import { operand } from './operands.ts'
import type { Comparison } from './problem.ts'
import { Problem } from './problem.ts'
import { isRecoverable, skipOperand } from './recover.ts'
import type { Scheme } from './scheme.ts'
import { arrayOf, BOOL, isBare, sameType, typeName } from './types.ts'

/** The maximum number of problems in one error. Longer reports are not useful. */
const MAX_PROBLEMS = 32

type Combining = CombineNode['kind']

/** From the loosest to the tightest operator. */
const PRECEDENCE: readonly (readonly [word: Combining, sign: string])[] = [
  ['or', '||'],
  ['xor', '^^'],
  ['and', '&&'],
]

/**
 * Reads one expression. It checks grammar and types together, because the type of the left side decides the grammar of the
 * right side.
 */
export class Parser {
  readonly cursor: Cursor
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []
  readonly calledOnce = new Set<string>()
  /** The left side that was read last. */
  #lastLeft: Comparison | undefined
  #depth = 0
  #regexes = 0

  constructor(
    source: string,
    readonly scheme: Scheme,
    readonly limits: Limits = LIMITS
  ) {
    this.cursor = trimmed(source)
  }

  /** Adds a warning. Equal messages count once. */
  warn(code: string, message: string, start: number, end: number, help?: string): void {
    if (this.warnings.some((known) => known.message === message)) return
    this.warnings.push(new Problem(code, message, start, end, help))
  }

  isTruth(name: string): boolean {
    return (name === 'true' || name === 'false') && !this.scheme.fields.has(name)
  }

  isKnown(name: string): boolean {
    return this.scheme.fields.has(name) || this.scheme.functions.has(name) || this.isTruth(name)
  }

  countRegex(start: number, end: number): void {
    this.#regexes++
    if (this.#regexes > this.limits.regexes) {
      throw new Problem(
        'too_many_regexes',
        `too many regular expressions (limit: ${this.limits.regexes})`,
        start,
        end
      )
    }
  }

  /** Runs `read` one level deeper; `at` is where the level opens. */
  nested<Result>(at: number, read: () => Result): Result {
    if (this.#depth >= this.limits.nesting) {
      throw new Problem(
        'nesting_limit_exceeded',
        `maximum nesting depth exceeded (limit: ${this.limits.nesting})`,
        at,
        this.cursor.end
      )
    }
    this.#depth++
    const result = read()
    this.#depth--
    return result
  }

  /** Reads a whole filter: a Bool with no text after it. */
  filter(): LogicalNode | undefined {
    const node = this.#whole(() => this.logical())
    if (node !== undefined && !sameType(node.type, BOOL) && this.problems.length === 0) {
      this.problems.push(
        new Problem(
          'type_mismatch',
          `expected value of type Bool, but got ${typeName(node.type)}`,
          node.start,
          node.end,
          node.type.kind === 'Array' ? 'wrap it in any(…) or all(…)' : undefined
        )
      )
    }
    return node
  }

  /** Reads a filter, or a value by itself. */
  value(): RootNode | undefined {
    return this.#whole(() => this.#operandAlone() ?? this.logical())
  }

  /** Reads an operand that is the whole source; otherwise restores the state. */
  #operandAlone(): OperandNode | undefined {
    const { cursor } = this
    const { at } = cursor
    const name = cursor.peekName()
    if (this.startsLogical() || !this.isKnown(name) || this.isTruth(name)) return undefined
    try {
      const left = operand(this)
      cursor.skipSpace()
      if (cursor.done && !isBare(left.type) && this.problems.length === 0) return left
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
    cursor.at = at
    this.#depth = 0
    this.#regexes = 0
    this.calledOnce.clear()
    this.problems.length = 0
    this.warnings.length = 0
    return undefined
  }

  #whole<Node extends RootNode>(read: () => Node): Node | undefined {
    const { cursor } = this
    const long = tooLong(cursor.source, this.limits)
    if (long !== undefined) {
      this.problems.push(long)
      return undefined
    }
    try {
      if (cursor.done) {
        throw new Problem(
          'eof',
          'unrecognised input',
          cursor.at,
          cursor.at,
          'an expression is expected here'
        )
      }
      const node = read()
      const { at } = cursor
      cursor.skipSpace()
      if (!cursor.done && this.problems.length === 0) throw this.#leftOver(at)
      return node
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.#note(error)
      return undefined
    }
  }

  #note(problem: Problem): void {
    problem.comparison = this.#lastLeft
    this.problems.push(problem)
  }

  /** Reports text after the expression. `from` is before any space, as in Cloudflare's engine. */
  #leftOver(from: number): Problem {
    const { source, at, end } = this.cursor
    const help =
      mending.loaded?.strayHint(source, at) ??
      (source[at] === ')' ? 'this parenthesis has no opening one' : undefined)
    return new Problem('eof', 'unrecognised input', from, end, help)
  }

  /** Takes the closing parenthesis. */
  #close(): void {
    const { cursor } = this
    if (cursor.take(')')) return
    throw new Problem(
      'expected_literal',
      'expected literal ")"',
      cursor.at,
      cursor.end,
      mending.loaded?.strayHint(cursor.source, cursor.at)
    )
  }

  logical(): LogicalNode {
    return this.#combine(0)
  }

  #combine(level: number): LogicalNode {
    const row = PRECEDENCE[level]
    if (row === undefined) return this.#recovering()
    const kind = row[0]
    const { cursor } = this
    const known = this.problems.length
    const first = this.#combine(level + 1)
    const items = [first]
    for (;;) {
      const { at } = cursor
      cursor.skipSpace()
      if (!cursor.take(kind) && !cursor.take(row[1])) {
        cursor.at = at
        break
      }
      cursor.skipSpace()
      const item = this.#combine(level + 1)
      items.push(item)
      // The placeholder of an unreadable operand has no type to compare.
      if (this.problems.length > known) continue
      if (
        sameType(item.type, first.type) &&
        (first.type.kind === 'Bool' || first.type.kind === 'Array')
      )
        continue
      const message = `expected value of type ${typeName(first.type)}, but got ${typeName(item.type)}`
      throw new Problem('type_mismatch', message, cursor.at, cursor.at)
    }
    if (items.length === 1) return first
    return { kind, items, type: first.type, start: first.start, end: items.at(-1)!.end }
  }

  /** Reads one operand of a logical operator. If it has a problem, notes the problem and continues after the operand. */
  #recovering(): LogicalNode {
    const { at } = this.cursor
    const depth = this.#depth
    try {
      return this.#simple()
    } catch (error) {
      const isLast = this.problems.length + 1 >= MAX_PROBLEMS
      if (!(error instanceof Problem) || !isRecoverable(error) || isLast) throw error
      this.#note(error)
      this.#depth = depth
      const read = this.cursor.at
      this.cursor.at = at
      skipOperand(this.cursor, read)
      return { kind: 'constant', value: false, type: BOOL, start: at, end: this.cursor.at }
    }
  }

  /** True if the next token can only begin a logical expression. */
  startsLogical(): boolean {
    const { cursor } = this
    if (cursor.unit() === OPEN_PAREN || cursor.unit() === EXCLAMATION) return true
    const name = cursor.peekName()
    if (this.isKnown(name)) return false
    return cursor.sees('not') || this.#quantifier() !== undefined
  }

  #quantifier(): 'any' | 'all' | undefined {
    const { cursor } = this
    const name = cursor.peekName()
    if (name !== 'any' && name !== 'all') return undefined
    const { at } = cursor
    cursor.at += name.length
    cursor.skipSpace()
    const opens = cursor.unit() === OPEN_PAREN
    cursor.at = at
    return opens ? name : undefined
  }

  #simple(): LogicalNode {
    const { cursor } = this
    const start = cursor.at
    if (cursor.unit() === OPEN_PAREN) return this.#group()
    if (cursor.unit() === EXCLAMATION || this.#startsNot()) return this.#not(start)
    const quantifier = this.#quantifier()
    if (quantifier !== undefined && !this.isKnown(quantifier)) return this.#quantified(quantifier)
    return this.#comparison()
  }

  /** `not` is matched by prefix, so `notssl` is `not ssl`, unless the whole name is known. */
  #startsNot(): boolean {
    return this.cursor.sees('not') && !this.isKnown(this.cursor.peekName())
  }

  #group(): LogicalNode {
    const { cursor } = this
    const start = cursor.at
    cursor.at++
    const node = this.nested(start, () => {
      cursor.skipSpace()
      return this.logical()
    })
    cursor.skipSpace()
    this.#close()
    return node
  }

  #not(start: number): LogicalNode {
    const { cursor } = this
    cursor.at += cursor.unit() === EXCLAMATION ? 1 : 3
    const item = this.nested(start, () => {
      cursor.skipSpace()
      return this.#simple()
    })
    if (item.type.kind === 'Map') {
      throw new Problem(
        'type_mismatch',
        `expected value of type Bool, but got ${typeName(item.type)}`,
        item.start,
        item.end
      )
    }
    return { kind: 'not', item, type: item.type, start, end: item.end }
  }

  #quantified(kind: 'any' | 'all'): LogicalNode {
    const { cursor } = this
    const start = cursor.at
    cursor.at += kind.length
    cursor.skipSpace()
    const open = cursor.at
    const known = this.problems.length
    cursor.at++
    const item = this.nested(open, () => {
      cursor.skipSpace()
      return this.startsLogical() ? this.logical() : this.#comparison()
    })
    cursor.skipSpace()
    if (!sameType(item.type, arrayOf(BOOL)) && this.problems.length === known) {
      throw new Problem(
        'invalid_argument_type',
        `invalid type of argument #0: expected value of type Array<Bool>, but got ${typeName(item.type)}`,
        item.start,
        item.end,
        item.type.kind === 'Bool' ? 'compare every element: field[*] == "…"' : undefined
      )
    }
    if (cursor.sees('and') || cursor.sees('or') || cursor.sees('xor')) {
      throw new Problem(
        'expected_literal',
        'expected literal ")"',
        cursor.at,
        cursor.end,
        `put the parts in parentheses of their own: ${kind}((…) and (…))`
      )
    }
    this.#close()
    return { kind, item, type: BOOL, start, end: cursor.at }
  }

  #comparison(): LogicalNode {
    const { cursor } = this
    const start = cursor.at
    const name = cursor.peekName()
    if (this.isTruth(name)) {
      cursor.at += name.length
      return { kind: 'constant', value: name === 'true', type: BOOL, start, end: cursor.at }
    }
    return this.#compare(operand(this))
  }

  /** Continues after an operand in an argument: it is the argument or begins one comparison. */
  argumentComparison(left: OperandNode): ArgumentNode {
    const { cursor } = this
    const { at } = cursor
    cursor.skipSpace()
    const isCompared = startsOperator(cursor)
    cursor.at = at
    return isCompared && !isBare(left.type) ? this.#compare(left) : left
  }

  #compare(left: OperandNode): LogicalNode {
    const { cursor } = this
    this.#lastLeft = left
    if (isBare(left.type)) {
      // `[*]` of an array of Bool is that array; a deeper value has no such list of results.
      if (left.each && left.type.kind !== 'Bool') {
        throw new Problem(
          'unsupported_operation',
          `cannot perform this operation on type ${typeName(left.type)}`,
          cursor.at,
          cursor.at
        )
      }
      const type = left.each ? arrayOf(left.type) : left.type
      return { kind: 'bare', operand: left, type, start: left.start, end: left.end }
    }
    cursor.skipSpace()
    const operator = readOperator(cursor, cursor.source.slice(left.start, left.end))
    const right = readRight(this, left.type, operator)
    return {
      kind: 'compare',
      left,
      operator: operator.operator,
      right,
      type: left.each ? arrayOf(BOOL) : BOOL,
      start: left.start,
      end: cursor.at,
    }
  }
}
