import type { IpRange } from '../lists/ip.ts'
import { formatIp, Ip, ipEquals, maxPrefix, networkOf } from '../lists/ip.ts'
import type { ArgumentNode, CombineNode, Index, Operator, Right, RootNode } from './ast.ts'
import { toStrictText, toText } from './bytes.ts'
import type { Value } from './types.ts'

const hexEscape = (char: string) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`

/** A quoted string that reads back as the same bytes. */
export const quote = (bytes: string): string => {
  const text = toStrictText(bytes)
  const escaped = (text ?? bytes).replace(/["\\]/g, '\\$&')
  const control = /[\u0000-\u001f\u007f]/g
  // Bytes that are not UTF-8 need escapes, one for each byte.
  const unsafe = /[\u0000-\u001f\u007f-\u00ff]/g
  return `"${escaped.replace(text === undefined ? unsafe : control, hexEscape)}"`
}

/** Returns a raw string with the number of `#` that the text needs. */
const raw = (text: string): string => {
  let hashes = ''
  while (text.includes(`"${hashes}`)) hashes += '#'
  return `r${hashes}"${text}"${hashes}`
}

const ipRange = ({ from, to }: IpRange): string => {
  if (ipEquals(from, to)) return formatIp(from)
  for (let prefix = maxPrefix(from.family) - 1; prefix >= 0; prefix--) {
    const network = networkOf(from, prefix)
    if (!ipEquals(network.from, from)) break
    if (ipEquals(network.to, to)) return `${formatIp(from)}/${prefix}`
  }
  return `${formatIp(from)}..${formatIp(to)}`
}

const literal = (value: Value): string => {
  if (typeof value === 'string') return quote(value)
  return value instanceof Ip ? formatIp(value) : String(value)
}

const braces = (items: readonly string[]) => `{${items.join(' ')}}`

const right = (node: Right, operator: Operator): string => {
  switch (node.kind) {
    case 'literal':
      return literal(node.value)
    case 'dynamic':
      return print(node.operand)
    case 'bytes_set':
      return braces(node.items.map(quote))
    case 'int_set':
      return braces(node.items.map(([from, to]) => (from === to ? `${from}` : `${from}..${to}`)))
    case 'ip_set':
      return braces(node.items.map(ipRange))
    case 'list':
      return `$${node.name}`
    case 'pattern':
      return operator === 'matches' ? raw(toText(node.pattern)) : quote(node.pattern)
  }
}

export const printIndexes = (indexes: readonly Index[]): string =>
  indexes
    .map((index) =>
      index.kind === 'each'
        ? '[*]'
        : index.kind === 'at'
          ? `[${index.at}]`
          : `[${quote(index.key)}]`
    )
    .join('')

const TIGHTNESS: Record<CombineNode['kind'], number> = { or: 0, xor: 1, and: 2 }

const isCombine = (node: ArgumentNode): node is CombineNode =>
  node.kind === 'and' || node.kind === 'or' || node.kind === 'xor'

const grouped = (node: ArgumentNode, isNeeded: boolean) =>
  isNeeded ? `(${print(node)})` : print(node)

/**
 * Canonical text: word operators, double quotes, only necessary parentheses. Parsing it gives the same tree.
 */
export const print = (node: RootNode | ArgumentNode): string => {
  switch (node.kind) {
    case 'literal':
      return literal(node.value)
    case 'field':
      return `${node.name}${printIndexes(node.indexes)}`
    case 'call': {
      // The parser reads a logical argument only inside parentheses; without them, a condition would be an operand.
      const given = node.arguments.map((argument) =>
        grouped(argument, isCombine(argument) || argument.kind === 'bare')
      )
      return `${node.definition.name}(${given.join(', ')})${printIndexes(node.indexes)}`
    }
    case 'constant':
      return String(node.value)
    case 'bare':
      return print(node.operand)
    case 'compare':
      return `${print(node.left)} ${node.operator} ${right(node.right, node.operator)}`
    case 'not':
      return `not ${grouped(node.item, isCombine(node.item))}`
    case 'any':
    case 'all':
      return `${node.kind}(${grouped(node.item, isCombine(node.item))})`
    default:
      return node.items
        .map((item) =>
          grouped(item, isCombine(item) && TIGHTNESS[item.kind] <= TIGHTNESS[node.kind])
        )
        .join(` ${node.kind} `)
  }
}
