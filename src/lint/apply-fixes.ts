import type { Edit, Finding } from './finding.ts'

/** Offset of a column that counts characters, in a line that begins at `start`. */
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
  // A byte order mark is before the first column.
  const starts = [text.startsWith('\ufeff') ? 1 : 0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/**
 * The text of a file with the fixes of its findings. What is not replaced stays as it is, byte by byte. A fix that overlaps an
 * earlier one is left for the next run.
 *
 * @returns the text, and how many fixes were made
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
