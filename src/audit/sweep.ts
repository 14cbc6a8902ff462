import type { CompareNode, FieldNode, LogicalNode } from '../language/ast.ts'
import { treeOf } from '../language/compile/tree.ts'
import { derive } from '../language/derive.ts'
import { isLogical } from '../language/walk.ts'
import { replaceRules } from '../rules/replace-rules.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import type { AuditOptions } from './audit.ts'
import { countStopped } from './audit.ts'

/** One threshold, and the visitors that the rules stop with it. */
export interface SweepRow {
  readonly threshold: number
  readonly stoppedGood: number
  readonly stoppedBad: number
}

/** The last word of a field: `score` of `cf.bot_management.score`. */
export const wordOf = (field: string): string => field.split(/[._]/).at(-1)!

export const isSwept = (field: string, name: string): boolean =>
  field === name || wordOf(field) === name

const comparedIn = (node: LogicalNode): string[] => {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'xor':
      return node.items.flatMap(comparedIn)
    case 'not':
    case 'any':
    case 'all':
      return comparedIn(node.item)
    case 'compare':
      return isThreshold(node) ? [node.left.name] : []
    default:
      return []
  }
}

/** The fields that rules compare with a number. */
export const comparedFields = (ruleset: Ruleset): string[] => [
  ...new Set(
    allRules(ruleset).flatMap(({ expression }) => {
      const root = treeOf(expression)
      return root !== undefined && isLogical(root) ? comparedIn(root) : []
    })
  ),
]

type Threshold = CompareNode & { readonly left: FieldNode }

const isThreshold = (node: CompareNode): node is Threshold =>
  node.left.kind === 'field' &&
  node.right.kind === 'literal' &&
  typeof node.right.value === 'number'

/** The tree with another number wherever a field of this kind is compared with one. */
const withThreshold = (
  node: LogicalNode,
  isField: (name: string) => boolean,
  threshold: number
): LogicalNode => {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'xor':
      return { ...node, items: node.items.map((item) => withThreshold(item, isField, threshold)) }
    case 'not':
    case 'any':
    case 'all':
      return { ...node, item: withThreshold(node.item, isField, threshold) }
    case 'compare': {
      return isThreshold(node) && isField(node.left.name)
        ? { ...node, right: { kind: 'literal', value: threshold } }
        : node
    }
    default:
      return node
  }
}

/** The ruleset with another threshold in each rule that compares a field whose last word is `name`. */
const rulesetAt = (ruleset: Ruleset, name: string, threshold: number): Ruleset | undefined => {
  const isField = (field: string) => isSwept(field, name)
  const by = new Map<Rule, Rule>()
  for (const rule of allRules(ruleset)) {
    const root = treeOf(rule.expression)
    if (root === undefined || !isLogical(root) || !rule.expression.fields.some(isField)) continue
    const expression = derive(rule.expression, withThreshold(root, isField, threshold))
    if (expression !== undefined) by.set(rule, { ...rule, expression })
  }
  return by.size === 0 ? undefined : replaceRules(ruleset, by)
}

/**
 * The good and bad visitors that the rules stop at each threshold of a score.
 *
 * @param name the field, or its last word: `score`
 * @returns empty where no rule compares such a field with a number
 */
export const sweep = (
  options: AuditOptions,
  name: string,
  thresholds: readonly number[]
): SweepRow[] =>
  thresholds.flatMap((threshold) => {
    const ruleset = rulesetAt(options.ruleset, name, threshold)
    return ruleset === undefined ? [] : [{ threshold, ...countStopped({ ...options, ruleset }) }]
  })
