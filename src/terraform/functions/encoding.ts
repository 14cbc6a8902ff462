import { createHash } from 'node:crypto'
import { parse as parseYaml, stringify as stringifyYaml } from 'yaml'
import { messageOf } from '../../error.ts'
import { EvaluationProblem } from '../problem.ts'
import type { Value } from '../values.ts'
import { fromJson, toJson, toText } from '../values.ts'
import { type Functions, of } from './function.ts'
import { jsonText } from './json.ts'

const text = (run: (text: string) => Value) =>
  of(1, ([value], _, name) => run(toText(value!, `\`${name}\``)))

const hash = (algorithm: string, encoding: 'hex' | 'base64') =>
  text((value) => createHash(algorithm).update(value).digest(encoding))

const decoded = (name: string, read: () => unknown): Value => {
  try {
    return fromJson(read())
  } catch (error) {
    throw new EvaluationProblem(`\`${name}\`: ${messageOf(error).split('\n', 1)[0]}`)
  }
}

/** One line of CSV after another, as RFC 4180 has them: quotes may hold commas, quotes and line breaks. */
const csvRows = (source: string): string[][] => {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  const endCell = () => {
    row.push(cell)
    cell = ''
  }
  const endRow = () => {
    endCell()
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  for (let i = 0; i < source.length; i++) {
    const char = source[i]!
    if (isQuoted) {
      if (char !== '"') cell += char
      else if (source[i + 1] === '"') {
        cell += '"'
        i++
      } else isQuoted = false
    } else if (char === '"' && cell === '') isQuoted = true
    else if (char === ',') endCell()
    else if (char === '\n') endRow()
    else if (char !== '\r' || source[i + 1] !== '\n') cell += char
  }
  if (isQuoted) throw new EvaluationProblem('`csvdecode`: a quote is not closed')
  endRow()
  return rows
}

const csvObjects = (source: string): Value => {
  const [header, ...rows] = csvRows(source)
  if (header === undefined) throw new EvaluationProblem('`csvdecode`: there is no header line')
  return rows.map((row, i) => {
    if (row.length !== header.length) {
      throw new EvaluationProblem(
        `\`csvdecode\`: row ${i + 2} has ${row.length} fields: expected ${header.length}`
      )
    }
    return new Map(header.map((name, column) => [name, row[column]!]))
  })
}

export const encodingFunctions: Functions = {
  base64decode: text((value) => {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
      throw new EvaluationProblem(`\`base64decode\`: "${value.slice(0, 40)}" is no base64`)
    }
    return Buffer.from(value, 'base64').toString('utf8')
  }),
  base64encode: text((value) => Buffer.from(value).toString('base64')),
  base64sha256: hash('sha256', 'base64'),
  csvdecode: text(csvObjects),
  jsondecode: text((value) => decoded('jsondecode', () => JSON.parse(value))),
  jsonencode: of(1, ([value]) => jsonText(value!)),
  md5: hash('md5', 'hex'),
  sha1: hash('sha1', 'hex'),
  sha256: hash('sha256', 'hex'),
  sha512: hash('sha512', 'hex'),
  urlencode: text((value) =>
    encodeURIComponent(value)
      .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+')
  ),
  yamldecode: text((value) =>
    decoded('yamldecode', () => parseYaml(value, { maxAliasCount: 100, merge: true }))
  ),
  yamlencode: of(1, ([value]) =>
    stringifyYaml(toJson(value!), {
      defaultStringType: 'QUOTE_DOUBLE',
      defaultKeyType: 'QUOTE_DOUBLE',
      indentSeq: false,
      lineWidth: 0,
    })
  ),
}
