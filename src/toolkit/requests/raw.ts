import { EdgeError } from '../../error.ts'
import type { ReadRequest } from './read.ts'

const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~\w]+)[ \t]+(\S+)[ \t]+(HTTP\/[\d.]+)[ \t]*$/i
const HEADER = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/

export const isRaw = (text: string): boolean =>
  REQUEST_LINE.test(/^\s*([^\r\n]*)/.exec(text)?.[1] ?? '')

/**
 * A request as it goes over the wire: request line, headers, an empty line, the body. Lines may end with a line feed alone.
 *
 * @throws EdgeError `invalid_request`
 * @example readRaw('GET /a HTTP/1.1\nHost: shop.test\n\n').request.url // 'https://shop.test/a'
 */
export const readRaw = (text: string): ReadRequest => {
  const [head = '', ...rest] = text.replace(/^\s+/, '').split(/\r?\n\r?\n/)
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
      ...(version === undefined ? {} : { version }),
      ...(body === '' ? {} : { body }),
    },
    notes: isTarget ? ['the text does not say whether it was https: https is assumed'] : [],
  }
}
