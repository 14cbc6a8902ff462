import type { Range, TextEdit } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { format } from '../language/format.ts'
import { View } from './document.ts'
import type { Embedded } from './embedded.ts'
import { embeddedIn, mayBreak, offsetOf, written } from './embedded.ts'
import { inspectionOf } from './problems.ts'

/** The formatted text of an expression. `undefined` where it has an error, or is right already. */
const formatted = (embedded: Embedded): string | undefined => {
  const { root } = inspectionOf(embedded)
  if (root === undefined || embedded.isTemplate) return undefined
  const text = format(embedded.source, root, mayBreak(embedded))
  return text === embedded.source.trim() ? undefined : text
}

const contains = ({ start, end }: Range, line: number) => line >= start.line && line <= end.line

/**
 * Edits that format the expressions of a document, those of a range where one is given. The document says the same afterwards: an
 * edit that its syntax would read in another way is not made.
 */
export const formatEdits = (view: View, range?: Range): TextEdit[] =>
  view.expressions.flatMap((embedded, i) => {
    const { source } = embedded
    const start = offsetOf(embedded, source.length - source.trimStart().length)
    const end = offsetOf(embedded, source.trimEnd().length)
    const place = view.range(start, end)
    if (
      range !== undefined &&
      !contains(range, place.start.line) &&
      !contains(range, place.end.line)
    )
      return []
    const text = formatted(embedded)
    if (text === undefined) return []
    const newText = written(embedded, text, view.lineEnd)
    const changed = view.text.slice(0, start) + newText + view.text.slice(end)
    const again = embeddedIn(changed, view.syntax)[i]
    const isSame = again?.source.replace(/\r\n/g, '\n').trim() === text
    return isSame ? [{ range: place, newText }] : []
  })

/**
 * Formats the expressions of a document; everything else stays as it is.
 *
 * @param file its name, whose ending says what it is
 */
export const formatText = (file: string, text: string): string => {
  const document = TextDocument.create(file, '', 1, text)
  return TextDocument.applyEdits(document, formatEdits(new View(document)))
}
