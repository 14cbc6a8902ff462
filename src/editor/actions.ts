import type { CodeAction, Range } from 'vscode-languageserver'
import { CodeActionKind } from 'vscode-languageserver'
import type { Found } from './found.ts'

const overlaps = (a: Range, b: Range): boolean =>
  (a.start.line < b.end.line ||
    (a.start.line === b.end.line && a.start.character <= b.end.character)) &&
  (b.start.line < a.end.line ||
    (b.start.line === a.end.line && b.start.character <= a.end.character))

/** The changes that mend what is in a range. */
export const actionsIn = (uri: string, found: readonly Found[], range: Range): CodeAction[] =>
  found.flatMap(({ diagnostic: one, fix }): CodeAction[] => {
    if (fix === undefined || !overlaps(one.range, range)) return []
    const edit = { changes: { [uri]: [...fix.edits] } }
    return [
      {
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [one],
        isPreferred: true,
        edit,
      },
    ]
  })
