import { table } from './printable.ts'

const GAP_CHARS = 2
/** Narrower columns would be unreadable. */
const MIN_CHARS = 6

const widthsOf = (rows: readonly (readonly string[])[]): number[] => {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  return widths
}

/** Shortens the widest column by one character at a time, until the line fits or every column has its minimum width. */
const shrink = (widths: number[], columns: number): number[] => {
  const total = () => widths.reduce((sum, width) => sum + width + GAP_CHARS, -GAP_CHARS)
  for (let over = total() - columns; over > 0; over--) {
    const widest = Math.max(...widths)
    if (widest <= MIN_CHARS) break
    widths[widths.indexOf(widest)]!--
  }
  return widths
}

/**
 * Formats rows as a table that fits the terminal. Cells of the widest columns are cut with an ellipsis.
 *
 * @param columns width of the terminal in characters; if absent, no cell is cut
 */
export const fitTable = (
  rows: readonly (readonly string[])[],
  columns: number | undefined
): string => {
  if (columns === undefined) return table(rows)
  const widths = shrink(widthsOf(rows), columns)
  return table(
    rows.map((row) =>
      row.map((cell, i) =>
        cell.length > widths[i]! ? `${cell.slice(0, Math.max(widths[i]! - 1, 0))}…` : cell
      )
    )
  )
}
