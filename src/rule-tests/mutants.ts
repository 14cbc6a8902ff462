import type { CompareNode, LogicalNode, Right, RootNode } from '../language/ast.ts'
import { treeOf } from '../language/compile/tree.ts'
import { derive } from '../language/derive.ts'
import { print } from '../language/print.ts'
import { isLogical } from '../language/walk.ts'
import type { ProductSlot as Slot } from '../rules/replace-rules.ts'
import { replaceRules, PRODUCT_SLOTS as SLOTS } from '../rules/replace-rules.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { placeOf } from '../toolkit/trial-phases.ts'

/** A ruleset with one change that its tests should detect. */
export interface Mutant {
  /** The changed rule; if two rules are swapped, the first. */
  readonly rule: Rule
  /** `file:line` */
  readonly place: string
  /** The change in words. */
  readonly change: string
  /** The rules whose tests can detect the change. */
  readonly touched: readonly Rule[]
  readonly ruleset: Ruleset
}

interface Variant {
  readonly root: LogicalNode
  readonly change: string
}

/** The most items of a set that are removed in turn. Tests for more items would only repeat each other. */
const MOST_ITEMS = 3
const MAX_TEXT_CHARACTERS = 80

const cut = (text: string) =>
  text.length > MAX_TEXT_CHARACTERS ? `${text.slice(0, MAX_TEXT_CHARACTERS - 1)}…` : text
const shown = (node: RootNode) => `\`${cut(print(node))}\``

const NEIGHBOURS = { lt: 'le', le: 'lt', gt: 'ge', ge: 'gt', eq: 'ne', ne: 'eq' } as const

const withoutItem = (right: Right, at: number): Right | undefined => {
  switch (right.kind) {
    case 'bytes_set':
      return { ...right, items: right.items.filter((_, i) => i !== at) }
    case 'int_set':
      return { ...right, items: right.items.filter((_, i) => i !== at) }
    case 'ip_set':
      return { ...right, items: right.items.filter((_, i) => i !== at) }
    default:
      return undefined
  }
}

const compareVariants = function* (node: CompareNode): Generator<Variant> {
  const { operator, right } = node
  if (operator in NEIGHBOURS) {
    const other = NEIGHBOURS[operator as keyof typeof NEIGHBOURS]
    const changed = { ...node, operator: other }
    yield { root: changed, change: `${shown(node)} became ${shown(changed)}` }
    return
  }
  const size = 'items' in right ? right.items.length : 0
  for (let at = 0; size > 1 && at < Math.min(size, MOST_ITEMS); at++) {
    const smaller = withoutItem(right, at)!
    const single = (keep: Right) => print({ ...node, right: keep })
    const gone = 'items' in right ? withOnly(right, at) : right
    const item = single(gone).replace(/^.*\{|\}$/gs, '')
    yield {
      root: { ...node, right: smaller },
      change: `${cut(item)} left the set of ${shown(node.left)}`,
    }
  }
}

const withOnly = (right: Right, at: number): Right => {
  switch (right.kind) {
    case 'bytes_set':
      return { ...right, items: [right.items[at]!] }
    case 'int_set':
      return { ...right, items: [right.items[at]!] }
    case 'ip_set':
      return { ...right, items: [right.items[at]!] }
    default:
      return right
  }
}

/** Yields all changes of one part of an expression. */
const variantsOf = function* (node: LogicalNode): Generator<Variant> {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'xor': {
      for (const [at, item] of node.items.entries()) {
        const rest = node.items.filter((_, i) => i !== at)
        const root = rest.length === 1 ? rest[0]! : { ...node, items: rest }
        yield { root, change: `${shown(item)} was dropped` }
      }
      for (const [at, item] of node.items.entries()) {
        for (const { root, change } of variantsOf(item)) {
          yield { root: { ...node, items: node.items.with(at, root) }, change }
        }
      }
      return
    }
    case 'not': {
      yield { root: node.item, change: `the \`not\` of ${shown(node.item)} was dropped` }
      for (const { root, change } of variantsOf(node.item))
        yield { root: { ...node, item: root }, change }
      return
    }
    case 'compare': {
      if (node.type.kind === 'Bool') {
        yield {
          root: { kind: 'not', item: node, type: node.type, start: node.start, end: node.end },
          change: `${shown(node)} was negated`,
        }
      }
      yield* compareVariants(node)
      return
    }
    case 'bare':
      if (node.type.kind === 'Bool') {
        yield {
          root: { kind: 'not', item: node, type: node.type, start: node.start, end: node.end },
          change: `${shown(node)} was negated`,
        }
      }
      return
    default:
  }
}

/** The products whose rules have an expression that is evaluated. */
const BY_EXPRESSION: readonly Slot[] = ['rules', 'rateLimits']

const mutantsOf = function* (ruleset: Ruleset, rule: Rule, slot: Slot): Generator<Mutant> {
  const about = { rule, place: placeOf(rule), touched: [rule] }
  const change = (by: Partial<Rule>, text: string): Mutant => ({
    ...about,
    change: text,
    ruleset: replaceRules(ruleset, new Map([[rule, { ...rule, ...by }]])),
  })
  yield change({ enabled: false }, 'the rule was disabled')
  if (slot === 'rules') {
    const action = rule.action === 'log' ? 'block' : 'log'
    yield change({ action }, `the action ${rule.action} became ${action}`)
  }
  const root = treeOf(rule.expression)
  if (!BY_EXPRESSION.includes(slot) || root === undefined || !isLogical(root)) return
  for (const variant of variantsOf(root)) {
    const expression = derive(rule.expression, variant.root)
    if (expression !== undefined) yield change({ expression }, variant.change)
  }
}

/** Yields a mutant for each two adjacent custom rules with different actions, in which they are swapped. */
const swaps = function* (ruleset: Ruleset, rules: readonly Rule[]): Generator<Mutant> {
  for (let i = 0; i + 1 < rules.length; i++) {
    const [first, second] = [rules[i]!, rules[i + 1]!]
    // Two rules with the same action give the same verdict in either order.
    if (first.action === second.action || i + 1 === ruleset.accountRules) continue
    if (!first.enabled || !second.enabled) continue
    const by = new Map([
      [first, second],
      [second, first],
    ])
    yield {
      rule: first,
      place: placeOf(first),
      change: `it changed places with "${second.name}"`,
      touched: [first, second],
      ruleset: replaceRules(ruleset, by),
    }
  }
}

/**
 * Yields all mutants of a ruleset. Each enabled rule is disabled, gets another action, loses or negates one clause, gets a similar
 * operator, or loses one item of a set. Each two adjacent custom rules are swapped.
 */
export const mutants = function* (ruleset: Ruleset): Generator<Mutant> {
  const all = [ruleset, ...ruleset.zones.map(({ own }) => own)]
  for (const products of all) {
    for (const slot of SLOTS) {
      for (const rule of products[slot]) {
        if (rule.enabled) yield* mutantsOf(ruleset, rule, slot)
      }
    }
    yield* swaps(ruleset, products.rules)
  }
}
