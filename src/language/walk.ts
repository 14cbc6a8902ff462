import type { ArgumentNode, FieldNode, LogicalNode, OperandNode, RootNode } from './ast.ts'

type AnyNode = ArgumentNode | LogicalNode | RootNode

/** The nodes directly inside a node, in the order of the source. */
export const children = (node: AnyNode): readonly AnyNode[] => {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'xor':
      return node.items
    case 'not':
    case 'any':
    case 'all':
      return [node.item]
    case 'bare':
      return [node.operand]
    case 'compare':
      return node.right.kind === 'dynamic' ? [node.left, node.right.operand] : [node.left]
    case 'call':
      return node.arguments
    default:
      return []
  }
}

/** The node and everything inside it, outside first. */
export const descendants = (node: AnyNode, found: AnyNode[] = []): AnyNode[] => {
  found.push(node)
  for (const child of children(node)) descendants(child, found)
  return found
}

/** The fields a node reads, in order of appearance. */
export const fieldsOf = (node: AnyNode): FieldNode[] =>
  descendants(node).filter((one): one is FieldNode => one.kind === 'field')

export const isOperand = (node: AnyNode): node is OperandNode =>
  node.kind === 'field' || node.kind === 'call'

/** True if the node is a condition, which is true or false of a request. */
export const isLogical = (node: RootNode): node is LogicalNode =>
  !isOperand(node) && node.kind !== 'literal'
