import type { Embedded } from './embedded.ts'
import { Decoded, readEscape } from './escapes.ts'

const ATTRIBUTE =
  /(?<![\w.])"?((?:counting_)?expression)"?[ \t]*[=:][ \t]*("|<<-?([\p{L}_][\p{L}\p{N}_-]*)[ \t]*\r?\n)/gu
const COMMENT = /^[ \t]*(?:#|\/\/)/

/** The end of the interpolation or directive that begins at `at`; strings inside it may hold braces. */
const partEnd = (text: string, at: number): number => {
  let depth = 0
  let inString = false
  for (let i = at + 1; i < text.length; i++) {
    const unit = text[i]
    if (unit === '\n' && inString) inString = false
    if (unit === '\\' && inString) i++
    else if (unit === '"') inString = !inString
    else if (!inString && unit === '{') depth++
    else if (!inString && unit === '}' && --depth === 0) return i + 1
  }
  return text.length
}

/** `${` or `%{` at `at`, and what it is: the beginning of a part, or its escape with a doubled sign. */
const partAt = (text: string, at: number): 'part' | 'escape' | undefined => {
  const sign = text[at]
  if (sign !== '$' && sign !== '%') return undefined
  if (text[at + 1] === '{') return 'part'
  return text[at + 1] === sign && text[at + 2] === '{' ? 'escape' : undefined
}

/** Puts a part or an escape of templates, if one stands here; gives the offset behind it. */
const readPart = (
  text: string,
  at: number,
  into: Decoded,
  onPart: () => void
): number | undefined => {
  const kind = partAt(text, at)
  if (kind === undefined) return undefined
  if (kind === 'escape') {
    into.put(text[at]!, at)
    into.put('{', at + 2)
    return at + 3
  }
  onPart()
  const end = partEnd(text, at)
  for (let i = at; i < end; i++) into.put(text[i]!, i)
  return end
}

const quoted = (text: string, start: number, key: string): Embedded => {
  const into = new Decoded()
  let isTemplate = false
  let at = start
  while (at < text.length && text[at] !== '"' && text[at] !== '\n' && text[at] !== '\r') {
    const behind = readPart(text, at, into, () => {
      isTemplate = true
    })
    if (behind !== undefined) at = behind
    else if (text[at] === '\\') at = readEscape(text, at, into)
    else {
      into.put(text[at]!, at)
      at++
    }
  }
  return { key, writing: 'quoted', ...into.end(at), indent: '', isTemplate }
}

interface Line {
  readonly start: number
  /** Before the line end. */
  readonly end: number
}

const linesUntil = (text: string, start: number, marker: string): Line[] => {
  const lines: Line[] = []
  for (let at = start; at < text.length; ) {
    const feed = text.indexOf('\n', at)
    const next = feed < 0 ? text.length : feed
    const end = text[next - 1] === '\r' && next > at ? next - 1 : next
    if (text.slice(at, end).trim() === marker) break
    lines.push({ start: at, end })
    at = next + 1
  }
  return lines
}

const heredoc = (text: string, start: number, key: string, marker: string): Embedded => {
  const lines = linesUntil(text, start, marker)
  const full = lines.filter((line) => text.slice(line.start, line.end).trim() !== '')
  const indents = full.map((line) => /^[ \t]*/.exec(text.slice(line.start, line.end))![0])
  const indent = indents.reduce(
    (least, one) => (one.length < least.length ? one : least),
    indents[0] ?? ''
  )
  const into = new Decoded()
  let isTemplate = false
  for (const [i, line] of lines.entries()) {
    let at = Math.min(line.start + indent.length, line.end)
    while (at < line.end) {
      const behind = readPart(text, at, into, () => {
        isTemplate = true
      })
      if (behind !== undefined) at = behind
      else {
        into.put(text[at]!, at)
        at++
      }
    }
    if (i + 1 < lines.length) into.put('\n', line.end)
  }
  const last = lines.at(-1)
  return { key, writing: 'heredoc', ...into.end(last?.end ?? start), indent, isTemplate }
}

/** Expressions of a Terraform or OpenTofu file, in quotes and in heredocs. */
export const hclExpressions = (text: string): Embedded[] => {
  const found: Embedded[] = []
  ATTRIBUTE.lastIndex = 0
  for (let match = ATTRIBUTE.exec(text); match !== null; match = ATTRIBUTE.exec(text)) {
    const before = text.slice(text.lastIndexOf('\n', match.index) + 1, match.index)
    if (COMMENT.test(before)) continue
    const [whole, key = '', opening = '', marker = ''] = match
    const start = match.index + whole.length
    const one = opening === '"' ? quoted(text, start, key) : heredoc(text, start, key, marker)
    found.push(one)
    // What stands inside an expression is part of it.
    ATTRIBUTE.lastIndex = Math.max(start, one.offsets.at(-1) ?? start)
  }
  return found
}
