import { EvaluationProblem } from '../problem.ts'

/** POSIX classes, for use inside the brackets of another class. Source: https://github.com/google/re2/wiki/Syntax */
const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}
/** The classes of Perl with their members; capitals mean all others. */
const PERL: Readonly<Record<string, string>> = {
  d: '0-9',
  s: '\\t\\n\\f\\r ',
  w: '0-9A-Za-z_',
}
const CONTROLS: Readonly<Record<string, string>> = {
  a: '\u0007',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}
const CATEGORY = /^(?:C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/
const SYNTAX = /[\\^$.*+?()[\]{}|/]/
const MAX_REPEATS = 1_000
const LAST = 0x10_ff_ff

interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
  readonly U: boolean
}

const hex = (code: number) => `\\u{${code.toString(16)}}`

/** A literal character. */
const literal = (char: string): string =>
  SYNTAX.test(char) ? `\\${char}` : char < ' ' ? hex(char.codePointAt(0)!) : char

/** A literal character inside brackets. */
const member = (char: string): string => (char === '-' ? '\\-' : literal(char))

/** The other cases of a letter, as far as JavaScript knows them. */
const cases = (char: string): string[] =>
  [...new Set([char, char.toLowerCase(), char.toUpperCase()])].filter(
    (one) => [...one].length === 1
  )

/** Ranges of ASCII letters in the other case. */
const otherCase = (from: number, to: number): string => {
  const swapped = (low: number, high: number, shift: number) => {
    const [a, b] = [Math.max(from, low), Math.min(to, high)]
    return a <= b ? `${hex(a + shift)}-${hex(b + shift)}` : ''
  }
  return swapped(65, 90, 32) + swapped(97, 122, -32)
}

/**
 * Translates a pattern of RE2, which Terraform uses, to JavaScript (flags `u`).
 *
 * Source: https://github.com/google/re2/wiki/Syntax
 */
class Translator {
  #at = 0
  #flags: Flags = { i: false, m: false, s: false, U: false }
  readonly #outer: Flags[] = []
  /** True if a repetition can follow. */
  #isAtom = false

  constructor(readonly pattern: string) {}

  fail(message: string): never {
    throw new EvaluationProblem(message)
  }

  #sees(text: string): boolean {
    return this.pattern.startsWith(text, this.#at)
  }

  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at
    const found = expression.exec(this.pattern)
    if (found !== null) this.#at += found[0].length
    return found
  }

  #char(): string {
    const char = String.fromCodePoint(this.pattern.codePointAt(this.#at)!)
    this.#at += char.length
    return char
  }

  #atom(text: string): string {
    this.#isAtom = true
    return text
  }

  #assertion(text: string): string {
    // JavaScript cannot repeat an assertion.
    return this.#atom(`(?:${text})`)
  }

  #literal(char: string): string {
    const all = this.#flags.i ? cases(char) : [char]
    return this.#atom(all.length === 1 ? literal(char) : `[${all.map(member).join('')}]`)
  }

  run(): string {
    let text = ''
    while (this.#at < this.pattern.length) text += this.#repetition() ?? this.#next()
    if (this.#outer.length > 0) this.fail('a `(` is not closed')
    return text
  }

  #next(): string {
    const char = this.#char()
    switch (char) {
      case '\\':
        return this.#escape()
      case '[':
        return this.#class()
      case '(':
        return this.#open()
      case ')': {
        const outer = this.#outer.pop()
        if (outer === undefined) this.fail('a `)` closes nothing')
        this.#flags = outer
        return this.#atom(')')
      }
      case '|':
        this.#isAtom = false
        return '|'
      case '.':
        return this.#atom(this.#flags.s ? '[^]' : '[^\\n]')
      case '^':
        return this.#assertion(this.#flags.m ? '^|(?<=\\n)' : '^')
      case '$':
        return this.#assertion(this.#flags.m ? '$|(?=\\n)' : '$')
      default:
        return this.#literal(char)
    }
  }

  #repetition(): string | undefined {
    const found = this.#match(/[*+?]|\{(\d+)(?:(,)(\d*))?\}/y)
    if (found === null) return undefined
    const [all, least, , most] = found
    if (!this.#isAtom) this.fail(`\`${all}\` repeats nothing`)
    const counts = [least, most].flatMap((count) => (count ? [Number(count)] : []))
    if (counts.some((count) => count > MAX_REPEATS) || (counts[1] ?? LAST) < (counts[0] ?? 0)) {
      this.fail(`\`${all}\` is not a repetition`)
    }
    const isLazy = this.#match(/\?/y) !== null
    this.#isAtom = false
    return isLazy === this.#flags.U ? all : `${all}?`
  }

  #open(): string {
    const flags = this.#flags
    this.#isAtom = false
    const named = this.#match(/\?P?<([A-Za-z_]\w*)>/y)
    if (named !== null || !this.#sees('?')) {
      this.#outer.push(flags)
      return named === null ? '(' : `(?<${named[1]}>`
    }
    const switched = this.#match(/\?([imsU]*)(?:-([imsU]+))?([:)])/y)
    if (switched === null) this.fail('`(?` is followed by neither flags nor a name')
    const [, on = '', off = '', end] = switched
    const changed = { ...flags }
    for (const flag of on) changed[flag as keyof Flags] = true
    for (const flag of off) changed[flag as keyof Flags] = false
    this.#flags = changed
    if (end === ')') return ''
    this.#outer.push(flags)
    return '(?:'
  }

  #escape(): string {
    if (this.#match(/Q/y) !== null) {
      const end = this.pattern.indexOf('\\E', this.#at)
      const quoted = this.pattern.slice(this.#at, end === -1 ? undefined : end)
      this.#at = end === -1 ? this.pattern.length : end + 2
      return [...quoted].map((char) => this.#literal(char)).join('')
    }
    const look = this.#match(/[AzbB]/y)
    if (look !== null) {
      const [letter] = look
      return this.#assertion(letter === 'A' ? '^' : letter === 'z' ? '$' : `\\${letter}`)
    }
    const inner = this.#setEscape()
    if (inner !== undefined) {
      return this.#atom(inner.isOthers ? `[^${inner.set}]` : `[${inner.set}]`)
    }
    return this.#literal(this.#escapedChar())
  }

  /** `\d`, `\p{Greek}` and such, whose backslash is passed. */
  #setEscape(): { set: string; isOthers: boolean } | undefined {
    const perl = this.#match(/[dswDSW]/y)
    if (perl !== null) {
      const [letter] = perl
      return { set: PERL[letter.toLowerCase()]!, isOthers: letter < 'a' }
    }
    const property = this.#match(/([pP])(?:([A-Z])|\{(\^?)(\w+)\})/y)
    if (property === null) return undefined
    const [, letter, short, not, long] = property
    const name = short ?? long!
    const set = `\\p{${CATEGORY.test(name) ? name : `Script=${name}`}}`
    return { set: name === 'Any' ? '\\p{Any}' : set, isOthers: (letter === 'P') !== (not === '^') }
  }

  #escapedChar(): string {
    const code = this.#match(/x\{([\da-fA-F]{1,6})\}|x([\da-fA-F]{2})/y)
    if (code !== null) {
      const value = Number.parseInt(code[1] ?? code[2]!, 16)
      if (value > LAST) this.fail(`\`\\${code[0]}\` is not a character`)
      return String.fromCodePoint(value)
    }
    const octal = this.#match(/0[0-7]{0,2}|[1-7][0-7]{1,2}/y)
    if (octal !== null) return String.fromCodePoint(Number.parseInt(octal[0], 8))
    if (this.#at >= this.pattern.length) this.fail('nothing follows the last backslash')
    const char = this.#char()
    const control = CONTROLS[char]
    if (control !== undefined) return control
    if (/[\w]/.test(char) && char !== '_') this.fail(`\`\\${char}\` is not an escape`)
    return char
  }

  #class(): string {
    const isOthers = this.#match(/\^/y) !== null
    let set = ''
    // Classes of all others have no form within brackets but as a list of their own.
    const others: string[] = []
    let isFirst = true
    while (isFirst || !this.#sees(']')) {
      if (this.#at >= this.pattern.length) this.fail('a `[` is not closed')
      isFirst = false
      const posix = this.#match(/\[:(\^?)(\w+):\]/y)
      if (posix !== null) {
        const members = POSIX[posix[2]!]
        if (members === undefined) this.fail(`there is no class \`${posix[0]}\``)
        if (posix[1] === '^') others.push(`[^${members}]`)
        else set += members
        continue
      }
      if (this.#match(/\\(?=[dswDSWpP])/y) !== null) {
        const found = this.#setEscape()
        if (found === undefined) this.fail('`\\p` needs a name')
        if (found.isOthers) others.push(`[^${found.set}]`)
        else set += found.set
        continue
      }
      set += this.#range()
    }
    this.#at++
    const all = [...(set === '' && others.length > 0 ? [] : [`[${set}]`]), ...others]
    if (!isOthers) return this.#atom(all.length === 1 ? all[0]! : `(?:${all.join('|')})`)
    return this.#atom(others.length === 0 ? `[^${set}]` : `(?:(?!${all.join('|')})[^])`)
  }

  #member(): string {
    if (this.#match(/\\/y) === null) return this.#char()
    return this.#escapedChar()
  }

  #range(): string {
    const from = this.#member()
    if (
      !(this.#sees('-') && this.pattern[this.#at + 1] !== ']') ||
      this.#at + 1 >= this.pattern.length
    ) {
      return (this.#flags.i ? cases(from) : [from]).map(member).join('')
    }
    this.#at++
    const [low, high] = [from.codePointAt(0)!, this.#member().codePointAt(0)!]
    if (low > high) this.fail('a range runs backwards')
    return `${hex(low)}-${hex(high)}${this.#flags.i ? otherCase(low, high) : ''}`
  }
}

/**
 * A pattern of RE2 as a regular expression of JavaScript.
 *
 * @param flags `g`, or nothing
 * @throws EvaluationProblem if the pattern is invalid
 */
export const toRegExp = (pattern: string, flags: string): RegExp => {
  const text = new Translator(pattern).run()
  try {
    return new RegExp(text, `${flags}u`)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new EvaluationProblem(`\`${pattern}\` is not a regular expression`)
  }
}
