import type { LogicalNode } from '../ast.ts'
import type { Leaf, Prefilter } from './prefilter.ts'
import { leafPrefilters, prefiltersOf } from './prefilter.ts'
import type { LookupKind, Subject } from './prefilter-keys.ts'
import { Subjects } from './prefilter-keys.ts'

/** A look-up takes about as long as the evaluation of this many rules one by one. */
const MIN_RULES: Readonly<Record<LookupKind, number>> = { value: 2, address: 2, needle: 3 }

/** Limit on the bytes of all needles of one look-up. It bounds memory: each byte takes about 300. */
const MAX_LOOKUP_BYTES = 100_000

/** The leaves of the logic, without the arguments of calls. */
const leavesOf = (node: LogicalNode, leaves: Leaf[] = []): Leaf[] => {
  switch (node.kind) {
    case 'compare':
    case 'bare':
      leaves.push(node)
      break
    case 'not':
    case 'any':
    case 'all':
      leavesOf(node.item, leaves)
      break
    case 'and':
    case 'or':
    case 'xor':
      for (const item of node.items) leavesOf(item, leaves)
  }
  return leaves
}

const countUses = (leaves: readonly Prefilter[], rule: number) => {
  for (const prefilter of leaves) {
    for (const key of prefilter) {
      key.count(rule)
      key.subject.count(rule)
    }
  }
}

const keyUses = (prefilter: Prefilter) =>
  prefilter.reduce((most, { rules }) => Math.max(most, rules), 0)

const subjectUses = (prefilter: Prefilter) =>
  prefilter.reduce((most, { subject }) => Math.max(most, subject.rules), 0)

const isBetter = (x: Prefilter, y: Prefilter) => {
  const [xUses, yUses] = [keyUses(x), keyUses(y)]
  return xUses === yUses ? subjectUses(x) > subjectUses(y) : xUses < yUses
}

const best = (prefilters: readonly Prefilter[]) =>
  prefilters.reduce((x, y) => (isBetter(y, x) ? y : x))

const isUsable = (prefilter: Prefilter) =>
  prefilter.every(({ subject: { rules, kind } }) => rules >= MIN_RULES[kind])

/**
 * Chooses the prefilter of each rule; `undefined` for a rule that has none and is always evaluated.
 *
 * A key that few rules share is more selective than a key that many share. If a hundred rules have the form
 * `http.host eq "shop.test" and http.request.uri.path contains "/old-7/"`, the path distinguishes them.
 */
export const choosePrefilters = (
  trees: readonly (LogicalNode | undefined)[]
): readonly (Prefilter | undefined)[] => {
  const subjects = new Subjects()
  const known = new Map<Leaf, readonly Prefilter[]>()
  trees.forEach((tree, rule) => {
    for (const leaf of tree === undefined ? [] : leavesOf(tree)) {
      const prefilters = leafPrefilters(leaf, subjects)
      known.set(leaf, prefilters)
      countUses(prefilters, rule)
    }
  })
  const sources = { ofLeaf: (leaf: Leaf) => known.get(leaf)!.filter(isUsable), best }
  const chosen = trees.map((tree) => {
    const prefilters = tree === undefined ? [] : prefiltersOf(tree, sources)
    return prefilters.length === 0 ? undefined : best(prefilters)
  })
  return withinLimits(chosen)
}

/** Drops the prefilters of a look-up that serves too few rules or is too large. */
const withinLimits = (
  chosen: readonly (Prefilter | undefined)[]
): readonly (Prefilter | undefined)[] => {
  const served = new Map<Subject, Set<number>>()
  chosen.forEach((prefilter, rule) => {
    for (const { subject } of prefilter ?? []) {
      const rules = served.get(subject)
      if (rules === undefined) served.set(subject, new Set([rule]))
      else rules.add(rule)
    }
  })
  const bytes = new Map<Subject, number>()
  return chosen.map((prefilter) => {
    if (prefilter?.some(({ subject }) => served.get(subject)!.size < MIN_RULES[subject.kind])) {
      return undefined
    }
    for (const { subject, sought } of prefilter ?? []) {
      if (subject.kind !== 'needle') continue
      const sum = (bytes.get(subject) ?? 0) + (sought as string).length
      if (sum > MAX_LOOKUP_BYTES) return undefined
      bytes.set(subject, sum)
    }
    return prefilter
  })
}
