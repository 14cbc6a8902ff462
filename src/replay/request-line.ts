import type { LineResult } from './formats/format.ts'
import { NO_REQUEST } from './formats/format.ts'
import type { LogRecord } from './record.ts'

const METHOD = /^[!#$%&'*+.^_`|~\w-]+$/
const VERSION = /^HTTP\/(\d)(?:\.(\d))?$/
const VERSIONS: Readonly<Record<string, string>> = {
  'HTTP/1.1': '1.1',
  'HTTP/2.0': '2.0',
  'HTTP/1.0': '1.0',
}

/** Returns the version number of a protocol, such as `2.0` for `HTTP/2` and `HTTP/2.0`, or `undefined` for other text. */
export const readVersion = (text: string): string | undefined => {
  const known = VERSIONS[text]
  if (known !== undefined) return known
  const [, major, minor = '0'] = VERSION.exec(text.toUpperCase()) ?? []
  return major === undefined ? undefined : `${major}.${minor}`
}

export const isMethod = (text: string): boolean => METHOD.test(text)

const USUAL_METHODS = ['GET', 'POST', 'HEAD']
const USUAL_ENDS = [
  [' HTTP/1.1', '1.1'],
  [' HTTP/2.0', '2.0'],
  [' HTTP/1.0', '1.0'],
] as const

/** Reads the most frequent forms of request lines without a search. Returns false for other forms. */
const readUsual = (text: string, record: LogRecord): boolean => {
  for (const method of USUAL_METHODS) {
    if (!text.startsWith(method) || text[method.length] !== ' ') continue
    for (const [end, version] of USUAL_ENDS) {
      if (!text.endsWith(end)) continue
      const target = text.slice(method.length + 1, text.length - end.length)
      if (target === '') return false
      record.method = method
      record.target = target
      record.version = version
      return true
    }
  }
  return false
}

/**
 * Reads the method, target and version of a request line into a record. Servers also log connections without a request, such as a
 * TLS handshake on a plain port or a connection that sent nothing (`-`). For these it returns `NO_REQUEST`.
 *
 * @param text the unescaped request line
 */
export const readRequestLine = (text: string, record: LogRecord): LineResult => {
  if (readUsual(text, record)) return undefined
  const first = text.indexOf(' ')
  if (first <= 0) return NO_REQUEST
  const last = text.lastIndexOf(' ')
  const version = last > first ? readVersion(text.slice(last + 1)) : undefined
  // HTTP/0.9 has no version, and servers reject targets with spaces.
  const target = text.slice(first + 1, version === undefined ? text.length : last)
  const method = text.slice(0, first)
  if (target === '' || !isMethod(method)) return NO_REQUEST
  if (version === undefined && (target[0] !== '/' || target.includes(' '))) return NO_REQUEST
  record.method = method
  record.target = target
  record.version = version ?? '0.9'
  return undefined
}
