import type { BareNode, CompareNode, LogicalNode, QuantifierNode } from '../../language/ast.ts'

/** A condition that is true or false as a whole: a comparison, a call or a quantifier. */
export type AtomNode = CompareNode | BareNode | QuantifierNode

/** The logic of an expression over its atoms. */
export type Formula<Atom> =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'atom'; readonly atom: Atom }
  | { readonly kind: 'not'; readonly item: Formula<Atom> }
  | { readonly kind: 'and' | 'or' | 'xor'; readonly items: readonly Formula<Atom>[] }

/** Returns the formula of a node of type Bool. */
export const formulaOf = <Atom>(
  node: LogicalNode,
  atomOf: (node: AtomNode) => Atom
): Formula<Atom> => {
  switch (node.kind) {
    case 'constant':
      return { kind: 'constant', value: node.value }
    case 'not':
      return { kind: 'not', item: formulaOf(node.item, atomOf) }
    case 'and':
    case 'or':
    case 'xor':
      return { kind: node.kind, items: node.items.map((item) => formulaOf(item, atomOf)) }
    default:
      return { kind: 'atom', atom: atomOf(node) }
  }
}
