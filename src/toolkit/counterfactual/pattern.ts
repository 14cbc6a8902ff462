/** Texts for `*` of a wildcard, and for repeated parts of a regular expression. */
const FILLS = ['', 'x', 'x/x']
const MAX_WITNESSES = 6
const MAX_REPEAT = 64
const MAX_DEPTH = 20

/** One member of `\d` and similar. */
const CLASSES: Readonly<Record<string, string>> = {
  d: '0',
  D: 'x',
  w: 'x',
  W: '-',
  s: ' ',
  S: 'x',
  n: '\n',
  r: '\r',
  t: '\t',
  b: '',
  B: '',
  A: '',
  z: '',
}

const wildcards = (pattern: string): string[] =>
  FILLS.map((fill) =>
    pattern.replace(/\\([*\\])|\*/g, (all, escaped: string | undefined) =>
      escaped === undefined ? (all === '*' ? fill : all) : escaped
    )
  )

/** Builds a text that a regular expression probably matches; the caller tests it. */
class Sampler {
  #at = 0
  readonly #pattern: string
  readonly #choice: number

  constructor(pattern: string, choice: number) {
    this.#pattern = pattern
    this.#choice = choice
  }

  sample(depth = 0): string {
    const branches = ['']
    while (this.#at < this.#pattern.length) {
      const char = this.#pattern[this.#at]!
      if (char === ')') break
      this.#at++
      if (char === '|') {
        branches.push('')
        continue
      }
      const one = this.#one(char, depth)
      branches[branches.length - 1] += this.#repeated(one)
    }
    return branches[this.#choice % branches.length]!
  }

  #one(char: string, depth: number): string {
    if (char === '^' || char === '$') return ''
    if (char === '.') return 'x'
    if (char === '\\') return this.#escape()
    if (char === '[') return this.#set()
    if (char !== '(') return char
    const rest = this.#pattern.slice(this.#at)
    const [head = ''] = /^\?(?:[a-z]*(?:-[a-z]+)?:|P?<\w+>|[a-z]+(?=\)))/i.exec(rest) ?? []
    this.#at += head.length
    const inside = depth < MAX_DEPTH ? this.sample(depth + 1) : ''
    this.#at++
    return inside
  }

  #escape(): string {
    const next = this.#pattern[this.#at++] ?? ''
    if (next !== 'x') return CLASSES[next] ?? next
    const [all = '', hex = ''] = /^\{?([\da-f]{2,})\}?/i.exec(this.#pattern.slice(this.#at)) ?? []
    this.#at += all.length
    return String.fromCharCode(Number.parseInt(hex.slice(-2) || '78', 16))
  }

  #set(): string {
    const rest = this.#pattern.slice(this.#at)
    const [all = '', not, inside = ''] =
      /^(\^?)((?:\]|\\.)?(?:\[:\w+:\]|\\.|[^\]\\])*)\]?/s.exec(rest) ?? []
    this.#at += all.length
    if (not === '^') return [...'xX0-~ /'].find((char) => !inside.includes(char)) ?? 'x'
    if (inside.startsWith('\\')) return CLASSES[inside[1]!] ?? inside[1]!
    return /^\[:(?:digit|xdigit):\]/.test(inside) ? '0' : (inside[0] ?? '')
  }

  /** A quantifier after `one`. */
  #repeated(one: string): string {
    const [all = '', quantifier = '', min = ''] =
      /^(\?|\*|\+|\{(\d+)(?:,\d*)?\})\??/.exec(this.#pattern.slice(this.#at)) ?? []
    this.#at += all.length
    if (quantifier === '' || quantifier === '+') return one
    if (quantifier === '?' || quantifier === '*') return this.#choice % 2 === 0 ? '' : one
    return one.repeat(Math.min(Number(min), MAX_REPEAT))
  }
}

/**
 * Texts that a pattern matches; each was tested. Empty if none was found.
 *
 * @param pattern binary string, as in the language
 * @example patternWitnesses('regex', '^/wp-(login|admin)', test) // ['/wp-login', '/wp-admin']
 */
export const patternWitnesses = (
  kind: 'regex' | 'wildcard',
  pattern: string,
  test: (bytes: string) => boolean
): string[] => {
  const tried =
    kind === 'wildcard'
      ? wildcards(pattern)
      : Array.from({ length: MAX_WITNESSES }, (_, choice) => new Sampler(pattern, choice).sample())
  return [...new Set(tried)].filter(test)
}
