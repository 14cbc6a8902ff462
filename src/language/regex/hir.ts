import type { Look } from './look-names.ts'
import { type Ranges, union } from './ranges.ts'
import type { Trie } from './utf8.ts'

/**
 * The meaning of a pattern after flags, classes and Unicode are resolved: only bytes, choice, repetition and assertions are
 * left. `min` and `max` are match lengths in bytes (`max` is Infinity if unbounded).
 */
export type Node = { readonly min: number; readonly max: number } & (
  | { readonly kind: 'empty' }
  /** One byte of a set; the empty set never matches. */
  | { readonly kind: 'set'; readonly ranges: Ranges }
  /** One codepoint, as UTF-8. */
  | { readonly kind: 'utf8'; readonly trie: Trie }
  | { readonly kind: 'look'; readonly look: Look }
  | { readonly kind: 'cat' | 'alt'; readonly nodes: readonly Node[] }
  | {
      readonly kind: 'repeat'
      readonly node: Node
      readonly from: number
      readonly to: number
      readonly greedy: boolean
    }
  | { readonly kind: 'group'; readonly node: Node; readonly index: number }
)

export type NodeOf<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>

const MAX_UTF8_BYTES = 4

const EMPTY: Node = { kind: 'empty', min: 0, max: 0 }

export const byteSet = (ranges: Ranges): Node => ({ kind: 'set', ranges, min: 1, max: 1 })

export const codepoint = (trie: Trie): Node => ({
  kind: 'utf8',
  trie,
  min: 1,
  max: MAX_UTF8_BYTES,
})

export const assertion = (look: Look): Node => ({ kind: 'look', look, min: 0, max: 0 })

export const group = (node: Node, index: number): Node => ({
  kind: 'group',
  node,
  index,
  min: node.min,
  max: node.max,
})

export const concat = (nodes: readonly Node[]): Node => {
  const flat = nodes.flatMap((node) =>
    node.kind === 'cat' ? node.nodes : node.kind === 'empty' ? [] : [node]
  )
  if (flat.length < 2) return flat[0] ?? EMPTY
  let min = 0
  let max = 0
  for (const node of flat) {
    min += node.min
    max += node.max
  }
  return { kind: 'cat', nodes: flat, min, max }
}

/** Ordered choice: of two branches that match, the first wins. */
export const alternate = (nodes: readonly Node[]): Node => {
  if (nodes.length === 1) return nodes[0]!
  if (nodes.every((node) => node.kind === 'set')) {
    return byteSet(nodes.reduce<Ranges>((all, node) => union(all, node.ranges), []))
  }
  return {
    kind: 'alt',
    nodes,
    min: Math.min(...nodes.map((node) => node.min)),
    max: Math.max(...nodes.map((node) => node.max)),
  }
}

export const repeat = (node: Node, from: number, to: number, greedy: boolean): Node => {
  if (node.max === 0) {
    // Matching the empty text twice equals matching it once: this keeps `(){4294967295}` small.
    from = Math.min(from, 1)
    to = Math.min(to, 1)
  }
  if (to === 0) return EMPTY
  if (from === 1 && to === 1) return node
  // 0 × Infinity is NaN in IEEE 754, hence the guard.
  const max = node.max === 0 ? 0 : node.max * to
  return { kind: 'repeat', node, from, to, greedy, min: node.min * from, max }
}
