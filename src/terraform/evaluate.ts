import type { Functions } from './functions/function.ts'
import { tolerant } from './lazy.ts'
import { arithmetic, member } from './operators.ts'
import { EvaluationProblem, LimitProblem } from './problem.ts'
import type { BinaryOperator, Expression, ForNames, TemplatePart } from './syntax/tree.ts'
import { unified } from './unify.ts'
import type { Value } from './values.ts'
import {
  describe,
  elementsOf,
  equal,
  isList,
  isObject,
  isUnknown,
  SetValue,
  sortedEntries,
  toBoolean,
  toExact,
  toText,
  Unknown,
  unknownIn,
} from './values.ts'

/** The files that functions can read: those in the user's folder. */
export interface Files {
  /** The text of a file. @throws EvaluationProblem if it does not exist or is not in the folder */
  read(path: string): string
  exists(path: string): boolean
  /** Paths in `folder` that match a pattern, relative to it. */
  matching(folder: string, pattern: string): string[]
}

/** A regular expression that takes less processor time is not slow, however busy the machine. */
const SLOW_MS = 20

/** The limits of one evaluation of a whole configuration. */
export class Budget {
  #steps = 0
  #characters = 0
  #patternSteps = 0
  #slowMs = 0

  constructor(
    readonly maxSteps = 20_000_000,
    readonly maxCharacters = 200_000_000,
    readonly maxPatternSteps = 2_000_000_000,
    readonly maxSlowMs = 1_500
  ) {}

  step(): void {
    if (++this.#steps > this.maxSteps) {
      throw new LimitProblem(`more than ${this.maxSteps} steps of evaluation`)
    }
  }

  characters(count: number): void {
    this.#characters += count
    if (this.#characters > this.maxCharacters) {
      throw new LimitProblem(`more than ${this.maxCharacters} characters of generated text`)
    }
  }

  /**
   * Counts a regular expression before it runs. RE2, which Terraform uses, needs at most about so many steps as the text has
   * characters, for each character of the pattern. A busy machine makes no difference.
   */
  pattern(text: string, pattern: string): void {
    this.#patternSteps += (text.length + 1) * (pattern.length + 1)
    if (this.#patternSteps > this.maxPatternSteps) {
      throw new LimitProblem(
        `regular expressions need more than ${this.maxPatternSteps} steps together`
      )
    }
  }

  /** Milliseconds of processor time that are left for slow regular expressions. @throws LimitProblem if none are left */
  get slowMsLeft(): number {
    const left = Math.ceil(this.maxSlowMs - this.#slowMs)
    if (left > 0) return left
    throw new LimitProblem(`slow regular expressions take more than ${this.maxSlowMs} ms together`)
  }

  /** Counts the processor time of a regular expression, if it is slow. One that RE2 runs in no time can backtrack here. */
  slowPattern(ms: number): void {
    if (ms >= SLOW_MS) this.#slowMs += ms
  }
}

/** The names that an expression can use. */
export interface Scope {
  /** The value of a name: `var`, `local`, `each`, a variable of a `for`, a type of resource. `undefined` for an unknown name. */
  variable(name: string): Value | undefined
  /** `data.http.monitors`, `aws_instance.web`: a name that is read together with the next names. */
  reference?(path: readonly string[]): { value: Value; used: number } | undefined
  readonly functions: Functions
  readonly files: Files
  readonly budget: Budget
  /** How many templates of `templatefile` are being read one in another. */
  readonly templateDepth?: number
}

/** A scope with additional names. */
export const withNames = (scope: Scope, names: ReadonlyMap<string, Value>): Scope => ({
  ...scope,
  variable: (name) => (names.has(name) ? (names.get(name) as Value) : scope.variable(name)),
  reference: (path) => (names.has(path[0]!) ? undefined : scope.reference?.(path)),
})

const located = <T>(expression: Expression, run: () => T): T => {
  try {
    return run()
  } catch (error) {
    if (error instanceof EvaluationProblem) error.at ??= expression.at
    if (error instanceof RangeError && /call stack/i.test(error.message)) {
      throw new LimitProblem('the expression is nested too deeply', expression.at)
    }
    throw error
  }
}

/** `a.b.c` as its names; `undefined` if it is not a plain path. `["x"]` and `[0]` end the path. */
const pathOf = (expression: Expression): string[] | undefined => {
  if (expression.kind === 'variable') return [expression.name]
  if (expression.kind !== 'attribute') return undefined
  const path = pathOf(expression.of)
  path?.push(expression.name)
  return path
}

const MAX_TEXT = 20_000_000

class Evaluator {
  constructor(readonly scope: Scope) {}

  run(expression: Expression): Value {
    this.scope.budget.step()
    return located(expression, () => this.#run(expression))
  }

  #run(expression: Expression): Value {
    switch (expression.kind) {
      case 'literal':
        return expression.value
      case 'template':
        return this.#template(expression.parts)
      case 'variable':
      case 'attribute':
        return this.#path(expression)
      case 'index':
        return member(this.run(expression.of), this.run(expression.key))
      case 'splat':
        return this.#splat(expression.of, expression.each)
      case 'splat-item':
        return this.#name('splat-item')
      case 'call':
        return this.#call(expression)
      case 'unary': {
        const value = this.run(expression.of)
        if (isUnknown(value)) return value
        return expression.operator === '!'
          ? !toBoolean(value, 'after `!`')
          : arithmetic('-', 0, toExact(value, 'after `-`'))
      }
      case 'binary':
        return this.#binary(expression.operator, expression.left, expression.right)
      case 'conditional':
        return this.#conditional(expression)
      case 'tuple':
        return expression.items.map((item) => this.run(item))
      case 'object':
        return this.#object(expression.entries)
      case 'for':
        return this.#for(expression)
    }
  }

  #name(name: string): Value {
    const found = this.scope.variable(name)
    if (found === undefined) throw new EvaluationProblem(`unknown name \`${name}\``)
    return found
  }

  #path(expression: Expression & { kind: 'variable' | 'attribute' }): Value {
    const path = pathOf(expression)
    if (path === undefined) {
      const { of, name } = expression as Expression & { kind: 'attribute' }
      return member(this.run(of), name)
    }
    const referred = this.scope.reference?.(path)
    let value = referred === undefined ? this.#name(path[0]!) : referred.value
    for (const name of path.slice(referred?.used ?? 1)) value = member(value, name)
    return value
  }

  #template(parts: readonly TemplatePart[]): Value {
    const [only] = parts
    if (parts.length === 1 && only?.kind === 'interpolation') return this.run(only.expression)
    return this.#text(parts)
  }

  #text(parts: readonly TemplatePart[]): string | Unknown {
    let text = ''
    for (const part of parts) {
      const piece = this.#part(part)
      if (isUnknown(piece)) return piece
      text += piece
      this.scope.budget.characters(piece.length)
      if (text.length > MAX_TEXT)
        throw new LimitProblem(`a text of more than ${MAX_TEXT} characters`)
    }
    return text
  }

  #part(part: TemplatePart): string | Unknown {
    this.scope.budget.step()
    switch (part.kind) {
      case 'text':
        return part.text
      case 'interpolation': {
        const value = this.run(part.expression)
        if (isUnknown(value)) return new Unknown(value.what)
        return located(part.expression, () => toText(value, 'in a template'))
      }
      case 'if': {
        const condition = this.run(part.condition)
        if (isUnknown(condition)) return condition
        return this.#text(toBoolean(condition, 'after `if`') ? part.then : part.otherwise)
      }
      case 'for': {
        const entries = this.#entries(this.run(part.collection))
        if (isUnknown(entries)) return entries
        let text = ''
        for (const [key, value] of entries) {
          const piece = this.#inFor(part, key, value).#text(part.body)
          if (isUnknown(piece)) return piece
          text += piece
        }
        return text
      }
    }
  }

  #splat(of: Expression, each: Expression): Value {
    const value = this.run(of)
    if (isUnknown(value)) return new Unknown(value.what)
    const items =
      value === null
        ? []
        : isList(value) || value instanceof SetValue
          ? elementsOf(value, '')
          : [value]
    return items.map((item) =>
      new Evaluator(withNames(this.scope, new Map([['splat-item', item]]))).run(each)
    )
  }

  #call(expression: Expression & { kind: 'call' }): Value {
    const { args, isExpanded } = expression
    const name = expression.name.replace(/^core::/, '')
    const { functions } = this.scope
    const found = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (found === undefined) {
      throw new EvaluationProblem(`unknown function \`${name}\``)
    }
    if (found.lazy !== undefined) {
      return found.lazy(args.map((arg) => () => this.run(arg)))
    }
    const values = args.map((arg) => this.run(arg))
    if (isExpanded) {
      const last = values.pop() ?? null
      if (isUnknown(last)) return last
      values.push(...elementsOf(last, `\`${name}\``))
    }
    if (values.length < found.min || values.length > found.max) {
      const expected = found.min === found.max ? `${found.min}` : `at least ${found.min}`
      throw new EvaluationProblem(`\`${name}\` takes ${expected} arguments, found ${values.length}`)
    }
    if (found.takesUnknown !== true) {
      for (const value of values) {
        if (isUnknown(value)) return new Unknown(value.what)
      }
      if (found.takesPartlyUnknown !== true) {
        for (const value of values) {
          const unknown = unknownIn(value)
          if (unknown !== undefined) return new Unknown(unknown.what)
        }
      }
    }
    const result = found.run(values, this.scope, name)
    if (typeof result === 'string') this.scope.budget.characters(result.length)
    return result
  }

  #binary(operator: BinaryOperator, left: Expression, right: Expression): Value {
    const a = this.run(left)
    const b = this.run(right)
    if (operator === '==' || operator === '!=') {
      const unknown = unknownIn(a) ?? unknownIn(b)
      if (unknown !== undefined) return new Unknown(unknown.what)
      return equal(a, b) === (operator === '==')
    }
    if (operator === '||' || operator === '&&') {
      // A known side can decide.
      const deciding = operator === '||'
      const sides = [a, b].map((side) =>
        isUnknown(side) ? side : toBoolean(side, `beside \`${operator}\``)
      )
      if (sides.includes(deciding)) return deciding
      return sides.find((side) => typeof side !== 'boolean') ?? !deciding
    }
    if (isUnknown(a)) return new Unknown(a.what)
    if (isUnknown(b)) return new Unknown(b.what)
    const where = `beside \`${operator}\``
    return arithmetic(operator, toExact(a, where), toExact(b, where))
  }

  /** The other side can be an error. If it is not, its type counts: `x ? toset(["a"]) : []` is a set. */
  #conditional(expression: Expression & { kind: 'conditional' }): Value {
    const condition = this.run(expression.condition)
    if (isUnknown(condition)) return new Unknown(condition.what)
    const isTrue = toBoolean(condition, 'the condition')
    const value = this.run(isTrue ? expression.then : expression.otherwise)
    if (value === null || typeof value === 'string') return value
    const other = tolerant(() => this.run(isTrue ? expression.otherwise : expression.then))
    return unified([value, other])[0]!
  }

  #object(entries: readonly { key: Expression; value: Expression }[]): Value {
    const object = new Map<string, Value>()
    for (const { key, value } of entries) {
      const name = this.run(key)
      if (isUnknown(name)) return new Unknown(name.what)
      object.set(
        located(key, () => toText(name, 'a key of an object')),
        this.run(value)
      )
    }
    return object
  }

  /** The pairs that a `for` iterates over. */
  #entries(collection: Value): readonly [Value, Value][] | Unknown {
    if (isUnknown(collection)) return new Unknown(collection.what)
    if (isList(collection)) return collection.map((value, i) => [i, value])
    if (collection instanceof SetValue) return collection.items.map((value) => [value, value])
    if (isObject(collection)) return sortedEntries(collection)
    throw new EvaluationProblem(`cannot iterate over ${describe(collection)}`)
  }

  #inFor({ keyName, valueName }: ForNames, key: Value, value: Value): Evaluator {
    const names = new Map<string, Value>([[valueName, value]])
    if (keyName !== undefined) names.set(keyName, key)
    return new Evaluator(withNames(this.scope, names))
  }

  #for(expression: Expression & { kind: 'for' }): Value {
    const entries = this.#entries(this.run(expression.collection))
    if (isUnknown(entries)) return entries
    const kept: { inner: Evaluator }[] = []
    for (const [key, value] of entries) {
      const inner = this.#inFor(expression, key, value)
      if (expression.condition !== undefined) {
        const condition = inner.run(expression.condition)
        if (isUnknown(condition)) return new Unknown(condition.what)
        if (!toBoolean(condition, 'after `if`')) continue
      }
      kept.push({ inner })
    }
    if (expression.key === undefined) return kept.map(({ inner }) => inner.run(expression.value))
    const object = new Map<string, Value>()
    for (const { inner } of kept) {
      const key = inner.run(expression.key)
      if (isUnknown(key)) return new Unknown(key.what)
      const name = located(expression.key, () => toText(key, 'a key of an object'))
      const value = inner.run(expression.value)
      if (expression.isGrouped) {
        const group = object.get(name) as Value[] | undefined
        if (group === undefined) object.set(name, [value])
        else group.push(value)
      } else if (object.has(name)) {
        throw new EvaluationProblem(`duplicate key "${name}"`, expression.key.at)
      } else {
        object.set(name, value)
      }
    }
    return object
  }
}

/**
 * The value of an expression. A value that exists only after Terraform has run is `Unknown`, and so are all values that depend on it.
 *
 * @throws EvaluationProblem
 */
export const evaluate = (expression: Expression, scope: Scope): Value =>
  new Evaluator(scope).run(expression)
