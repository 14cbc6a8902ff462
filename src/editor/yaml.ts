import type { Embedded } from './embedded.ts'
import { Decoded, readEscape } from './escapes.ts'

const KEY = /^([ \t]*(?:-[ \t]+)*)(["']?)((?:counting_)?expression)\2[ \t]*:(?:[ \t]+|(?=\r?$))/gm
const FLOW_KEY = /[{,][ \t]*((?:counting_)?expression)[ \t]*:[ \t]*(?=["'])/g
const HEADER = /([|>])(?:[+-]?([1-9])?[+-]?)[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y

const isLineEnd = (text: string, at: number) => text[at] === '\n' || text.startsWith('\r\n', at)

/** A line end inside quotes or plain text, with the white space around it, is one space. */
const fold = (text: string, at: number, into: Decoded): number => {
  let next = at
  while (/[ \t\r\n]/.test(text[next] ?? '')) next++
  into.put(' ', at)
  return next
}

const double = (text: string, start: number) => {
  const into = new Decoded()
  let at = start
  while (at < text.length && text[at] !== '"') {
    if (isLineEnd(text, at)) at = fold(text, at, into)
    else if (text[at] === '\\' && isLineEnd(text, at + 1)) {
      at += 1
      while (/[ \t\r\n]/.test(text[at] ?? '')) at++
    } else if (text[at] === '\\') at = readEscape(text, at, into)
    else {
      into.put(text[at]!, at)
      at++
    }
  }
  return into.end(at)
}

const single = (text: string, start: number) => {
  const into = new Decoded()
  let at = start
  while (at < text.length) {
    const isDoubled = text[at] === "'" && text[at + 1] === "'"
    if (text[at] === "'" && !isDoubled) break
    if (isLineEnd(text, at)) at = fold(text, at, into)
    else {
      into.put(text[at]!, at)
      at += isDoubled ? 2 : 1
    }
  }
  return into.end(at)
}

/** The lines that belong to a key: those that are blank or indented by more than it. */
const bodyLines = (text: string, start: number, column: number) => {
  const lines: { start: number; end: number }[] = []
  for (let at = start; at < text.length; ) {
    const feed = text.indexOf('\n', at)
    const next = feed < 0 ? text.length : feed
    const end = text[next - 1] === '\r' && next > at ? next - 1 : next
    const line = text.slice(at, end)
    const spaces = line.length - line.trimStart().length
    if (line.trim() !== '' && spaces <= column) break
    lines.push({ start: at, end })
    at = next + 1
  }
  while (lines.length > 0) {
    const last = lines.at(-1)!
    const line = text.slice(last.start, last.end)
    if (line.trim() !== '' || line.length > column + 1) break
    lines.pop()
  }
  return lines
}

const block = (text: string, start: number, column: number, isFolded: boolean) => {
  const lines = bodyLines(text, start, column)
  const first = lines.find((line) => text.slice(line.start, line.end).trim() !== '')
  const indent = first === undefined ? '' : /^ */.exec(text.slice(first.start, first.end))![0]
  const into = new Decoded()
  for (const [i, line] of lines.entries()) {
    for (let at = Math.min(line.start + indent.length, line.end); at < line.end; at++) {
      into.put(text[at]!, at)
    }
    if (i + 1 < lines.length) into.put(isFolded ? ' ' : '\n', line.end)
  }
  return { ...into.end(lines.at(-1)?.end ?? Math.min(start, text.length)), indent }
}

const COMMENT = /[ \t]+#/

const plain = (text: string, start: number, column: number) => {
  const into = new Decoded()
  const feed = text.indexOf('\n', start)
  const lineEnd = feed < 0 ? text.length : feed
  const first = { start, end: text[lineEnd - 1] === '\r' ? Math.max(start, lineEnd - 1) : lineEnd }
  const more = feed < 0 ? [] : bodyLines(text, feed + 1, column)
  let end = start
  for (const [i, line] of [first, ...more].entries()) {
    const written = text.slice(line.start, line.end)
    const comment = COMMENT.exec(written)?.index
    // Spaces at the end of a line are where somebody types.
    const shown = comment === undefined ? written : written.slice(0, comment)
    const lead = shown.length - shown.trimStart().length
    if (i > 0 && shown.trim() !== '') into.put(' ', line.start)
    for (let at = lead; at < shown.length; at++) into.put(shown[at]!, line.start + at)
    end = line.start + shown.length
    if (comment !== undefined) break
  }
  return into.end(end)
}

const scalar = (text: string, key: string, at: number, column: number): Embedded | undefined => {
  const rest = { key, indent: '', isTemplate: false }
  if (text[at] === '"') return { ...rest, writing: 'double', ...double(text, at + 1) }
  if (text[at] === "'") return { ...rest, writing: 'single', ...single(text, at + 1) }
  HEADER.lastIndex = at
  const header = HEADER.exec(text)
  if (header !== null) {
    return {
      ...rest,
      writing: 'block',
      ...block(text, HEADER.lastIndex, column, header[1] === '>'),
    }
  }
  if (/[&*!]/.test(text[at] ?? '') && !text.startsWith('!(', at)) return undefined
  return { ...rest, writing: 'plain', ...plain(text, at, column) }
}

/** Expressions of a YAML document. */
export const yamlExpressions = (text: string): Embedded[] => {
  const found: Embedded[] = []
  for (const match of text.matchAll(KEY)) {
    const [whole, before = '', quote = '', key = ''] = match
    const one = scalar(text, key, match.index + whole.length, before.length + quote.length)
    if (one !== undefined) found.push(one)
  }
  for (const match of text.matchAll(FLOW_KEY)) {
    const one = scalar(text, match[1]!, match.index + match[0].length, 0)
    if (one !== undefined) found.push(one)
  }
  return found.sort((x, y) => (x.offsets[0] ?? 0) - (y.offsets[0] ?? 0))
}
