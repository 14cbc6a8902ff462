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

/** One line of JSON with its texts as binary strings. */
export interface JsonLine {
  readonly json: Json
  /** A text or a number as a binary string; '' for other values and absent ones. */
  text(value: unknown): string
}

const asIs = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
const encoded = (value: unknown): string => toBytes(asIs(value))

/**
 * Reads a line of JSON. nginx without `escape=json` writes bytes as `\x22`, which is no JSON: these are read too.
 *
 * @param line a binary string
 * @returns `undefined` where it is no object
 */
export const parseJsonLine = (line: string): JsonLine | undefined => {
  // Escapes are characters; what is written as it is are bytes.
  if (line.includes('\\u')) {
    const json = parse(Buffer.from(line, 'latin1').toString())
    if (json !== undefined) return { json, text: encoded }
  }
  const json =
    parse(line) ?? (line.includes('\\x') ? parse(line.replace(NGINX_ESCAPE, '\\u00$1')) : undefined)
  return json === undefined ? undefined : { json, text: asIs }
}

export const objectOf = (value: unknown): Json => (isObject(value) ? value : {})

/** The objects among the first lines of a log. */
export const sampleOf = (lines: readonly string[]): JsonLine[] =>
  lines.flatMap((line) => parseJsonLine(line) ?? [])

/** All keys of objects. */
export const keysOf = (objects: readonly Json[]): Set<string> =>
  new Set(objects.flatMap((object) => Object.keys(object)))

/** True where most lines that are not blank are objects of which this is true. */
export const mostAre = (lines: readonly string[], is: (json: Json) => boolean): boolean => {
  const filled = lines.filter((line) => line.trim() !== '')
  const fitting = sampleOf(filled).filter(({ json }) => is(json)).length
  return fitting > 0 && fitting * 2 >= filled.length
}

export const NOT_JSON = 'expected a JSON object'
