import type { CompareNode } from '../../language/ast.ts'
import type { Value } from '../../language/types.ts'
import type { Atom, Term } from './atoms.ts'
import type { Literal } from './literal.ts'
import { contextOf, placed } from './model.ts'
import { intCandidates, ipCandidates } from './numbers.ts'
import { ANY } from './shape.ts'
import { exclude, fold, isInstance, joined, templatesOf } from './texts.ts'

/** The limit on candidate values multiplied by the conditions they are tested on. */
const MAX_TRIES = 60_000

const ORDERS: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'in'])

const compareOf = ({ node }: Atom): CompareNode | undefined => {
  const inner = node.kind === 'any' ? node.item : node
  return inner.kind === 'compare' ? inner : undefined
}

const isOrder = ({ atom }: Literal): boolean => {
  const compare = compareOf(atom)
  return atom.ofValue !== undefined && compare !== undefined && ORDERS.has(compare.operator)
}

const holds = ({ atom, isTrue }: Literal, value: Value): boolean => atom.ofValue?.(value) === isTrue

const isNone = (candidates: readonly Value[], literals: readonly Literal[]): boolean =>
  candidates.length * literals.length <= MAX_TRIES &&
  candidates.every((value) => literals.some((literal) => !holds(literal, value)))

const BOOLS = [true, false] as const

/**
 * Candidates that represent all possible values, for orderings and for the two values of a Bool.
 */
const completeCandidates = (
  literals: readonly Literal[],
  least: number | undefined
): readonly Value[] => {
  const kind = literals[0]!.atom.term!.type.kind
  const atoms = literals.map(({ atom }) => atom)
  if (kind === 'Int') {
    const all = intCandidates(atoms)
    return least === undefined ? all : [least, ...all.filter((int) => (int as number) > least)]
  }
  if (kind === 'Ip') return ipCandidates(atoms)
  if (kind === 'Bool') return BOOLS
  const named = atoms.flatMap((atom) => {
    const right = compareOf(atom)?.right
    if (right?.kind === 'bytes_set') return right.items
    return right?.kind === 'literal' ? [right.value as string] : []
  })
  // The first text between two texts is the lower one followed by the smallest byte.
  return ['', ...named, ...named.map((text) => `${text}\0`)]
}

/** Returns the few values that a true condition, or a false `ne`, leaves for the term. */
const fixedValues = ({ atom, isTrue }: Literal, isThere = false): readonly string[] | undefined => {
  if (isTrue && atom.shape?.kind === 'values') return atom.shape.values
  const compare = compareOf(atom)
  const isEqual = !isTrue && compare?.operator === 'ne' && compare.right.kind === 'literal'
  const value = isEqual && compare.right.kind === 'literal' ? compare.right.value : undefined
  return typeof value === 'string' && (isThere || !atom.term!.canBeMissing) ? [value] : undefined
}

/** Excluding a few texts always leaves others. */
const excludesFew = (literal: Literal): boolean =>
  !literal.isTrue && literal.atom.shape?.kind === 'values'

const isDecidable = ({ atom }: Literal): boolean => atom.ofValue !== undefined

/** True if the condition holds for every instance of the template. */
const holdsOfAll = ({ ofValue, shape }: Atom, template: string): boolean =>
  shape !== undefined && ofValue?.(template) === true

/** True if a template and a condition contradict each other. */
const refutesTemplate = (template: string, { atom, isTrue }: Literal): boolean =>
  isTrue
    ? atom.shape?.kind === 'template' &&
      !atom.shape.foldsCase &&
      exclude(template, atom.shape.template)
    : holdsOfAll(atom, template)

/** Derives facts about the lower-case or upper-case text from facts about the text itself. */
const asFolded = (literals: readonly Literal[], change: (text: string) => string) => ({
  templates: templatesOf(literals).map(change),
  fixed: literals.flatMap((literal) => {
    const values = fixedValues(literal)
    return values === undefined ? [] : [values.map(change)]
  }),
})

const NO_FACTS = { templates: [] as string[], fixed: [] as string[][] }

/** Templates of case-insensitive conditions hold only for the folded text. */
const exactTemplates = (literals: readonly Literal[]): string[] =>
  templatesOf(
    literals.filter(({ atom }) => !(atom.shape?.kind === 'template' && atom.shape.foldsCase))
  )

const textsAreImpossible = (
  literals: readonly Literal[],
  derived: { templates: readonly string[]; fixed: readonly (readonly string[])[] }
): boolean => {
  const decidable = literals.filter(isDecidable)
  const fixed = [
    ...literals.flatMap((literal) => {
      // `isImpossible` has already returned if the term can be missing.
      const values = fixedValues(literal, true)
      return values === undefined ? [] : [values]
    }),
    ...derived.fixed,
  ]
  for (const values of fixed) {
    const fitting = values.filter((value) =>
      derived.templates.every((template) => isInstance(template, value))
    )
    if (isNone(fitting, decidable)) return true
  }
  const own = exactTemplates(literals)
  const templates = [...own, ...derived.templates]
  const both = templates.flatMap((first, i) =>
    templates.flatMap((second, j) => (i === j ? [] : (joined(first, second) ?? [])))
  )
  const all = [...templates, ...both]
  if (all.some((template) => literals.some((literal) => refutesTemplate(template, literal)))) {
    return true
  }
  return derived.templates.some((template) => own.some((other) => exclude(template, other)))
}

/** Checks case-insensitive conditions as conditions on the lower-case text. */
const foldedIsImpossible = (literals: readonly Literal[]): boolean => {
  const folding = literals.filter(
    ({ atom }) => atom.shape?.kind === 'template' && atom.shape.foldsCase
  )
  if (folding.length === 0) return false
  const templates = templatesOf(literals).map(fold)
  return templates.some(
    (template, i) =>
      templates.some((other, j) => i < j && exclude(template, other)) ||
      folding.some(({ atom, isTrue }) => !isTrue && holdsOfAll(atom, template))
  )
}

/** Functions that have a value exactly if their argument has one. */
const TOTAL: ReadonlySet<string> = new Set(['lower', 'upper', 'len'])

const isWhereItsFieldIs = ({ through, base }: Term): boolean =>
  base?.field.type.kind === 'Bytes' && through.every((name) => TOTAL.has(name))

/** True for conditions that only a present field satisfies. */
const isPresent = ({ atom, isTrue }: Literal): boolean =>
  atom.whenMissing !== isTrue && atom.term !== undefined && isWhereItsFieldIs(atom.term)

/** Returns the minimum length that conditions on the text itself imply. */
const leastLength = ({ base, through }: Term, others: readonly Literal[]): number => {
  const isOfField = through.slice(1).every((name) => name === 'lower' || name === 'upper')
  if (base?.field.type.kind !== 'Bytes' || !isOfField) return 0
  const ofText = others.filter(({ atom }) => atom.term !== undefined && isFolded(atom.term))
  const lengths = templatesOf(ofText).map((template) => template.replaceAll(ANY, '').length)
  return Math.max(0, ...lengths)
}

const isFolded = ({ through }: Term): boolean =>
  through.every((name) => name === 'lower' || name === 'upper')

/** More letters have too many spellings. */
const MAX_LETTERS = 6

/** Returns every spelling of a lower-case text. */
const spellings = (text: string): string[] => {
  if ((text.match(/[a-z]/g)?.length ?? 0) > MAX_LETTERS) return []
  return [...text].reduce<string[]>(
    (all, unit) =>
      /[a-z]/.test(unit)
        ? all.flatMap((sofar) => [sofar + unit, sofar + unit.toUpperCase()])
        : all.map((sofar) => sofar + unit),
    ['']
  )
}

/**
 * True if a condition fixes the field to a few values, and none of them satisfies the conditions on functions of the field.
 *
 * @param literals for all terms of one field
 */
export const isFixedAndImpossible = (literals: readonly Literal[]): boolean => {
  const { base } = literals[0]!.atom.term!
  if (base === undefined || base.isEach || base.field.type.kind !== 'Bytes') return false
  return literals.some((literal) => {
    const values = fixedValues(literal)
    const { through } = literal.atom.term!
    if (values === undefined || through.length > 1) return false
    if (through.length === 1 && through[0] !== 'lower') return false
    const all = through.length === 0 ? values : values.map(spellings)
    if (all.some((one) => one.length === 0 && one !== '')) return false
    const candidates = all.flat()
    return (
      candidates.length * literals.length <= MAX_TRIES &&
      candidates.every((value) => {
        const context = contextOf(placed(new Map(), base, value))
        return literals.some(
          ({ atom, isTrue }) => atom.test !== undefined && atom.test(context) !== isTrue
        )
      })
    )
  })
}

/**
 * True if no value of the term satisfies all the conditions. This is a proof; false proves nothing.
 *
 * @param literals for one term
 * @param others for other terms of the same field
 */
export const isImpossible = (
  literals: readonly Literal[],
  others: readonly Literal[] = []
): boolean => {
  const term = literals[0]!.atom.term!
  const canBeMissing =
    term.canBeMissing &&
    literals.every(({ atom, isTrue }) => atom.whenMissing === isTrue) &&
    !(isWhereItsFieldIs(term) && others.some(isPresent))
  if (canBeMissing) return false
  const least = term.through[0] === 'len' ? leastLength(term, others) : undefined
  const ordered = literals.filter(isOrder)
  const isOrdered = term.type.kind === 'Bool' ? literals.filter(isDecidable) : ordered
  const isOpen = term.type.kind === 'Bytes' && isOrdered.every(excludesFew)
  if (!isOpen && isOrdered.length > 0 && isNone(completeCandidates(isOrdered, least), isOrdered))
    return true
  if (term.type.kind !== 'Bytes') return false
  const raw =
    term.through[0] === 'lower'
      ? asFolded(
          others.filter(({ atom }) => atom.term?.key === term.inner),
          fold
        )
      : NO_FACTS
  return textsAreImpossible(literals, raw) || foldedIsImpossible(literals)
}
