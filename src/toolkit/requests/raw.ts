import { EdgeError } from '../../error.ts'
import type { ReadRequest } from './read.ts'

const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~\w]+)[ \t]+(\S+)[ \t]+(HTTP\/[\d.]+)[ \t]*$/i
const HEADER = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/

/** The request line of HTTP/2 and HTTP/3, as browsers show it: `:method: GET` and the like, in any order. */
const PSEUDO = /^:(method|scheme|authority|path):[ \t]*(\S+)[ \t]*$/

export const isRaw = (text: string): boolean => {
  const first = /^\s*([^\r\n]*)/.exec(text)?.[1] ?? ''
  return REQUEST_LINE.test(first) || PSEUDO.test(first)
}

/** Converts pseudo headers to the request line that they represent. */
const withRequestLine = (head: string): string => {
  const pseudo = new Map<string, string>()
  const lines = head.split(/\r?\n/).filter((line) => {
    const [, name, value] = PSEUDO.exec(line) ?? []
    if (name !== undefined && value !== undefined) pseudo.set(name, value)
    return name === undefined
  })
  const [method, authority, path] = ['method', 'authority', 'path'].map((name) => pseudo.get(name))
  if (method === undefined || authority === undefined || path === undefined) {
    throw new EdgeError('invalid_request', 'expected :method, :authority and :path')
  }
  const url = `${pseudo.get('scheme') ?? 'https'}://${authority}${path}`
  return [`${method} ${url} HTTP/2`, ...lines].join('\n')
}

/**
 * Reads a request in its wire format: request line, headers, an empty line and the body. Lines may end with a line feed alone.
 *
 * @throws EdgeError `invalid_request`
 * @example readRaw('GET /a HTTP/1.1\nHost: shop.test\n\n').request.url // 'https://shop.test/a'
 */
export const readRaw = (text: string): ReadRequest => {
  const [start = '', ...rest] = text.replace(/^\s+/, '').split(/\r?\n\r?\n/)
  // A head without a body may end at the end of its last line.
  const whole = start.replace(/\r?\n$/, '')
  const head = PSEUDO.test(whole.split(/\r?\n/, 1)[0] ?? '') ? withRequestLine(whole) : whole
  const [first = '', ...lines] = head.split(/\r?\n/)
  const [, method, target = '', version] = REQUEST_LINE.exec(first) ?? []
  if (method === undefined) {
    throw new EdgeError(
      'invalid_request',
      `line 1: "${first}": expected a request line such as GET /a HTTP/1.1`
    )
  }
  const headers = lines.map((line, i): [string, string] => {
    const [, name, value] = HEADER.exec(line) ?? []
    if (name === undefined || value === undefined) {
      throw new EdgeError('invalid_request', `line ${i + 2}: "${line}": expected name: value`)
    }
    return [name, value]
  })
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const body = rest.join('\r\n\r\n').replace(/\r?\n$/, '')
  const isTarget = target.startsWith('/')
  if (isTarget && host === undefined) {
    throw new EdgeError(
      'invalid_request',
      'expected a Host header, or a whole URL in the request line'
    )
  }
  return {
    kind: 'raw',
    request: {
      method,
      url: isTarget ? `https://${host}${target}` : target,
      headers,
      ...(version === undefined ? {} : { version: version.toUpperCase() }),
      ...(body === '' ? {} : { body }),
    },
    notes: isTarget ? ['the text does not say whether it was https: https is assumed'] : [],
  }
}
