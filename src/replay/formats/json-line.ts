import { toBytes } from '../../language/bytes.ts'

export type Json = Readonly<Record<string, unknown>>

const NGINX_ESCAPE = /\\x([0-9a-fA-F]{2})/g

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parse = (text: string): Json | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** One line of JSON. */
export interface JsonLine {
  readonly json: Json
  /** Returns a text or a number as a binary string, and '' for other or absent values. */
  text(value: unknown): string
}

const asIs = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
const encoded = (value: unknown): string => toBytes(asIs(value))

/**
 * Reads a line of JSON. It also accepts bytes as `\x22`, which are not valid JSON: nginx writes them without `escape=json`.
 *
 * @param line a binary string
 * @returns `undefined` if the line is not a JSON object
 */
export const parseJsonLine = (line: string): JsonLine | undefined => {
  // Escapes stand for characters. Other text stands for bytes.
  if (line.includes('\\u')) {
    const json = parse(Buffer.from(line, 'latin1').toString())
    if (json !== undefined) return { json, text: encoded }
  }
  const json =
    parse(line) ?? (line.includes('\\x') ? parse(line.replace(NGINX_ESCAPE, '\\u00$1')) : undefined)
  return json === undefined ? undefined : { json, text: asIs }
}

export const objectOf = (value: unknown): Json => (isObject(value) ? value : {})

/** Returns the lines that are JSON objects. */
export const sampleOf = (lines: readonly string[]): JsonLine[] =>
  lines.flatMap((line) => parseJsonLine(line) ?? [])

/** Returns all keys of objects. */
export const keysOf = (objects: readonly Json[]): Set<string> =>
  new Set(objects.flatMap((object) => Object.keys(object)))

/** Returns true if at least half of the lines that are not blank, and at least one, are JSON objects that pass the test. */
export const mostAre = (lines: readonly string[], is: (json: Json) => boolean): boolean => {
  const filled = lines.filter((line) => line.trim() !== '')
  const fitting = sampleOf(filled).filter(({ json }) => is(json)).length
  return fitting > 0 && fitting * 2 >= filled.length
}

export const NOT_JSON = 'expected a JSON object'
