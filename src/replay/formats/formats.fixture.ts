import { toText } from '../../language/bytes.ts'
import { LogRecord } from '../record.ts'
import { recognise } from './all.ts'
import type { LineResult, LogReader } from './format.ts'
import { openReader } from './open.ts'

export interface ReadLine {
  readonly result: LineResult
  readonly address: string
  readonly time: string | undefined
  readonly request: string
  readonly version: string
  readonly isTls: boolean
  readonly status: number
  readonly headers: Record<string, string>
  readonly fields: Record<string, unknown> | undefined
}

const binary = (text: string) => Buffer.from(text).toString('latin1')

const readWith = (reader: LogReader, line: string): ReadLine => {
  const record = new LogRecord()
  const result = reader.read(binary(line), record)
  const headers: Record<string, string> = {}
  for (let i = 0; i < record.headers.length; i += 2) {
    headers[record.headers[i]!.toLowerCase()] = toText(record.headers[i + 1]!)
  }
  return {
    result,
    address: record.address,
    time: Number.isNaN(record.timeMs) ? undefined : new Date(record.timeMs).toISOString(),
    request: `${record.method} ${toText(record.target)}`,
    version: record.version,
    isTls: record.isTls,
    status: record.status,
    headers,
    fields: record.fields,
  }
}

/** Recognises a log of these lines and reads the last of them. */
export const readLast = (...lines: readonly string[]): ReadLine & { reader: LogReader } => {
  const sample = lines.map(binary)
  const reader = openReader(recognise('test.log', sample).name, sample)
  return { ...readWith(reader, lines.at(-1)!), reader }
}

/** Reads a line with a format that is named, or a pattern. */
export const readAs = (format: string, line: string): ReadLine & { reader: LogReader } => {
  const reader = openReader(format, [binary(line)])
  return { ...readWith(reader, line), reader }
}
