import type { FieldNode } from '../../language/ast.ts'
import { customRuleScheme } from '../../language/defaults.ts'
import { fieldFacts } from '../../language/fields.ts'
import type { Context, Type, Value } from '../../language/types.ts'
import type { Base } from './atoms.ts'
import type { Literal } from './literal.ts'
import { intCandidates, ipCandidates } from './numbers.ts'
import { textCandidates } from './texts.ts'

/** Values of fields, by slot. */
export type Values = ReadonlyMap<number, Value>

const DEFAULTS: readonly (Value | undefined)[] = customRuleScheme.slots.map(
  (name) => fieldFacts.get(name)?.default
)

export const contextOf = (values: Values): Context => ({
  get: (slot) => (values.has(slot) ? values.get(slot) : DEFAULTS[slot]),
})

/** Returns a copy with `value` at the place that the indexes name, creating missing containers. */
const withValue = (
  whole: Value | undefined,
  indexes: FieldNode['indexes'],
  value: Value | undefined
): Value | undefined => {
  const [first, ...rest] = indexes
  if (first === undefined) return value
  if (first.kind === 'key') {
    const map = new Map(whole as ReadonlyMap<string, Value> | undefined)
    const inner = withValue(map.get(first.key), rest, value)
    if (inner === undefined) map.delete(first.key)
    else map.set(first.key, inner)
    return map
  }
  const array = [...((whole ?? []) as readonly Value[])]
  const at = first.kind === 'at' ? first.at : 0
  if (value === undefined) return array.slice(0, at)
  while (array.length < at) array.push('')
  array[at] = withValue(array[at], rest, value)!
  return array
}

const MAX_INDEX = 16

const place = (values: Map<number, Value>, { field }: Base, value: Value | undefined): void => {
  if (field.indexes.some((index) => index.kind === 'at' && index.at > MAX_INDEX)) return
  const whole = withValue(values.get(field.slot) ?? DEFAULTS[field.slot], field.indexes, value)
  if (whole === undefined) values.delete(field.slot)
  else values.set(field.slot, whole)
}

/** Returns a copy of the values with one more. */
export const placed = (
  values: ReadonlyMap<number, Value>,
  base: Base,
  value: Value | undefined
): Map<number, Value> => {
  const all = new Map(values)
  place(all, base, value)
  return all
}

const BOOLS: readonly Value[] = [true, false]

function* candidatesOf(literals: readonly Literal[], base: Base): Generator<Value | undefined> {
  const { kind } = base.field.type
  const atomsOf = (wanted: Type['kind']) =>
    literals.flatMap(({ atom }) => (atom.term?.type.kind === wanted ? [atom] : []))
  if (kind === 'Int') yield* intCandidates(atomsOf('Int'))
  else if (kind === 'Ip') yield* ipCandidates(atomsOf('Ip'))
  else if (kind === 'Bool') yield* BOOLS
  else if (kind === 'Bytes') {
    yield* textCandidates(literals)
    yield* lengths(literals)
  }
  yield undefined
}

const MAX_LENGTH = 5_000

/** Returns texts with the lengths that comparisons name. */
const lengths = (literals: readonly Literal[]): string[] => {
  const ofLength = literals.flatMap(({ atom }) =>
    atom.term?.through[0] === 'len' ? intCandidates([atom]) : []
  )
  return ofLength.flatMap((length) =>
    typeof length === 'number' && length >= 0 && length < MAX_LENGTH ? 'x'.repeat(length) : []
  )
}

const satisfied = (literals: readonly Literal[], context: Context): number =>
  literals.filter(({ atom, isTrue }) => atom.test === undefined || atom.test(context) === isTrue)
    .length

/**
 * Returns the first candidate that satisfies all conditions, or else the candidate that satisfies most.
 */
const bestOf = (
  candidates: Iterable<Value | undefined>,
  literals: readonly Literal[],
  trial: (value: Value | undefined) => Context
): Value | undefined => {
  let best: Value | undefined
  let most = -1
  for (const candidate of candidates) {
    const count = satisfied(literals, trial(candidate))
    if (count > most) {
      most = count
      best = candidate
    }
    if (count === literals.length) break
  }
  return best
}

/** Returns elements for an array: one for each condition that any element may satisfy. */
const elementsOf = (literals: readonly Literal[], base: Base): Value[] => {
  const never = literals.filter(({ isTrue }) => !isTrue)
  const elements: Value[] = []
  for (const literal of literals) {
    if (!literal.isTrue) continue
    const wanted = [literal, ...never]
    const values = new Map<number, Value>()
    const trial = (value: Value | undefined) => {
      place(values, base, value === undefined ? [] : [value])
      return contextOf(values)
    }
    const kind = literal.atom.term?.type.kind
    const atoms = wanted.map(({ atom }) => atom)
    const candidates =
      kind === 'Int'
        ? intCandidates(atoms)
        : kind === 'Ip'
          ? ipCandidates(atoms)
          : kind === 'Bool'
            ? BOOLS
            : textCandidates(wanted)
    const found = bestOf(candidates, wanted, trial)
    if (found !== undefined) elements.push(found)
  }
  return elements
}

/**
 * Returns field values that are likely to satisfy the conditions. The caller must verify them on the expressions.
 */
export const modelOf = (literals: readonly Literal[]): Map<number, Value> => {
  const byBase = new Map<string, { base: Base; literals: Literal[] }>()
  for (const literal of literals) {
    const base = literal.atom.term?.base
    if (base === undefined) continue
    const key = base.isEach ? `${base.key}[*]` : base.key
    const known = byBase.get(key)
    if (known === undefined) byBase.set(key, { base, literals: [literal] })
    else known.literals.push(literal)
  }
  const values = new Map<number, Value>()
  for (const { base, literals: own } of byBase.values()) {
    if (base.isEach) {
      place(values, base, elementsOf(own, base))
      continue
    }
    const trial = (value: Value | undefined) => contextOf(placed(values, base, value))
    place(values, base, bestOf(candidatesOf(own, base), own, trial))
  }
  return values
}
