import { createHash } from 'node:crypto'
import { messageOf } from '../../error.ts'
import { EvaluationProblem } from '../problem.ts'
import { parseJson, plainJson } from '../syntax/json-text.ts'
import { SourceText } from '../syntax/text.ts'
import type { Value } from '../values.ts'
import { fromJson, toText } from '../values.ts'
import { type Functions, of } from './function.ts'
import { jsonText } from './json.ts'
import { yamlDecoded, yamlEncoded } from './yaml.ts'

const text = (run: (text: string) => Value) =>
  of(1, ([value], _, name) => run(toText(value!, `\`${name}\``)))

const hash = (algorithm: string, encoding: 'hex' | 'base64') =>
  text((value) => createHash(algorithm).update(value).digest(encoding))

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  'ISO-8859-1': 'latin1',
  'US-ASCII': 'ascii',
  'UTF-16LE': 'utf16le',
  'UTF-8': 'utf8',
}

const encodingOf = (name: string): BufferEncoding => {
  const encoding = ENCODINGS[name.toUpperCase()]
  if (encoding !== undefined) return encoding
  throw new EvaluationProblem(
    `unknown encoding "${name}": expected ${Object.keys(ENCODINGS).join(', ')}`
  )
}

/** Source: RFC 4122, appendix C. */
const NAMESPACES: Readonly<Record<string, string>> = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
}

const uuid = (namespace: string, name: string): string => {
  const id = NAMESPACES[namespace] ?? namespace
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) {
    throw new EvaluationProblem(`\`uuidv5\`: "${namespace}" is not a namespace`)
  }
  const bytes = createHash('sha1')
    .update(Buffer.from(id.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const decoded = (name: string, read: () => unknown): Value => {
  try {
    return fromJson(read())
  } catch (error) {
    throw new EvaluationProblem(`\`${name}\`: ${messageOf(error).split('\n', 1)[0]}`)
  }
}

/** The lines of a CSV text, as in RFC 4180: quotes can contain commas, quotes and line breaks. */
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
  if (new Set(header).size < header.length) {
    throw new EvaluationProblem('`csvdecode`: two columns have one name')
  }
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
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)) {
      throw new EvaluationProblem(`\`base64decode\`: "${value.slice(0, 40)}" is not base64`)
    }
    return Buffer.from(value, 'base64').toString('utf8')
  }),
  base64encode: text((value) => Buffer.from(value).toString('base64')),
  base64sha256: hash('sha256', 'base64'),
  base64sha512: hash('sha512', 'base64'),
  csvdecode: text(csvObjects),
  jsondecode: text((value) =>
    decoded('jsondecode', () => plainJson(parseJson(new SourceText('', value))))
  ),
  jsonencode: of(1, ([value]) => jsonText(value!)),
  md5: hash('md5', 'hex'),
  sha1: hash('sha1', 'hex'),
  sha256: hash('sha256', 'hex'),
  sha512: hash('sha512', 'hex'),
  textdecodebase64: of(2, ([value, encoding]) =>
    Buffer.from(toText(value!, '`textdecodebase64`'), 'base64').toString(
      encodingOf(toText(encoding!, '`textdecodebase64`'))
    )
  ),
  textencodebase64: of(2, ([value, encoding]) =>
    Buffer.from(
      toText(value!, '`textencodebase64`'),
      encodingOf(toText(encoding!, '`textencodebase64`'))
    ).toString('base64')
  ),
  urldecode: text((value) =>
    decoded('urldecode', () => decodeURIComponent(value.replaceAll('+', ' ')))
  ),
  uuidv5: of(2, ([namespace, name]) =>
    uuid(toText(namespace!, '`uuidv5`'), toText(name!, '`uuidv5`'))
  ),
  urlencode: text((value) =>
    encodeURIComponent(value)
      .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+')
  ),
  yamldecode: text(yamlDecoded),
  yamlencode: of(1, ([value]) => yamlEncoded(value!)),
}
