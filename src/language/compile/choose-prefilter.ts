import type { LogicalNode } from '../ast.ts'
import type { Key, Leaf, Prefilter, Subject } from './prefilter.ts'
import { leafPrefilters, prefiltersOf } from './prefilter.ts'

/** A look-up takes about as long as the evaluation of this many rules one by one. */
const MIN_RULES: Readonly<Record<Subject['kind'], number>> = { value: 2, address: 2, needle: 3 }

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

const countEach = (counts: Map<string, number>, ids: Iterable<string>) => {
  for (const id of new Set(ids)) counts.set(id, (counts.get(id) ?? 0) + 1)
}

/** Counts, for each subject and each key, the rules that use it. */
const countUses = (leaves: readonly (readonly Key[])[]) => {
  const subjects = new Map<string, number>()
  const keys = new Map<string, number>()
  for (const ofRule of leaves) {
    countEach(
      subjects,
      ofRule.map(({ subject }) => subject.id)
    )
    countEach(
      keys,
      ofRule.map(({ id }) => id)
    )
  }
  return { subjects, keys }
}

/**
 * Chooses the prefilter of each rule; `undefined` for a rule that has none and is evaluated each time.
 *
 * A key of few rules is more selective than a key of many. If a hundred rules have the form `http.host eq "shop.test" and
 * http.request.uri.path contains "/old-7/"`, the path tells them apart.
 */
export const choosePrefilters = (
  trees: readonly (LogicalNode | undefined)[]
): readonly (Prefilter | undefined)[] => {
  const known = new Map<Leaf, readonly Prefilter[]>()
  const leaves = trees.map((tree) =>
    (tree === undefined ? [] : leavesOf(tree)).flatMap((leaf) => {
      const prefilters = leafPrefilters(leaf)
      known.set(leaf, prefilters)
      return prefilters.flat()
    })
  )
  const { subjects, keys } = countUses(leaves)
  const isPopular = ({ id, kind }: Subject) => subjects.get(id)! >= MIN_RULES[kind]
  const most = (prefilter: Prefilter, count: (key: Key) => number) =>
    prefilter.reduce((highest, key) => Math.max(highest, count(key)), 0)
  const isBetter = (x: Prefilter, y: Prefilter) => {
    const [xKeys, yKeys] = [most(x, ({ id }) => keys.get(id)!), most(y, ({ id }) => keys.get(id)!)]
    if (xKeys !== yKeys) return xKeys < yKeys
    return (
      most(x, ({ subject }) => subjects.get(subject.id)!) >
      most(y, ({ subject }) => subjects.get(subject.id)!)
    )
  }
  const best = (prefilters: readonly Prefilter[]) =>
    prefilters.reduce((x, y) => (isBetter(y, x) ? y : x))
  const usable = (prefilters: readonly Prefilter[]) =>
    prefilters.filter((prefilter) => prefilter.every(({ subject }) => isPopular(subject)))
  const sources = { ofLeaf: (leaf: Leaf) => usable(known.get(leaf)!), best }
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
  const { subjects } = countUses(chosen.map((prefilter) => prefilter ?? []))
  const bytes = new Map<string, number>()
  return chosen.map((prefilter) => {
    if (prefilter?.some(({ subject: { id, kind } }) => subjects.get(id)! < MIN_RULES[kind])) {
      return undefined
    }
    for (const { subject, sought } of prefilter ?? []) {
      if (subject.kind !== 'needle') continue
      const sum = (bytes.get(subject.id) ?? 0) + (sought as string).length
      if (sum > MAX_LOOKUP_BYTES) return undefined
      bytes.set(subject.id, sum)
    }
    return prefilter
  })
}
