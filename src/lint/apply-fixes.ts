import type { Edit, Finding } from './finding.ts'

/** Returns the offset of a column. The line begins at `start`, and columns count characters. */
const offsetOf = (text: string, start: number, column: number): number => {
  let at = start
  for (let i = 1; i < column && at < text.length; i++) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  }
  return at
}

interface Change {
  readonly from: number
  readonly to: number
  readonly text: string
}

const changeOf = (text: string, starts: readonly number[], edit: Edit): Change => {
  const start = starts[edit.line - 1] ?? text.length
  return {
    from: offsetOf(text, start, edit.column),
    to: offsetOf(text, start, edit.endColumn),
    text: edit.text,
  }
}

const lineStarts = (text: string): number[] => {
  // The first column is after a byte order mark.
  const starts = [text.startsWith('\ufeff') ? 1 : 0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/**
 * Applies the fixes of the findings to the text of their file. All other bytes stay unchanged. If two fixes overlap, the second waits
 * for the next run.
 *
 * @returns the new text, and the number of fixes applied
 */
export const withFixes = (
  text: string,
  findings: readonly Finding[]
): { text: string; fixed: number } => {
  const starts = lineStarts(text)
  const taken: Change[] = []
  let fixed = 0
  for (const { fix } of findings) {
    const changes = (fix?.edits ?? []).map((edit) => changeOf(text, starts, edit))
    const overlaps = changes.some(({ from, to }) =>
      taken.some((other) => from < other.to && other.from < to)
    )
    if (changes.length === 0 || overlaps) continue
    taken.push(...changes)
    fixed++
  }
  let result = text
  for (const { from, to, text: replacement } of taken.toSorted((a, b) => b.from - a.from)) {
    result = result.slice(0, from) + replacement + result.slice(to)
  }
  return { text: result, fixed }
}
