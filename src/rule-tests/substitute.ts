import { nearest } from '../nearest.ts'
import type { Entry, Node, ScalarNode } from '../rules/node.ts'
import { inBackticks } from '../rules/node.ts'
import type { Reader } from '../rules/reader.ts'

/** The values of one row of a table, by column. */
export type Row = ReadonlyMap<string, ScalarNode>

const PLACEHOLDER = /\$\{([^}]*)\}/g
const WHOLE = /^\$\{([^}]*)\}$/

const scalar = (node: ScalarNode, row: Row, reader: Reader): ScalarNode => {
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node
  const cellOf = (column: string): ScalarNode | undefined => {
    const found = row.get(column)
    if (found !== undefined) return found
    const meant = nearest(column, [...row.keys()])
    const help =
      meant === undefined
        ? `columns of this row: ${[...row.keys()].join(', ')}`
        : `did you mean \`\${${meant}}\`?`
    reader.findings.error(
      node.place,
      'unknown_column',
      `${inBackticks(`\${${column}}`)} is no column of the table`,
      help
    )
    return undefined
  }
  // A value that consists only of a column keeps the column's type: a number stays a number.
  const [, whole] = WHOLE.exec(node.value) ?? []
  if (whole !== undefined) {
    const found = cellOf(whole)
    return found === undefined ? node : { ...found, place: node.place }
  }
  const value = node.value.replace(PLACEHOLDER, (text, column: string) => {
    const found = cellOf(column)
    return found === undefined ? text : found.source
  })
  return { ...node, value, source: value }
}

/** Returns a copy of a node in which the row's values replace `${column}`. */
export const substitute = (node: Node, row: Row, reader: Reader): Node => {
  switch (node.kind) {
    case 'scalar':
      return scalar(node, row, reader)
    case 'list':
      return { ...node, items: node.items.map((item) => substitute(item, row, reader)) }
    case 'map':
      return {
        ...node,
        entries: node.entries.map(
          (entry): Entry => ({ ...entry, value: substitute(entry.value, row, reader) })
        ),
      }
    default:
      return node
  }
}
