import type { FileEntry } from '../compile.ts'

const COMMENT = /^\s*(?:[#;]|\/\/)/
/**
 * Header names of the column with the entries. Cloudflare's own export has no header, and vendors' files use these names.
 */
const COLUMNS = [
  'value',
  'ip',
  'ip_address',
  'cidr',
  'network',
  'prefix',
  'asn',
  'hostname',
  'host',
  'item',
]
/** Columns that may precede the column with the entries. */
const OTHERS = ['scope', 'type', 'id', 'name', 'description', 'comment']
const CELL = /\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/y

const cellsOf = (line: string): string[] => {
  // Most lists have one entry a line, and nothing else.
  if (!line.includes(',') && !line.includes('"')) return [line.trim()]
  const cells: string[] = []
  CELL.lastIndex = 0
  while (CELL.lastIndex < line.length || cells.length === 0) {
    const found = CELL.exec(line)
    if (found === null) break
    cells.push((found[1]?.replaceAll('""', '"') ?? found[2] ?? '').trim())
    if (CELL.lastIndex >= line.length) break
  }
  return cells
}

/**
 * Returns the index of the column with the entries according to a header line; `undefined` if the line is not a header.
 */
const columnOf = (cells: readonly string[]): number | undefined => {
  const names = cells.map((cell) => cell.toLowerCase())
  const column = names.findIndex((name) => COLUMNS.includes(name))
  const isHeader = column >= 0 && names.slice(0, column).every((name) => OTHERS.includes(name))
  return isHeader ? column : undefined
}

/**
 * Reads the entries of a list file: one per line, or CSV. Cloudflare's own export is `item,description` without a header; vendors use
 * headers such as `value`, `scope,value`, `ip`, `cidr` or `network`. Empty lines and lines that begin with `#`, `;` or `//` are skipped.
 *
 * Source: https://developers.cloudflare.com/waf/tools/lists/custom-lists/ ("Format of the CSV file")
 */
export const listFileEntries = (text: string): FileEntry[] => {
  const entries: FileEntry[] = []
  let column: number | undefined
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === '' || COMMENT.test(line)) return
    const cells = cellsOf(line)
    if (column === undefined) {
      column = columnOf(cells)
      if (column !== undefined) return
      column = 0
    }
    entries.push({ text: cells[column] ?? '', line: i + 1 })
  })
  return entries
}
