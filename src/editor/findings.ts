import type { Range } from 'vscode-languageserver'
import type { Finding } from '../lint/finding.ts'
import { lint } from '../lint/lint.ts'
import type { View } from './document.ts'
import { written } from './embedded.ts'
import type { Found } from './found.ts'
import { diagnostic, rangeIn, withHelp } from './found.ts'
import { inspectionOf } from './problems.ts'

/** Expressions that are remembered: more than a document has. */
const MAX_REMEMBERED = 20_000

/** A range by the lines and characters of a finding. */
const rangeOf = (
  view: View,
  { line, column, endColumn = column + 1 }: Pick<Finding, 'line' | 'column' | 'endColumn'>
): Range => {
  const start = view.document.offsetAt({ line: line - 1, character: 0 })
  const text = view.text.slice(start, view.document.offsetAt({ line, character: 0 }))
  const characters = [...text]
  const units = (count: number) => characters.slice(0, count).join('').length
  return view.range(start + units(column - 1), start + units(endColumn - 1))
}

const foundOf = (view: View, finding: Finding): Found => {
  const { severity, code, message, fix } = finding
  const range = rangeOf(view, finding)
  const found = diagnostic(range, severity, code, withHelp(message, fix?.message))
  if (fix?.edits === undefined) return { diagnostic: found }
  const edits = fix.edits.map((edit) => ({ range: rangeOf(view, edit), newText: edit.text }))
  return { diagnostic: found, fix: { title: fix.message, edits } }
}

/** What the loader and the lints say of one of our own documents. */
const documentFindings = (view: View): Found[] =>
  lint([{ file: view.document.uri, text: view.text }])
    .filter(({ line }) => line > 0)
    .map((finding) => foundOf(view, finding))

const lintedAlone = new Map<string, readonly Finding[]>()

/** Lists are in another document, if not in Cloudflare's account. */
const OF_LISTS = new Set(['unknown_list', 'wrong_list_kind'])

/** An expression as a document of its own, for lints that look at one expression. Its text begins at this column. */
const ALONE = '{"rules": [{"name": "rule", "action": "block", "expression": '
const ALONE_COLUMN = ALONE.length + 2

const findingsAlone = (source: string): readonly Finding[] => {
  const known = lintedAlone.get(source)
  if (known !== undefined) return known
  if (lintedAlone.size >= MAX_REMEMBERED) lintedAlone.clear()
  const text = `${ALONE}${JSON.stringify(source)}}]}`
  const found = lint([{ file: 'alone.json', text }]).filter(({ code }) => !OF_LISTS.has(code))
  lintedAlone.set(source, found)
  return found
}

/** Unit of the expression at a column of its document: an escape of JSON is one character. */
const unitAtColumn = (source: string, column: number): number => {
  let at = ALONE_COLUMN
  for (let unit = 0; unit < source.length; unit++) {
    if (at >= column) return unit
    const code = source.codePointAt(unit)!
    const character = String.fromCodePoint(code)
    at += [...JSON.stringify(character)].length - 2
    unit += character.length - 1
  }
  return source.length
}

/** What the lints say of each expression by itself, in documents whose rules are not known as a whole. */
const aloneFindings = (view: View): Found[] =>
  view.expressions.flatMap((embedded) => {
    const { source, isTemplate, key } = embedded
    const isRead = !isTemplate && key === 'expression' && source.trim() !== ''
    if (!isRead || inspectionOf(embedded).root === undefined) return []
    return findingsAlone(source).map((finding): Found => {
      const { severity, code, message, fix, column, endColumn = column + 1 } = finding
      const start = unitAtColumn(source, column)
      const range = rangeIn(view, embedded, start, unitAtColumn(source, endColumn))
      const found = diagnostic(range, severity, code, withHelp(message, fix?.message))
      if (fix?.edits === undefined) return { diagnostic: found }
      const edits = fix.edits.map((edit) => ({
        range: rangeIn(
          view,
          embedded,
          unitAtColumn(source, edit.column),
          unitAtColumn(source, edit.endColumn)
        ),
        newText: written(embedded, edit.text, view.lineEnd),
      }))
      return { diagnostic: found, fix: { title: fix.message, edits } }
    })
  })

/** What the loader and the lints find: of our own documents in the whole, of others in each expression. */
export const findingsIn = (view: View): Found[] =>
  view.isOwn ? documentFindings(view) : aloneFindings(view)
