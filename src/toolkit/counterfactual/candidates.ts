import type { Atom, Named } from './atoms.ts'

export const allExact = (atoms: readonly Atom[]): boolean => atoms.every(({ isExact }) => isExact)

export const OTHER_TEXT = 'something-else'

const MAX_CANDIDATES = 200

export const isText = (value: Named): value is string => typeof value === 'string'

export const isNumber = (value: Named): value is number => typeof value === 'number'

export const unique = <T>(values: readonly T[]): T[] =>
  [...new Set(values)].slice(0, MAX_CANDIDATES)

/** The value without the parts that the rules name, in any case. */
export const without = (value: string, parts: readonly string[]): string =>
  parts.reduce((left, part) => {
    if (part === '') return left
    const lower = left.toLowerCase()
    const at = lower.indexOf(part.toLowerCase())
    return at < 0 ? left : left.slice(0, at) + left.slice(at + part.length)
  }, value)

/** Texts that make each comparison true, alone and together with the current text, and texts that make none of them true. */
export const textCandidates = (
  base: string,
  atoms: readonly Atom[],
  others: readonly string[],
  glue = ' '
): string[] => {
  const named = unique(atoms.flatMap(({ values }) => values.filter(isText)))
  const parts = unique(
    atoms.filter(({ isPart }) => isPart).flatMap(({ values }) => values.filter(isText))
  )
  return [
    ...others,
    ...named,
    ...parts.map((part) => `${base}${base === '' ? '' : glue}${part}`),
    // A text that contains a part differs from the part alone.
    ...parts.flatMap((part) => [`${OTHER_TEXT}${glue}${part}`, `${part}${glue}${OTHER_TEXT}`]),
    ...(parts.length > 1 ? [parts.join(glue)] : []),
    without(base, parts),
  ]
}

/** The comparisons about the fields of each attribute. */
export class AtomIndex {
  readonly #atoms: readonly Atom[]
  constructor(atoms: readonly Atom[]) {
    this.#atoms = atoms
  }

  of(isOwn: (atom: Atom) => boolean): Atom[] {
    return this.#atoms.filter(isOwn)
  }

  keysOf(field: string): string[] {
    const own = this.of((atom) => atom.field === field)
    return unique(own.flatMap(({ key }) => key ?? []))
  }
}
