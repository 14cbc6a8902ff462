import type { Diagnostic } from '../error.ts'
import { toBytes, toText } from '../language/bytes.ts'

/** More pictures than this scroll the first one, usually the cause, out of sight. */
const MAX_PICTURES = 20
/** Minified JSON is one long line: the picture shows the part around the carets. */
const MAX_LINE_COLUMNS = 100
const LEAD_COLUMNS = 40

const UNPRINTABLE = /[\0-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
/** East Asian wide and emoji: two columns in a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

const STYLES = { error: '1;31', warning: '1;33', place: '1', help: '36' } as const

const painter = (color: boolean) => (style: keyof typeof STYLES, text: string) =>
  color && text !== '' ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text

const clean = (text: string) => text.replace(UNPRINTABLE, '\ufffd')

/** Columns and length in characters: an expression without a file is counted in bytes. */
const extent = ({ file, column, length, sourceLine }: Diagnostic) => {
  if (file !== undefined) return { before: column - 1, under: length }
  const bytes = toBytes(sourceLine)
  const before = [...toText(bytes.slice(0, column - 1))].length
  const under = [...toText(bytes.slice(column - 1, column - 1 + length))].length
  // A place behind the last byte ("unexpected end") keeps its distance.
  return { before: before + Math.max(0, column - 1 - bytes.length), under: Math.max(1, under) }
}

const blank = (character: string) => (character === '\t' ? '\t' : WIDE.test(character) ? '  ' : ' ')

const picture = (diagnostic: Diagnostic) => {
  const { before, under } = extent(diagnostic)
  const characters = [...clean(diagnostic.sourceLine)]
  const from = characters.length > MAX_LINE_COLUMNS ? Math.max(0, before - LEAD_COLUMNS) : 0
  const to = Math.min(characters.length, from + MAX_LINE_COLUMNS)
  const opening = from > 0 ? '…' : ''
  const line = `${opening}${characters.slice(from, to).join('')}${to < characters.length ? '…' : ''}`
  const pad = `${opening && ' '}${characters.slice(from, before).map(blank).join('')}${' '.repeat(
    Math.max(0, before - characters.length)
  )}`
  const marked = characters.slice(before, Math.min(before + under, to))
  const carets = marked.map((character) => blank(character).replace(/[ \t]/g, '^')).join('')
  return { line, pad, carets: carets === '' ? '^' : carets }
}

/**
 * Diagnostics as text for people: place, severity, message and code, then the source line with carets, then the help.
 * Safe to print: control characters of the file are not obeyed.
 *
 *     rules.yaml:4:13: error: unknown country `UK`: … [unknown_country]
 *           country: [UK]
 *                     ^^
 *       help: did you mean `GB`?
 */
export const renderDiagnostics = (
  diagnostics: readonly Diagnostic[],
  { color = false }: { color?: boolean } = {}
): string => {
  const paint = painter(color)
  const blocks = diagnostics.slice(0, MAX_PICTURES).map((diagnostic) => {
    const { file, line, column, severity, message, code, help } = diagnostic
    const place =
      file === undefined ? '' : `${paint('place', clean(`${file}:${line}:${column}`))}: `
    const { line: text, pad, carets } = picture(diagnostic)
    return [
      `${place}${paint(severity, `${severity}:`)} ${clean(message)} [${code}]`,
      `  ${text}`,
      `  ${pad}${paint(severity, carets)}`,
      ...(help === undefined ? [] : [`  ${paint('help', 'help:')} ${clean(help)}`]),
    ].join('\n')
  })
  const more = diagnostics.length - blocks.length
  if (more > 0) blocks.push(`… and ${more} more ${more === 1 ? 'problem' : 'problems'}`)
  return blocks.join('\n')
}
