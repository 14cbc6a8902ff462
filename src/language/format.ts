import type { ArgumentNode, CombineNode, CompareNode, OperandNode, RootNode } from './ast.ts'
import { readOperator } from './comparison.ts'
import { Cursor } from './cursor.ts'
import { printIndexes } from './print.ts'

/** The maximum width of a formatted expression, unless a part of it cannot be broken. */
export const WIDTH = 100
const INDENT = '  '

/** Strings keep every character; everything else between spaces is one item. */
const ITEM = /(?:r(#*)".*?"\1|"(?:[^"\\]|\\.)*"|[^\s{}"])+/gs

interface Style {
  readonly source: string
  /** False if the expression has to stay on one line. */
  readonly isBroken: boolean
}

const isCombine = (node: ArgumentNode): node is CombineNode =>
  node.kind === 'and' || node.kind === 'or' || node.kind === 'xor'

const indented = (text: string) => text.replace(/^(?=.)/gm, INDENT)

const fits = (text: string) => text.length <= WIDTH && !text.includes('\n')

/** The name as its author wrote it: an alias stays one. */
const nameIn = (source: string, start: number) => {
  const cursor = new Cursor(source)
  cursor.at = start
  return cursor.peekName()
}

const operand = (node: OperandNode, style: Style): string => {
  const indexes = printIndexes(node.indexes)
  if (node.kind === 'field') return `${nameIn(style.source, node.start)}${indexes}`
  const given = node.arguments.map((argument) => {
    const text = flat(argument, style)
    // The parser reads a logical argument only inside parentheses.
    return isCombine(argument) || argument.kind === 'bare' ? `(${text})` : text
  })
  return `${node.definition.name}(${given.join(', ')})${indexes}`
}

/** Breaks the items of a set into lines, each as full as possible. */
const setLines = (items: readonly string[]): string => {
  const lines: string[] = []
  for (const item of items) {
    const last = lines.at(-1)
    const joined = `${last} ${item}`
    if (last !== undefined && joined.length + INDENT.length <= WIDTH) {
      lines[lines.length - 1] = joined
    } else lines.push(item)
  }
  return `{\n${lines.map((line) => `${INDENT}${line}`).join('\n')}\n}`
}

const comparison = (node: CompareNode, style: Style): string => {
  const { source, isBroken } = style
  const cursor = new Cursor(source, node.end)
  cursor.at = node.left.end
  cursor.skipSpace()
  readOperator(cursor, '')
  cursor.skipSpace()
  const left = `${operand(node.left, style)} ${node.operator} `
  const written = source.slice(cursor.at, node.end)
  switch (node.right.kind) {
    case 'dynamic':
      return left + operand(node.right.operand, style)
    case 'bytes_set':
    case 'int_set':
    case 'ip_set': {
      const items = written.slice(1, -1).match(ITEM) ?? []
      const line = `${left}{${items.join(' ')}}`
      return isBroken && !fits(line) ? left + setLines(items) : line
    }
    default:
      return left + written
  }
}

/** On one line. */
const flat = (node: RootNode | ArgumentNode, style: Style): string => {
  switch (node.kind) {
    case 'literal':
      return style.source.slice(node.start, node.end)
    case 'field':
    case 'call':
      return operand(node, style)
    case 'constant':
      return String(node.value)
    case 'bare':
      return operand(node.operand, style)
    case 'compare':
      return comparison(node, style)
    case 'not':
      return `not ${isCombine(node.item) ? `(${flat(node.item, style)})` : flat(node.item, style)}`
    case 'any':
    case 'all':
      return `${node.kind}(${isCombine(node.item) ? `(${flat(node.item, style)})` : flat(node.item, style)})`
    default:
      return node.items
        .map((item) => (isCombine(item) ? `(${flat(item, style)})` : flat(item, style)))
        .join(` ${node.kind} `)
  }
}

/** Puts a group in parentheses, on several lines if one line is too short. */
const group = (node: CombineNode, style: Style): string => {
  const line = `(${flat(node, { ...style, isBroken: false })})`
  return fits(line) ? line : `(\n${indented(lines(node, style))}\n)`
}

/** Puts each part on its own line. */
const broken = (node: CombineNode, style: Style): string =>
  node.items
    .map((item) => (isCombine(item) ? group(item, style) : lines(item, style)))
    .join(`\n${node.kind} `)

const lines = (node: RootNode | ArgumentNode, style: Style): string => {
  const line = flat(node, { ...style, isBroken: false })
  if (fits(line)) return line
  if (isCombine(node)) return broken(node, style)
  if (node.kind === 'not') {
    return `not ${isCombine(node.item) ? group(node.item, style) : lines(node.item, style)}`
  }
  return flat(node, style)
}

/**
 * Rewrites an expression: words for operators, one space between words, and parentheses only around a group of another
 * operator. Names and values keep their spelling, and the text parses to the same tree.
 *
 * @param isBroken true if an expression may take several lines: one of more than 100 characters, or one that already has
 * several
 * @returns `undefined` if a value contains a line end: its lines cannot be indented
 */
export const format = (source: string, root: RootNode, isBroken: boolean): string | undefined => {
  const line = flat(root, { source, isBroken: false })
  if (line.includes('\n')) return undefined
  if (!isBroken) return line
  const style = { source, isBroken }
  // The author broke the expression on purpose.
  const isMeant = isCombine(root) && source.trim().includes('\n')
  return isMeant ? broken(root, style) : lines(root, style)
}
