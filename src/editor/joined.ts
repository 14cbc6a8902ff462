import type { TextDocumentContentChangeEvent } from 'vscode-languageserver'
import { TextDocumentContentChangeEvent as ChangeEvent } from 'vscode-languageserver'
import type { Found } from './found.ts'

const placeKey = ({ diagnostic: { range, code } }: Found) =>
  [range.start.line, range.start.character, code].join(':')

/** The problems of the expressions, and the findings that say something else. */
export const joined = (problems: readonly Found[], findings: readonly Found[]): Found[] => {
  const known = new Set(problems.map(placeKey))
  return [...problems, ...findings.filter((found) => !known.has(placeKey(found)))]
}

/** Findings of the version before, at their places in the next one. Those in changed lines are gone until the next check. */
export const carried = (
  findings: readonly Found[],
  changes: readonly TextDocumentContentChangeEvent[]
): Found[] =>
  changes.reduce<Found[]>(
    (kept, change) => {
      if (!ChangeEvent.isIncremental(change)) return []
      const { range, text } = change
      const moved = text.split('\n').length - 1 - (range.end.line - range.start.line)
      return kept.flatMap((found): Found[] => {
        const { start, end } = found.diagnostic.range
        if (end.line < range.start.line) return [found]
        if (start.line <= range.end.line) return []
        const shifted = {
          start: { ...start, line: start.line + moved },
          end: { ...end, line: end.line + moved },
        }
        // The change that would mend it is at places of the version before.
        return [{ diagnostic: { ...found.diagnostic, range: shifted } }]
      })
    },
    [...findings]
  )
