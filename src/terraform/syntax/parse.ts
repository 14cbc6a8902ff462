import { Cursor } from './cursor.ts'
import { expression, templated } from './expressions.ts'
import { bareTemplate, quoted } from './strings.ts'
import type { SourceText } from './text.ts'
import type { Attribute, Block, Body, Expression } from './tree.ts'

const label = (cursor: Cursor): string | undefined => {
  cursor.skip()
  if (cursor.text[cursor.position] !== '"') return cursor.identifier()
  const start = cursor.position
  const parts = quoted(cursor)
  return parts
    .map((part) =>
      part.kind === 'text' ? part.text : cursor.fail('a label of a block is plain text', start)
    )
    .join('')
}

const endOfItem = (cursor: Cursor, item: string): void => {
  cursor.skip()
  if (cursor.isAtLineEnd) return
  cursor.fail(`expected a new line after ${item}, found ${cursor.found()}`)
}

const block = (cursor: Cursor, type: string, offset: number): Block => {
  const labels: string[] = []
  while (!cursor.takes('{')) {
    const found = label(cursor)
    if (found === undefined) {
      cursor.fail(`expected \`=\` or a block after \`${type}\`, found ${cursor.found()}`)
    }
    labels.push(found)
  }
  cursor.skip()
  const isOneLine = !cursor.isAtLineEnd && !cursor.sees('}')
  const found = cursor.deeper(() => (isOneLine ? oneLineBody(cursor) : body(cursor, true)))
  return { type, labels, body: found, at: cursor.at(offset) }
}

/** `{ name = value }`: one attribute, and the brace on the same line. */
const oneLineBody = (cursor: Cursor): Body => {
  const start = cursor.position
  const name = cursor.identifier()
  if (name === undefined || !cursor.sees('=') || cursor.sees('==')) {
    return cursor.fail('expected one attribute: a one-line block has nothing else', start)
  }
  cursor.position++
  const value = expression(cursor)
  cursor.expect('}', 'on the same line, after the only attribute of a one-line block')
  return {
    attributes: new Map([[name, { name, expression: value, at: cursor.at(start) }]]),
    blocks: [],
  }
}

const body = (cursor: Cursor, isBlock: boolean): Body => {
  const attributes = new Map<string, Attribute>()
  const blocks: Block[] = []
  for (;;) {
    cursor.skipLines()
    if (isBlock && cursor.takes('}')) break
    if (cursor.isAtEnd) {
      if (isBlock) cursor.fail('the block is not closed: expected `}`')
      break
    }
    const start = cursor.position
    const name = cursor.identifier()
    if (name === undefined) {
      return cursor.fail(`expected an attribute or a block, found ${cursor.found()}`)
    }
    if (cursor.sees('=') && !cursor.sees('==')) {
      cursor.position++
      if (attributes.has(name)) cursor.fail(`\`${name}\` is set twice`, start)
      attributes.set(name, { name, expression: expression(cursor), at: cursor.at(start) })
      endOfItem(cursor, `the value of \`${name}\``)
    } else {
      blocks.push(block(cursor, name, start))
      endOfItem(cursor, `the block \`${name}\``)
    }
  }
  return { attributes, blocks }
}

/**
 * Reads a file of HCL's native syntax (`.tf`, `.tofu`, `.tfvars`).
 *
 * Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
 *
 * @throws SyntaxProblem
 */
export const parseBody = (source: SourceText): Body => {
  const cursor = new Cursor(source, expression)
  if (source.text.startsWith('\ufeff')) cursor.position = 1
  return body(cursor, false)
}

/**
 * Reads a text with one expression, e.g. the value of `--var`.
 *
 * @throws SyntaxProblem
 */
export const parseExpression = (source: SourceText): Expression => {
  const cursor = new Cursor(source, expression)
  return cursor.inside(true, () => {
    const found = expression(cursor)
    cursor.skip()
    if (!cursor.isAtEnd) cursor.fail(`expected the end of the expression, found ${cursor.found()}`)
    return found
  })
}

/**
 * Reads a text with one template, as in `templatefile` and strings of `.tf.json`.
 *
 * @throws SyntaxProblem
 */
export const parseTemplate = (source: SourceText): Expression => {
  const cursor = new Cursor(source, expression)
  return templated(bareTemplate(cursor), cursor.at(0))
}
