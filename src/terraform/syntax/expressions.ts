import { numberFrom } from '../values.ts'
import type { Cursor } from './cursor.ts'
import { heredoc, quoted } from './strings.ts'
import type { BinaryOperator, Expression, TemplatePart } from './tree.ts'

/** From the loosest to the tightest. Source: hclsyntax/spec.md, "Operations". */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
]

const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const INDEX = /\d+/y
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null }

/** A template with only text is a literal. */
export const templated = (parts: readonly TemplatePart[], at: Expression['at']): Expression => {
  // Terraform's texts are in Unicode's normal form C.
  for (const part of parts) if (part.kind === 'text') part.text = part.text.normalize('NFC')
  if (parts.every((part) => part.kind === 'text')) {
    const value = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')
    return { kind: 'literal', value, at }
  }
  return { kind: 'template', parts, at }
}

/** Names of a `for`, up to and including its collection and `:`. */
const forIntro = (cursor: Cursor) => {
  const first = cursor.identifier() ?? cursor.fail('expected a name after `for`')
  const second = cursor.takes(',')
    ? (cursor.identifier() ?? cursor.fail('expected a second name after `,`'))
    : undefined
  if (!cursor.takesWord('in')) cursor.fail(`expected \`in\`, found ${cursor.found()}`)
  const collection = expression(cursor)
  cursor.expect(':', 'after the collection of `for`')
  return {
    keyName: second === undefined ? undefined : first,
    valueName: second ?? first,
    collection,
  }
}

const forCondition = (cursor: Cursor) => (cursor.takesWord('if') ? expression(cursor) : undefined)

/** `for` as a whole word. A key can be `format`, but not `for`. */
const isFor = (cursor: Cursor): boolean => {
  const before = cursor.position
  const found = cursor.takesWord('for')
  cursor.position = before
  return found
}

const tuple = (cursor: Cursor): Expression => {
  const at = cursor.at()
  cursor.position++
  return cursor.inside(true, () => {
    if (isFor(cursor)) {
      cursor.takesWord('for')
      const intro = forIntro(cursor)
      const value = expression(cursor)
      const condition = forCondition(cursor)
      cursor.expect(']', 'at the end of the `for` expression')
      return { kind: 'for', ...intro, key: undefined, value, condition, isGrouped: false, at }
    }
    const items: Expression[] = []
    while (!cursor.takes(']')) {
      items.push(expression(cursor))
      if (cursor.takes(',')) continue
      cursor.expect(']', 'or `,` after an item of the list')
      break
    }
    return { kind: 'tuple', items, at }
  })
}

/** A name before `=` or `:` is text; anything else is an expression. */
const objectKey = (cursor: Cursor): Expression => {
  cursor.skip()
  const at = cursor.at()
  const word = cursor.identifier()
  if (word !== undefined && (cursor.sees('=') || cursor.sees(':')) && !cursor.sees('==')) {
    return { kind: 'literal', value: word, at }
  }
  cursor.position = at.offset
  return expression(cursor)
}

const object = (cursor: Cursor): Expression => {
  const at = cursor.at()
  cursor.position++
  const isComprehension = cursor.inside(true, () => isFor(cursor))
  if (isComprehension) {
    return cursor.inside(true, () => {
      cursor.takesWord('for')
      const intro = forIntro(cursor)
      const key = expression(cursor)
      cursor.expect('=>', 'after the key of the `for` expression')
      const value = expression(cursor)
      const isGrouped = cursor.takes('...')
      const condition = forCondition(cursor)
      cursor.expect('}', 'at the end of the `for` expression')
      return { kind: 'for', ...intro, key, value, condition, isGrouped, at }
    })
  }
  return cursor.inside(false, () => {
    const entries: { key: Expression; value: Expression }[] = []
    for (;;) {
      cursor.skipLines()
      if (cursor.takes('}')) break
      const key = objectKey(cursor)
      if (!cursor.takes('=') && !cursor.takes(':')) {
        cursor.fail(`expected \`=\` or \`:\` after a key of the object, found ${cursor.found()}`)
      }
      entries.push({ key, value: expression(cursor) })
      cursor.skip()
      if (cursor.takes(',') || cursor.isAtLineEnd || cursor.sees('}')) continue
      cursor.fail(`expected \`,\`, a new line or \`}\` after a value, found ${cursor.found()}`)
    }
    return { kind: 'object', entries, at }
  })
}

const call = (cursor: Cursor, name: string, at: Expression['at']): Expression => {
  cursor.expect('(', 'after the name of the function')
  return cursor.inside(true, () => {
    const args: Expression[] = []
    let isExpanded = false
    while (!cursor.takes(')')) {
      args.push(expression(cursor))
      if (cursor.takes('...')) {
        isExpanded = true
        cursor.expect(')', 'after `...`')
        break
      }
      if (cursor.takes(',')) continue
      cursor.expect(')', `or \`,\` after an argument of \`${name}\``)
      break
    }
    return { kind: 'call', name, args, isExpanded, at }
  })
}

const term = (cursor: Cursor): Expression => {
  cursor.skip()
  const at = cursor.at()
  const char = cursor.text[cursor.position]
  switch (char) {
    case '"':
      return templated(quoted(cursor), at)
    case '(':
      cursor.position++
      return cursor.inside(true, () => {
        const inner = expression(cursor)
        cursor.expect(')', 'after the expression')
        return inner
      })
    case '[':
      return tuple(cursor)
    case '{':
      return object(cursor)
    default:
  }
  if (cursor.sees('<<')) return templated(heredoc(cursor), at)
  NUMBER.lastIndex = cursor.position
  const [digits] = NUMBER.exec(cursor.text) ?? []
  if (digits !== undefined) {
    cursor.position += digits.length
    return { kind: 'literal', value: numberFrom(digits), at }
  }
  const name = cursor.identifier()
  if (name === undefined) return cursor.fail(`expected an expression, found ${cursor.found()}`)
  if (Object.hasOwn(WORDS, name)) return { kind: 'literal', value: WORDS[name]!, at }
  // Functions of providers: provider::NAME::FUNCTION.
  let full = name
  while (cursor.takes('::')) {
    full += `::${cursor.identifier() ?? cursor.fail('expected a name after `::`')}`
  }
  if (cursor.text[cursor.position] === '(') return call(cursor, full, at)
  return { kind: 'variable', name: full, at }
}

/** The steps after `.*` (only attributes) or `[*]` (attributes and indexes) apply to each element. */
const splatted = (cursor: Cursor, of: Expression, isFull: boolean): Expression => {
  const { at } = of
  let each: Expression = { kind: 'splat-item', at }
  for (;;) {
    const next = traversal(cursor, each, isFull)
    if (next === undefined) return { kind: 'splat', of, each, at }
    each = next
  }
}

/** One step of `.name`, `.0`, `[…]`; `undefined` if none is next. */
const traversal = (cursor: Cursor, of: Expression, takesIndexes = true): Expression | undefined => {
  const { at } = of
  const before = cursor.position
  cursor.skip()
  const char = cursor.text[cursor.position]
  if (char === '.' && !cursor.text.startsWith('...', cursor.position)) {
    cursor.position++
    cursor.skip()
    if (cursor.takes('*')) return splatted(cursor, of, false)
    INDEX.lastIndex = cursor.position
    const [digits] = INDEX.exec(cursor.text) ?? []
    if (digits !== undefined) {
      cursor.position += digits.length
      return { kind: 'index', of, key: { kind: 'literal', value: Number(digits), at }, at }
    }
    const name = cursor.identifier()
    if (name === undefined)
      return cursor.fail(`expected a name after \`.\`, found ${cursor.found()}`)
    return { kind: 'attribute', of, name, at }
  }
  if (char === '[' && takesIndexes) {
    cursor.position++
    return cursor.inside(true, () => {
      if (cursor.sees('*')) {
        const star = cursor.position
        cursor.position++
        if (cursor.takes(']')) return splatted(cursor, of, true)
        cursor.position = star
      }
      const key = expression(cursor)
      cursor.expect(']', 'after the index')
      return { kind: 'index', of, key, at }
    })
  }
  cursor.position = before
  return undefined
}

const postfix = (cursor: Cursor): Expression => {
  let found = term(cursor)
  for (;;) {
    const next = traversal(cursor, found)
    if (next === undefined) return found
    found = next
  }
}

const unary = (cursor: Cursor): Expression => {
  cursor.skip()
  const at = cursor.at()
  if (cursor.sees('!') && !cursor.sees('!=')) {
    cursor.position++
    return cursor.deeper(() => ({ kind: 'unary', operator: '!', of: unary(cursor), at }))
  }
  if (cursor.takes('-')) {
    return cursor.deeper(() => ({ kind: 'unary', operator: '-', of: unary(cursor), at }))
  }
  return postfix(cursor)
}

const operatorAt = (cursor: Cursor, level: number): BinaryOperator | undefined =>
  LEVELS[level]!.find((operator) => cursor.sees(operator))

const binary = (cursor: Cursor, level: number): Expression => {
  if (level === LEVELS.length) return unary(cursor)
  let left = binary(cursor, level + 1)
  for (;;) {
    const operator = operatorAt(cursor, level)
    if (operator === undefined) return left
    // `=>` ends the key of a `for` expression.
    cursor.position += operator.length
    const right = binary(cursor, level + 1)
    left = { kind: 'binary', operator, left, right, at: left.at }
  }
}

/**
 * Reads one expression.
 *
 * @throws SyntaxProblem
 */
export const expression = (cursor: Cursor): Expression =>
  cursor.deeper(() => {
    const condition = binary(cursor, 0)
    if (!cursor.takes('?')) return condition
    const then = expression(cursor)
    cursor.expect(':', 'in the conditional')
    const otherwise = expression(cursor)
    return { kind: 'conditional', condition, then, otherwise, at: condition.at }
  })
