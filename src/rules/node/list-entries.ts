import type { FileEntry } from '../compile.ts'

const COMMENT = /^\s*(?:[#;]|\/\/)/
/** Names of the column with the entries: Cloudflare's own export has no names, and vendors' files have these. */
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
/** Columns that stand before the one with the entries. */
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

/** The place of the entries among the columns that a first line names; `undefined` where it names none. */
const columnOf = (cells: readonly string[]): number | undefined => {
  const names = cells.map((cell) => cell.toLowerCase())
  const column = names.findIndex((name) => COLUMNS.includes(name))
  const isHeader = column >= 0 && names.slice(0, column).every((name) => OTHERS.includes(name))
  return isHeader ? column : undefined
}

/**
 * The entries of a list in a file: one a line, or CSV. Cloudflare's own export is `item,description` without names; vendors name their
 * columns (`value`, `scope,value`, `ip`, `cidr`, `network` …). Empty lines and those that begin with `#`, `;` or `//` are passed over.
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
