interface Numbering<Name extends string> {
  readonly radix: number
  readonly of: Readonly<Record<Name, number>>
}

/** 0 stands for none of them. */
const numbered = <Name extends string>(names: readonly Name[]): Numbering<Name> => ({
  radix: names.length + 1,
  of: Object.fromEntries(names.map((name, i) => [name, i + 1])) as Record<Name, number>,
})

/**
 * Packs an error code and up to three choices into one number: as the key of a map it costs nothing to make and to look
 * up. Each choice takes as much room as it has names, so that no two packs are the same number, however many names come.
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
