interface Numbering<Name extends string> {
  readonly radix: number
  readonly of: Readonly<Record<Name, number>>
}

/** 0 means none of them. */
const numbered = <Name extends string>(names: readonly Name[]): Numbering<Name> => ({
  radix: names.length + 1,
  of: Object.fromEntries(names.map((name, i) => [name, i + 1])) as Record<Name, number>,
})

/**
 * Packs an error code and up to three choices into one number, which is a cheap key for a map. Each choice has room for all
 * its names, so different packs never collide.
 *
 * @example createKeyOf(['html', 'text'], ['g1', 'g2'])(1020, 'html', 'g2')
 */
export const createKeyOf = <One extends string, Two extends string, Three extends string = never>(
  ones: readonly One[],
  twos: readonly Two[],
  threes: readonly Three[] = []
): ((code: number, one: One, two?: Two, three?: Three) => number) => {
  const [one, two, three] = [numbered(ones), numbered(twos), numbered(threes)]
  return (code, first, second, third) =>
    ((code * one.radix + one.of[first]) * two.radix + (second === undefined ? 0 : two.of[second])) *
      three.radix +
    (third === undefined ? 0 : three.of[third])
}
