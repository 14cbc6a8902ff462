/** A line of YAML whose indentation matches no level above it. */
export interface WrongIndentation {
  /** UTF-16 offset of its first character after the blanks, and the length of its first word. */
  readonly start: number
  readonly end: number
  /** From this line on the messages of the library are consequences. */
  readonly fromLine: number
  /** Lower case, one line. */
  readonly message: string
  readonly help: string
}

/** A column at which something above begins, and may go on. */
interface Level {
  readonly column: number
  readonly line: number
  /** The name of the line in a message: its first word. */
  readonly word: string
  /** The text of a `|` or `>` begins here. */
  readonly isText: boolean
}

const ENTRY = /^(?:- +)*(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:,[\]{}][^#:]*?) *:(?= |$)/
const DASHES = /^(?:- +|-$)/
const BLOCK_TEXT = /(?:^|[ :-]) *[|>][-+\d]*(?: +#.*)?$/
const OPENS_A_BLOCK = /(?::|^-|- -)(?: +[&!][^ ]+)*(?: +#.*)?$/

/** A quote within a word is text (`don't`), and so is a bracket within a plain text (`ip.src in {…}`). */
const QUOTE_OPENS = /(?:^|[\s[{,(:])$/
const BRACKET_OPENS = /(?:^\s*|[:,-]\s+)$/

/** Tracks whether a bracket or a quote is still open at the end of a line. */
class Scanner {
  #depth = 0
  #quote: '"' | "'" | undefined

  get isInside(): boolean {
    return this.#depth > 0 || this.#quote !== undefined
  }

  read(line: string): void {
    for (let i = 0; i < line.length; i++) {
      const character = line[i]!
      if (this.#quote !== undefined) {
        if (character === '\\' && this.#quote === '"') i++
        else if (character === this.#quote) this.#quote = undefined
        continue
      }
      const before = line.slice(0, i)
      if (character === '#' && /(?:^|\s)$/.test(before)) return
      if ((character === '"' || character === "'") && QUOTE_OPENS.test(before)) {
        this.#quote = character
      } else if (character === '[' || character === '{') {
        if (this.#depth > 0 || BRACKET_OPENS.test(before)) this.#depth++
      } else if (this.#depth > 0 && (character === ']' || character === '}')) this.#depth--
    }
  }
}

const wordOf = (text: string): string => /^(?:- +)*\S+/.exec(text)?.[0] ?? text

const spaces = (count: number) => (count === 1 ? '1 space' : `${count} spaces`)

/** The levels that one line begins: one for each dash, and one for its key. */
const levelsOf = (text: string, column: number, line: number): Level[] => {
  const word = wordOf(text)
  const levels: Level[] = []
  let rest = text
  let at = column
  for (let dash = DASHES.exec(rest); dash !== null; dash = DASHES.exec(rest)) {
    levels.push({ column: at, line, word, isText: false })
    at += dash[0].length
    rest = rest.slice(dash[0].length)
  }
  if (rest !== '') levels.push({ column: at, line, word: wordOf(rest), isText: false })
  return levels
}

const helpOf = (levels: readonly Level[]): string =>
  levels
    .map(({ column, line, word, isText }) =>
      isText
        ? `${spaces(column)} for the text that begins on line ${line}`
        : `${spaces(column)} as \`${word}\` on line ${line}`
    )
    .join(', or ')

/**
 * Finds the first line of a YAML text that begins at a column where no line above begins. For such a line the library's messages mention
 * quotes, brackets or sequences, depending on what it tried last. Only for texts that do not parse: in a valid text, a plain scalar may
 * continue at any column.
 *
 * @returns `undefined` if every line fits, or if tabs make columns ambiguous
 * @example wrongIndentation('a:\n    b: 1\n  c: 2\n')?.message // 'wrong indentation: 2 spaces, …'
 */
export const wrongIndentation = (source: string): WrongIndentation | undefined => {
  const scanner = new Scanner()
  let levels: Level[] = []
  let opensBlock = true
  let awaitsText = false
  let lineStart = 0
  let number = 0
  for (const raw of source.split('\n')) {
    number++
    const start = lineStart
    lineStart += raw.length + 1
    const line = raw.replace(/\r$/, '')
    const text = line.trimStart()
    if (text === '') continue
    const column = line.length - text.length
    if (line.slice(0, column).includes('\t')) return undefined
    const isInside = scanner.isInside
    const top = levels.at(-1)
    if (awaitsText && column > (top?.column ?? -1)) {
      levels.push({ column, line: number, word: '', isText: true })
      awaitsText = false
      continue
    }
    awaitsText = false
    if (!isInside && top?.isText && column >= top.column) continue
    if (!isInside && text.startsWith('#')) continue
    scanner.read(line)
    if (isInside) continue
    if (text.startsWith('---') || text.startsWith('%')) continue
    const left = levels.filter((level) => level.column > column)
    const kept = levels.filter((level) => level.column <= column)
    const parent = kept.at(-1)
    const fits =
      levels.length === 0 || parent?.column === column || (left.length === 0 && opensBlock)
    const at = { start: start + column, end: start + column + wordOf(text).length }
    if (!fits && left.length > 0) {
      const textLevel = left.find(({ isText }) => isText)
      const near = left[0]!
      const candidates = [
        ...(parent === undefined ? [] : [parent]),
        near,
        ...(textLevel === undefined || textLevel === near ? [] : [textLevel]),
      ]
      const message = `wrong indentation: ${spaces(column)}, which matches no line above`
      return { ...at, fromLine: number, message, help: `expected ${helpOf(candidates)}` }
    }
    // A plain text may go on deeper; a line with a key does not.
    if (!fits && parent !== undefined && ENTRY.test(text)) {
      const message = `wrong indentation: ${spaces(column)}, deeper than \`${parent.word}\` on line ${parent.line}, which already has a value`
      return { ...at, fromLine: parent.line, message, help: `expected ${helpOf([parent])}` }
    }
    if (!fits) continue
    levels = [...kept.filter((level) => level.column < column), ...levelsOf(text, column, number)]
    opensBlock = OPENS_A_BLOCK.test(text)
    awaitsText = BLOCK_TEXT.test(text)
  }
  return undefined
}
