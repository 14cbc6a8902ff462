/** The shell for which a command was copied: browsers offer "Copy as cURL" for each. */
export type Shell = 'bash' | 'cmd' | 'powershell'

/** Only cmd has `^"` and a caret at the end of a line; only PowerShell has a backtick there. */
const CMD = /\^"|\^\r?\n/
const POWERSHELL = /`\r?\n|^\s*curl\.exe\b/

/** ANSI-C escapes of one letter in `$'…'`. */
const LETTERS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}
const CODE = /^(?:x([\da-f]{1,2})|u([\da-f]{1,4})|U([\da-f]{1,8})|([0-7]{1,3}))/i
const MAX_CODE_POINT = 0x10ffff
/** A character that ends a command if it is unquoted. */
const END = /^[|;&<>]/
const BLANK = /\s/

/** Collects words. A started word is kept even if it is empty (`''`). */
class Words {
  readonly all: string[] = []
  #word: string | undefined

  add(text: string): void {
    this.#word = (this.#word ?? '') + text
  }

  end(): void {
    if (this.#word !== undefined) this.all.push(this.#word)
    this.#word = undefined
  }

  get isBetween(): boolean {
    return this.#word === undefined
  }
}

/** The error for a quote that is not closed. The reader adds the position. */
export class OpenQuote extends Error {
  override readonly name = 'OpenQuote'
  constructor(readonly quote: string) {
    super(`the quote ${quote} is not closed`)
  }
}

/** Reads the escape after a backslash in `$'…'`. */
const ansi = (rest: string): { text: string; length: number } => {
  const letter = LETTERS[rest[0] ?? '']
  if (letter !== undefined) return { text: letter, length: 1 }
  const code = CODE.exec(rest)
  if (code === null) return { text: rest[0] ?? '', length: 1 }
  const [all, hex, short, long, octal] = code
  const number = Number.parseInt(hex ?? short ?? long ?? octal ?? '0', octal === undefined ? 16 : 8)
  const text = number <= MAX_CODE_POINT ? String.fromCodePoint(number) : ''
  return { text, length: all.length }
}

const bash = (text: string): string[] => {
  const words = new Words()
  let i = 0
  const until = (quote: string): string => {
    const end = text.indexOf(quote, i)
    if (end < 0) throw new OpenQuote(quote)
    const inside = text.slice(i, end)
    i = end + 1
    return inside
  }
  /** Reads up to the closing quote, with its escapes. */
  const escaped = (quote: string, isAnsi: boolean): string => {
    let inside = ''
    for (; ; i++) {
      const char = text[i]
      if (char === undefined) throw new OpenQuote(quote)
      if (char === quote) break
      if (char !== '\\') {
        inside += char
        continue
      }
      const rest = text.slice(i + 1, i + 10)
      if (isAnsi) {
        const { text: made, length } = ansi(rest)
        inside += made
        i += length
      } else if (rest.startsWith('\n')) i += 1
      else if (rest.startsWith('\r\n')) i += 2
      else if (/^["$`\\]/.test(rest)) {
        inside += rest[0]
        i += 1
      } else inside += '\\'
    }
    i++
    return inside
  }
  while (i < text.length) {
    const char = text[i]!
    if (BLANK.test(char)) {
      words.end()
      i++
    } else if (char === "'") {
      i++
      words.add(until("'"))
    } else if (char === '"') {
      i++
      words.add(escaped('"', false))
    } else if (char === '$' && text[i + 1] === "'") {
      i += 2
      words.add(escaped("'", true))
    } else if (char === '\\') {
      const [newline] = /^\r?\n/.exec(text.slice(i + 1, i + 3)) ?? []
      if (newline === undefined) words.add(text[i + 1] ?? '')
      i += 1 + (newline?.length ?? 1)
    } else if (words.isBetween && END.test(char)) break
    else {
      words.add(char)
      i++
    }
  }
  words.end()
  return words.all
}

/** Applies cmd's carets: a character after one is literal, and a line that ends with one continues. */
const withoutCarets = (text: string): string => {
  let made = ''
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char === '"') isQuoted = !isQuoted
    if (char !== '^' || isQuoted) {
      made += char
      continue
    }
    if (text[i + 1] === '\r') i++
    if (text[i + 1] === '\n') i++
    i++
    made += text[i] ?? ''
  }
  return made
}

/** Splits a command line as programs on Windows do: `\"` is a quote, a pair of backslashes before a quote is one. */
const windowsWords = (text: string): string[] => {
  const words = new Words()
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    const [slashes = ''] = /^\\+(?=")/.exec(text.slice(i)) ?? []
    if (slashes !== '') {
      words.add('\\'.repeat(slashes.length >> 1))
      i += slashes.length
      if (slashes.length % 2 === 1) words.add('"')
      else i--
    } else if (char === '"') {
      // "" inside quotes is one quote.
      if (isQuoted && text[i + 1] === '"') {
        words.add('"')
        i++
      } else isQuoted = !isQuoted
      words.add('')
    } else if (BLANK.test(char) && !isQuoted) words.end()
    else words.add(char)
  }
  if (isQuoted) throw new OpenQuote('"')
  words.end()
  return words.all
}

const powershell = (text: string): string[] => {
  const words = new Words()
  let i = 0
  const inside = (quote: string): string => {
    let made = ''
    for (; ; i++) {
      const char = text[i]
      if (char === undefined) throw new OpenQuote(quote)
      if (char === quote) {
        if (text[i + 1] !== quote) break
        made += char
        i++
      } else if (char === '`' && quote === '"') {
        i++
        const next = text[i] ?? ''
        made += LETTERS[next] ?? next
      } else made += char
    }
    i++
    return made
  }
  while (i < text.length) {
    const char = text[i]!
    if (BLANK.test(char)) {
      words.end()
      i++
    } else if (char === "'" || char === '"') {
      i++
      words.add(inside(char))
    } else if (char === '`') {
      const [newline] = /^\r?\n/.exec(text.slice(i + 1, i + 3)) ?? []
      if (newline === undefined) words.add(text[i + 1] ?? '')
      i += 1 + (newline?.length ?? 1)
    } else {
      words.add(char)
      i++
    }
  }
  words.end()
  return words.all
}

export const shellOf = (text: string): Shell =>
  CMD.test(text) ? 'cmd' : POWERSHELL.test(text) ? 'powershell' : 'bash'

/**
 * Splits a pasted command line like the shell for which it was copied. Variables are not expanded: they stay text.
 *
 * @throws OpenQuote
 */
export const shellWords = (text: string, shell: Shell = shellOf(text)): string[] => {
  if (shell === 'cmd') return windowsWords(withoutCarets(text))
  return shell === 'powershell' ? powershell(text) : bash(text)
}
