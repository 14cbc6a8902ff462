import type { RootNode } from '../language/ast.ts'
import { treeOf } from '../language/compile/tree.ts'
import type { Lists } from '../language/compile.ts'
import type { Expression } from '../language/expression.ts'
import type { Drafts } from '../rules/document.ts'
import type { Draft } from '../rules/draft.ts'
import { nameAfter } from '../rules/name-after.ts'
import type { Part, Span } from '../rules/node.ts'
import type { Plan } from './lint-type.ts'

export type Locate = (part: Part) => Span

/** An expression of a rule, with the place of each of its parts. */
export interface Written {
  readonly expression: Expression
  readonly source: string
  readonly root: RootNode
  readonly locate: Locate
  readonly rule: LintRule
  /** `expression` matches requests; `counting` and `characteristic` belong to rate limiting. */
  readonly role: 'expression' | 'counting' | 'characteristic'
}

/** One rule as the lints see it. */
export interface LintRule {
  readonly draft: Draft
  readonly name: string
  /** Rules that judge the same request share a group. */
  readonly group: string
  /** Absent if the expression does not compile, or if the product has no expression. */
  readonly written?: Written
  /** All expressions in the document, none of those that are derived. */
  readonly all: readonly Written[]
}

export interface OwnListFacts {
  readonly name: string
  readonly size: number
  /**
   * The group whose rules can use the list. A zone's rules can also use the document's lists, unless the zone has a list of that name.
   */
  readonly group: string
}

/** Everything that the lints examine. */
export interface Subject {
  readonly rules: readonly LintRule[]
  readonly ownLists: readonly OwnListFacts[]
  /** Names that refer to one list in a zone's rules and to another in the document's. */
  readonly ambiguousLists: ReadonlySet<string>
  readonly lists: Lists
  readonly plan: Plan | undefined
}

export type Places = ReadonlyMap<Expression, Locate>

const writtenOf = (
  rule: LintRule,
  expression: Expression | undefined,
  role: Written['role'],
  places: Places
): Written[] => {
  const locate = expression && places.get(expression)
  // An expression without a place is derived, so its tree is not needed.
  const root = locate && treeOf(expression)
  if (expression === undefined || root === undefined || locate === undefined) return []
  return [{ expression, source: expression.source, root, locate, rule, role }]
}

const ruleOf = (draft: Draft, group: string, places: Places): LintRule => {
  const all: Written[] = []
  const rule = {
    draft,
    name: draft.name || draft.id || nameAfter(draft.expression?.source ?? ''),
    group,
    all,
  }
  const own = writtenOf(rule, draft.expression, 'expression', places)
  all.push(...own)
  const { parts } = draft
  if (parts?.product === 'rateLimit') {
    all.push(...writtenOf(rule, parts.countingExpression, 'counting', places))
    for (const { expression } of parts.characteristics) {
      all.push(...writtenOf(rule, expression, 'characteristic', places))
    }
  }
  return own[0] === undefined ? rule : Object.assign(rule, { written: own[0] })
}

const ACCOUNT = ''
const groupOf = (zone: string): string => `zone: ${zone}`

const isKnown = (lists: Lists, name: string): boolean =>
  [lists.ip, lists.int, lists.string].some((find) => find?.(name) !== undefined)

const ambiguousIn = (own: readonly OwnListFacts[], lists: Lists): ReadonlySet<string> => {
  const ofDocument = new Set(own.flatMap(({ name, group }) => (group === ACCOUNT ? name : [])))
  return new Set(
    own.flatMap(({ name, group }) =>
      group !== ACCOUNT && (ofDocument.has(name) || isKnown(lists, name)) ? name : []
    )
  )
}

/** Collects the rules of drafts. The document's rules precede the rules of each zone. */
export const subjectOf = (
  drafts: Drafts,
  {
    places,
    groups = new Map(),
    lists = {},
    plan,
  }: {
    places: Places
    groups?: ReadonlyMap<Draft, string>
    lists?: Lists
    plan?: Plan | undefined
  }
): Subject => {
  const zones = drafts.zones ?? []
  const factsOf = (of: Drafts['lists'], group: string): OwnListFacts[] =>
    of.map(({ name, size }) => ({ name, size, group }))
  const ownLists = [
    ...factsOf(drafts.lists, ACCOUNT),
    ...zones.flatMap((zone) => factsOf(zone.lists, groupOf(zone.head.name))),
  ]
  return {
    rules: [
      ...drafts.rules.map((draft) => ruleOf(draft, groups.get(draft) ?? ACCOUNT, places)),
      ...zones.flatMap(({ head, rules }) =>
        rules.map((draft) => ruleOf(draft, groupOf(head.name), places))
      ),
    ],
    ownLists,
    ambiguousLists: ambiguousIn(ownLists, lists),
    lists,
    plan,
  }
}
