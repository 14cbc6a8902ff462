import type { Cursor } from './cursor.ts'
import type { Expression, TemplatePart } from './tree.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
}
const HEX_DIGITS: Readonly<Record<string, number>> = { u: 4, U: 8 }
const MAX_CODE_POINT = 0x10_ff_ff

const escaped = (cursor: Cursor): string => {
  const start = cursor.position
  const letter = cursor.text[start + 1] ?? ''
  const digits = HEX_DIGITS[letter]
  if (digits === undefined) {
    const char = ESCAPES[letter]
    if (char === undefined) {
      cursor.fail(`unknown escape \`\\${letter}\`: expected \\n, \\r, \\t, \\", \\\\, \\u or \\U`)
    }
    cursor.position += 2
    return char
  }
  const hex = cursor.text.slice(start + 2, start + 2 + digits)
  const code = Number.parseInt(hex, 16)
  if (!/^[\da-f]+$/i.test(hex) || hex.length < digits || code > MAX_CODE_POINT) {
    cursor.fail(`\`\\${letter}\` needs ${digits} hexadecimal digits of a character`)
  }
  cursor.position += 2 + digits
  return String.fromCodePoint(code)
}

/** A part in reading order. Directives are joined later. */
type Token =
  | { readonly kind: 'text'; text: string; readonly startsLine: boolean }
  | { readonly kind: 'interpolation'; readonly expression: Expression }
  | { readonly kind: 'directive'; readonly directive: Directive; readonly offset: number }

type Directive =
  | { readonly word: 'if'; readonly condition: Expression }
  | { readonly word: 'else' | 'endif' | 'endfor' }
  | {
      readonly word: 'for'
      readonly keyName: string | undefined
      readonly valueName: string
      readonly collection: Expression
    }

const directive = (cursor: Cursor): Directive => {
  const start = cursor.position
  const word = cursor.identifier()
  switch (word) {
    case 'if':
      return { word, condition: cursor.expression(cursor) }
    case 'else':
    case 'endif':
    case 'endfor':
      return { word }
    case 'for': {
      const first = cursor.identifier() ?? cursor.fail('expected a name after `for`')
      const second = cursor.takes(',') ? cursor.identifier() : undefined
      if (!cursor.takesWord('in')) cursor.fail(`expected \`in\`, found ${cursor.found()}`)
      return {
        word,
        keyName: second === undefined ? undefined : first,
        valueName: second ?? first,
        collection: cursor.expression(cursor),
      }
    }
    default:
      return cursor.fail('unknown directive: expected if, else, endif, for or endfor', start)
  }
}

const LEADING = /^[\p{White_Space}]+/u
const TRAILING = /[\p{White_Space}]+$/u

/** Collects text and parts, and trims at `~` like HCL, within the adjacent piece of text. */
class Tokens {
  readonly list: Token[] = []
  #trimsNext = false
  #startsLine = true

  text(text: string): void {
    if (text === '') return
    const kept = this.#trimsNext ? text.replace(LEADING, '') : text
    this.#trimsNext = false
    this.list.push({ kind: 'text', text: kept, startsLine: this.#startsLine })
    this.#startsLine = text.endsWith('\n')
  }

  /** Reads `${…}` or `%{…}` at the cursor. */
  part(cursor: Cursor): void {
    const offset = cursor.position
    const isDirective = cursor.text[offset] === '%'
    cursor.position += 2
    if (cursor.text[cursor.position] === '~') {
      cursor.position++
      const last = this.list.at(-1)
      if (last?.kind === 'text') last.text = last.text.replace(TRAILING, '')
    }
    cursor.inside(true, () => {
      if (isDirective) this.list.push({ kind: 'directive', directive: directive(cursor), offset })
      else this.list.push({ kind: 'interpolation', expression: cursor.expression(cursor) })
      this.#trimsNext = cursor.takes('~')
      if (!cursor.takes('}')) {
        cursor.fail(
          `expected \`}\` at the end of the template's expression, found ${cursor.found()}`
        )
      }
    })
    this.#startsLine = false
  }
}

type End = 'else' | 'endif' | 'endfor'

/** More nested directives than any template has. Deeper ones would overflow the stack. */
const MAX_DIRECTIVES = 100

/** Joins directives with the parts between them. */
const assembled = (cursor: Cursor, tokens: readonly Token[]): TemplatePart[] => {
  let next = 0
  let depth = 0
  const until = (opening: Token | undefined, ends: readonly End[]): [TemplatePart[], End?] => {
    if (++depth > MAX_DIRECTIVES) cursor.fail(`more than ${MAX_DIRECTIVES} nested directives`)
    const found = inner(opening, ends)
    depth--
    return found
  }
  const inner = (opening: Token | undefined, ends: readonly End[]): [TemplatePart[], End?] => {
    const parts: TemplatePart[] = []
    for (;;) {
      const token = tokens[next++]
      if (token === undefined) {
        if (opening === undefined) return [parts]
        const offset = opening.kind === 'directive' ? opening.offset : cursor.position
        cursor.fail(`the directive is not closed: expected \`%{ ${ends.at(-1)} }\``, offset)
      }
      if (token.kind === 'text') {
        parts.push({ kind: 'text', text: token.text })
        continue
      }
      if (token.kind === 'interpolation') {
        parts.push(token)
        continue
      }
      const { directive: found, offset } = token
      if (found.word === 'if') {
        const [then, end] = until(token, ['else', 'endif'])
        const [otherwise] = end === 'else' ? until(token, ['endif']) : [[]]
        parts.push({ kind: 'if', condition: found.condition, then, otherwise })
      } else if (found.word === 'for') {
        const { keyName, valueName, collection } = found
        const [body] = until(token, ['endfor'])
        parts.push({ kind: 'for', keyName, valueName, collection, body })
      } else if (ends.includes(found.word)) {
        return [parts, found.word]
      } else {
        cursor.fail(`\`%{ ${found.word} }\` closes nothing`, offset)
      }
    }
  }
  return until(undefined, [])[0]
}

/** True if `${` or `%{` is next and not escaped. */
const isPart = (text: string, at: number): boolean =>
  (text[at] === '$' || text[at] === '%') && text[at + 1] === '{'

/** `$${` and `%%{` stand for `${` and `%{`. */
const isEscapedPart = (text: string, at: number): boolean =>
  (text[at] === '$' || text[at] === '%') && text[at + 1] === text[at] && text[at + 2] === '{'

/** Reads a template in quotes, from its opening quote. */
export const quoted = (cursor: Cursor): TemplatePart[] => {
  const start = cursor.position
  const { text } = cursor
  cursor.position++
  const tokens = new Tokens()
  let read = ''
  for (;;) {
    const at = cursor.position
    const char = text[at]
    if (char === undefined || char === '\n') cursor.fail('the quote is not closed', start)
    if (char === '"') break
    if (char === '\\') {
      read += escaped(cursor)
    } else if (isEscapedPart(text, at)) {
      read += text.slice(at + 1, at + 3)
      cursor.position += 3
    } else if (isPart(text, at)) {
      tokens.text(read)
      read = ''
      tokens.part(cursor)
    } else {
      read += char
      cursor.position++
    }
  }
  tokens.text(read)
  cursor.position++
  return assembled(cursor, tokens.list)
}

/** Reads text with parts until `isEnd`, which is called at the start of each line. A piece of text ends with its line. */
const lines = (cursor: Cursor, isEnd: (at: number) => boolean): Tokens => {
  const { text } = cursor
  const tokens = new Tokens()
  let read = ''
  let isLineStart = true
  while (!(isLineStart && isEnd(cursor.position)) && !cursor.isAtEnd) {
    const at = cursor.position
    isLineStart = false
    if (isEscapedPart(text, at)) {
      read += text.slice(at + 1, at + 3)
      cursor.position += 3
    } else if (isPart(text, at)) {
      tokens.text(read)
      read = ''
      tokens.part(cursor)
    } else {
      read += text[at]
      cursor.position++
      if (text[at] === '\n') {
        tokens.text(read)
        read = ''
        isLineStart = true
      }
    }
  }
  tokens.text(read)
  return tokens
}

/** Removes the common indentation of the lines of a `<<-` heredoc. Blank lines neither count nor change. */
const dedent = (tokens: readonly Token[]): void => {
  let least = Number.POSITIVE_INFINITY
  let isLineStart = true
  const starts: { text: string }[] = []
  for (const token of tokens) {
    if (token.kind !== 'text') {
      if (isLineStart) least = 0
      isLineStart = false
      continue
    }
    if (isLineStart) {
      const [indent = ''] = LEADING.exec(token.text) ?? []
      if (indent.length < token.text.length || !token.text.endsWith('\n')) {
        least = Math.min(least, indent.length)
        starts.push(token)
      }
    }
    isLineStart = token.text.endsWith('\n')
  }
  if (least === Number.POSITIVE_INFINITY) return
  for (const token of starts) token.text = token.text.slice(least)
}

const HEREDOC = /<<(-?)([\p{ID_Start}_][\p{ID_Continue}-]*)[ \t]*\r?\n/uy

/** Reads the template of a heredoc, from its `<<`. The cursor stops at the end of its last line. */
export const heredoc = (cursor: Cursor): TemplatePart[] => {
  const start = cursor.position
  HEREDOC.lastIndex = start
  const opening = HEREDOC.exec(cursor.text)
  if (opening === null) cursor.fail('expected a word and the end of the line after `<<`')
  const [all, dash, word] = opening
  cursor.position += all.length
  const closing = new RegExp(`[ \\t]*${word}(?=\\r?\\n|$)`, 'uy')
  let end = -1
  const tokens = lines(cursor, (at) => {
    closing.lastIndex = at
    if (!closing.test(cursor.text)) return false
    end = closing.lastIndex
    return true
  })
  if (end === -1) cursor.fail(`the heredoc is not closed: expected a line with \`${word}\``, start)
  cursor.position = end
  if (dash === '-') dedent(tokens.list)
  return assembled(cursor, tokens.list)
}

/** A whole file as a template, as `templatefile` reads it. */
export const bareTemplate = (cursor: Cursor): TemplatePart[] =>
  assembled(cursor, lines(cursor, () => false).list)
