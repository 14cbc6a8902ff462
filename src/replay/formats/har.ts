import { toBytes } from '../../language/bytes.ts'
import { holds } from '../holdings.ts'
import type { LogRecord } from '../record.ts'
import { readVersion } from '../request-line.ts'
import { isoTime } from '../times.ts'
import { splitUrl } from './addresses.ts'
import { cutEntries } from './cut-har.ts'
import type { LineResult, LogFormat, LogReader } from './format.ts'
import { NO_REQUEST } from './format.ts'
import type { Json } from './json-line.ts'
import { isObject, mostAre, NOT_JSON, objectOf, parseJsonLine, sampleOf } from './json-line.ts'

const START = /^\s*\{\s*"log"\s*:\s*\{/

const VERSIONS: Readonly<Record<string, string>> = { h2: '2.0', h3: '3.0' }
const WEB = new Set(['http', 'https', 'ws', 'wss'])

const pairsOf = (value: unknown): (readonly [name: string, value: unknown])[] =>
  (Array.isArray(value) ? value : []).flatMap((one: unknown) => {
    const { name, value: text } = objectOf(one)
    return typeof name === 'string' ? [[name, text] as const] : []
  })

const headersOf = (json: Json) => pairsOf(objectOf(json.request).headers)

const open = (lines: readonly string[]): LogReader => {
  // Browsers leave out cookies by default.
  const hasCookies = sampleOf(lines).some(({ json }) =>
    headersOf(json).some(([name]) => name.toLowerCase() === 'cookie')
  )
  return {
    format: 'har',
    holds: holds({
      parts: ['time', 'method', 'path', 'query', 'version', 'scheme', 'status'],
      headers: ['host'],
      hasAllHeaders: true,
      hidden: hasCookies ? [] : ['cookie', 'authorization'],
    }),
    read: (line: string, record: LogRecord): LineResult => {
      const parsed = parseJsonLine(line)
      if (parsed === undefined) return NOT_JSON
      const { json, text } = parsed
      const request = objectOf(json.request)
      const url = splitUrl(text(request.url))
      // `data:`, `blob:` and extension URLs never reach a server.
      if (url === undefined || !WEB.has(url.scheme)) return NO_REQUEST
      record.timeMs = isoTime(text(json.startedDateTime))
      record.method = text(request.method) || 'GET'
      record.target = url.target
      record.isTls = url.scheme === 'https' || url.scheme === 'wss'
      const version = text(request.httpVersion).toLowerCase()
      record.version = VERSIONS[version] ?? readVersion(version) ?? '1.1'
      const { status } = objectOf(json.response)
      record.status = typeof status === 'number' && status >= 100 ? status : 0
      let hasHost = false
      for (const [name, value] of headersOf(json)) {
        // HTTP/2 pseudo-headers, such as `:method`, are not headers.
        if (name.startsWith(':')) continue
        hasHost ||= name.toLowerCase() === 'host'
        record.headers.push(toBytes(name), text(value))
      }
      if (!hasHost) record.headers.push('host', url.host)
      return undefined
    },
  }
}

/** Returns an entry without its bodies, which can be large. */
const needed = ({ startedDateTime, request, response }: Json): Json => {
  const { method, url, httpVersion, headers } = objectOf(request)
  const { status } = objectOf(response)
  return { startedDateTime, request: { method, url, httpVersion, headers }, response: { status } }
}

// An entry that is not an object is kept, so that the report names it by its number.
const lineOf = (entry: unknown): string =>
  toBytes(JSON.stringify(isObject(entry) ? needed(entry) : entry))

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns the entries of a document that is not valid JSON as a whole. Entries that are not valid JSON are kept as they are. */
const damaged = (text: string, cause: unknown): string[] => {
  const found = cutEntries(text)
  if (found.length === 0) throw cause
  return found.map((entry) => {
    const json = parsed(entry)
    return json === undefined ? toBytes(entry) : lineOf(json)
  })
}

/** Returns the entries of a document as texts, and the complete ones if it ends early. Throws if the document is not a HAR. */
const entries = (document: string): string[] => {
  const text = Buffer.from(document, 'latin1').toString()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    return damaged(text, cause)
  }
  const found = objectOf(objectOf(json).log).entries
  if (!Array.isArray(found)) throw new Error('expected "entries" in "log"')
  return found.map(lineOf)
}

/** Source: http://www.softwareishard.com/blog/har-12-spec/ */
export const har: LogFormat = {
  name: 'har',
  title: 'HAR, what a browser has recorded',
  fits: (lines) =>
    START.test(lines.slice(0, 10).join('\n')) ||
    mostAre(lines, (json) => 'startedDateTime' in json && 'request' in json),
  open,
  entries,
}
