import fc from 'fast-check'

/** Regular expressions in Rust's syntax, wildcards, and text that they may match. */

const oneOf = (text: string) => fc.constantFrom(...text.split(' '))

const letter = oneOf('a b c A Z k s 0 1 _ - é ß 日 K ſ')
const escaped = oneOf(
  String.raw`\d \D \w \W \s \S \. \* \\ \- \] \[ \{ \n \r \t \f \v \a \x41 \xe9 \xff \x{e9} \u00e9 \u{65e5} \U0000006b \# \& \~ \/ \< \> \_`
)
const assertion = oneOf(
  String.raw`^ $ \A \z \b \B \b{start} \b{end} \b{start-half} \b{end-half} \Z \G`
)
const unicode = oneOf(String.raw`\p{L} \P{Lu} \pL \p{Greek} \p{^Nd} \p{sc=Han} \p{Nope} \X`)

const classItem = fc.oneof(
  { arbitrary: letter, weight: 6 },
  oneOf('a-c A-Z 0-9 é-ï a-a c-a - --a a- ^ & ~ [ . + # |'),
  escaped,
  oneOf('[:alpha:] [:^alpha:] [:word:] [:space:] [:punct:] [:nope:] [:alpha]'),
  unicode
)
const classItems = fc
  .array(classItem, { minLength: 0, maxLength: 4 })
  .map((items) => items.join(''))

const charClass = fc.letrec<{ set: string }>((tie) => ({
  set: fc
    .tuple(
      oneOf('[ [ [ [^ [] [^] [- [^-'),
      classItems,
      fc.oneof(
        { depthSize: 'small' },
        { arbitrary: fc.constant(''), weight: 4 },
        fc
          .tuple(oneOf('&& -- ~~ &&& & '), fc.oneof(classItems, tie('set')))
          .map((parts) => parts.join('')),
        tie('set')
      )
    )
    .map((parts) => `${parts.join('')}]`),
})).set

const quantifier = oneOf(
  '* + ? *? +? ?? {2} {0,1} {1,} {0} {2,1} {,2} {1,2}? { } {a} { 1 } {1, 2} ** ++ {2}{2}'
)
const flags = oneOf('i s m mR x U R u -u i-s im -i - i- ix-u ii z')

const pattern = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small' },
    { arbitrary: letter, weight: 6 },
    { arbitrary: fc.constant('.'), weight: 2 },
    { arbitrary: escaped, weight: 3 },
    { arbitrary: charClass, weight: 4 },
    { arbitrary: assertion, weight: 2 },
    unicode,
    flags.map((some) => `(?${some})`),
    fc.constantFrom(' ', '# x\n', '\n'),
    {
      arbitrary: fc
        .tuple(
          fc.oneof(
            oneOf('( (?: (?i: (?mR: (?s-i: (?u: (?x: (?P<n> (?<m> (?<a.b> (?<1> (?= (?! (?<= (?>'),
            fc.constant('(?:')
          ),
          tie('pattern')
        )
        .map(([open, inside]) => `${open}${inside})`),
      weight: 3,
    }
  ),
  pattern: fc
    .array(
      fc
        .tuple(
          tie('atom'),
          fc.oneof({ arbitrary: fc.constant(''), weight: 3 }, quantifier),
          fc.oneof({ arbitrary: fc.constant(''), weight: 6 }, fc.constant('|'))
        )
        .map((parts) => parts.join('')),
      { maxLength: 5 }
    )
    .map((items) => items.join('')),
})).pattern

/** Any heap of the characters that mean something: what is refused counts as much as what is not. */
const heap = fc
  .array(oneOf('a b 1 ( ) (? : < > P = ! [ ] ^ - && { } , * + ? | \\ . $ # u x 4 é'), {
    maxLength: 10,
  })
  .map((parts) => parts.join(''))

const inQuotes = (text: string) => `"${text}"`
/** Raw text ends where its own end is found; what a pattern holds of that is taken out. */
const inRaw = (text: string) => `r##"${text.replaceAll('"#', '')}"##`

/** What stands behind `matches`. */
export const regexes = fc
  .tuple(
    fc.oneof({ arbitrary: pattern, weight: 5 }, heap),
    fc.constantFrom(inRaw, inRaw, inRaw, inQuotes)
  )
  .map(([text, quote]) => quote(text))

const wildcardText = fc
  .array(oneOf(String.raw`* * a b A é É ? [ / \* \\ \\* \\\\ \x2a \052 ** \xc3 k K`), {
    maxLength: 7,
  })
  .map((parts) => parts.join(''))

/** What stands behind `wildcard`. */
export const wildcards = fc
  .tuple(wildcardText, fc.constantFrom(inRaw, inQuotes))
  .map(([text, quote]) => quote(text))

/** What they are tried on. */
export const subjects = fc
  .array(
    fc.constantFrom(...'abcAZks01_-éßÉ日Kſ*\\/.#&[]{}? \n\r\t\v\f\0\u00a0\u0085\u2028😀', '\r\n'),
    {
      maxLength: 8,
    }
  )
  .map((parts) => parts.join(''))

const swapped = (char: string) =>
  char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase()

const literal = (char: string) => (char === '*' || char === '\\' ? `\\${char}` : char)

const changes: Record<string, (char: string) => string> = {
  keep: literal,
  /** One more than there is: what is before and behind the star must not share it. */
  twice: (char) => `${literal(char)}*${literal(char)}`,
  star: () => '*',
  before: (char) => (char === '*' ? '*' : `*${char}`),
  swap: swapped,
  drop: () => '',
}

/** A subject with what stands behind `wildcard`, made of it: most of them match, or nearly. */
export const wildcardPairs: fc.Arbitrary<readonly [subject: string, wildcard: string]> = fc
  .tuple(
    subjects,
    fc.array(fc.constantFrom('keep', 'keep', 'twice', 'star', 'before', 'swap', 'drop'), {
      minLength: 8,
      maxLength: 8,
    }),
    fc.boolean()
  )
  .map(([subject, drawn, isRaw]) => {
    const text = [...subject]
      .map((char, i) => changes[drawn[i] ?? 'keep']!(char))
      .join('')
      .replace(/\*{2,}/g, '*')
    return [subject, isRaw ? inRaw(text) : inQuotes(text.replaceAll('\\', '\\\\'))]
  })
