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

/** `HTTP/2` and `HTTP/2.0` are `2.0`; `undefined` for other text. */
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

/** Nearly all request lines, without a search: texts of our own stand for the method and the version. */
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
 * Takes a request line apart. A server also logs what is none: the first bytes of a TLS handshake on a plain port, a connection
 * that sent nothing (`-`). No rule ever judges these.
 *
 * @param text unescaped
 */
export const readRequestLine = (text: string, record: LogRecord): LineResult => {
  if (readUsual(text, record)) return undefined
  const first = text.indexOf(' ')
  if (first <= 0) return NO_REQUEST
  const last = text.lastIndexOf(' ')
  const version = last > first ? readVersion(text.slice(last + 1)) : undefined
  // HTTP/0.9 has no version, and targets with spaces are none that a server takes.
  const target = text.slice(first + 1, version === undefined ? text.length : last)
  const method = text.slice(0, first)
  if (target === '' || !isMethod(method)) return NO_REQUEST
  if (version === undefined && (target[0] !== '/' || target.includes(' '))) return NO_REQUEST
  record.method = method
  record.target = target
  record.version = version ?? '0.9'
  return undefined
}
