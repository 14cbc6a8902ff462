import { toBytes } from '../language/bytes.ts'
import { valueFromJson } from '../language/json.ts'
import { BYTES } from '../language/types.ts'
import { BODY_LIMIT_BYTES } from '../request/body.ts'
import type { RequestReader } from '../request/request.ts'
import { readRequest } from '../request/request.ts'
import type { Connection } from '../visitor/visitor.ts'
import { isObject, wrongCase } from './problem.ts'

/** The user and password before the host. Clients never send them in the URL. */
const ABSOLUTE = /^(https?):\/\/(?:[^/?#]*@)?([^/?#]*)(.*)$/is
const TARGET = /^[/*]/
const VERSION = /^(?:HTTP\/)?(1\.0|1\.1|2|2\.0|3|3\.0)$/i
const METHOD = /^[!#$%&'*+\-.^_`|~\w]+$/

const text = (value: unknown, place: string, fallback: string): string => {
  if (value === undefined || value === null) return fallback
  if (typeof value !== 'string') throw wrongCase(place, value, 'text')
  return toBytes(value)
}

/** `{name: value}`, `{name: [values]}`, or `[[name, value]]` if order and repetition matter. */
const readHeaders = (json: unknown): string[] => {
  if (json === undefined || json === null) return []
  const expected = 'an object of texts by header name, or an array of [name, value]'
  const pairs: unknown[] = Array.isArray(json)
    ? json
    : isObject(json)
      ? Object.entries(json).flatMap(([name, value]) =>
          Array.isArray(value) ? value.map((one) => [name, one]) : [[name, value]]
        )
      : [undefined]
  return pairs.flatMap((pair) => {
    if (
      !Array.isArray(pair) ||
      pair.length !== 2 ||
      !pair.every((one) => typeof one === 'string')
    ) {
      throw wrongCase('request.headers', json, expected)
    }
    return pair.map((one: string) => toBytes(one))
  })
}

const hasHost = (headers: readonly string[]) =>
  headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'host')

/**
 * The request of a case, read by the code for real requests. Its URL is a target (`/a?b`) or absolute. An absolute URL sets
 * the scheme and, without a Host header, the host.
 *
 * @throws EdgeError `wrong_case`
 */
export const openRequest = (
  json: unknown,
  timeMs: number
): { reader: RequestReader; connection: Connection } => {
  const request = json ?? {}
  if (!isObject(request)) throw wrongCase('request', json, '{method, url, headers, body}')
  const method = text(request.method, 'request.method', 'GET')
  if (!METHOD.test(method)) throw wrongCase('request.method', request.method, 'a method, e.g. GET')
  const version = VERSION.exec(text(request.version, 'request.version', '1.1'))?.[1]
  if (version === undefined) throw wrongCase('request.version', request.version, 'e.g. HTTP/2')
  const url = text(request.url, 'request.url', '/')
  const [, scheme, authority = '', target = url] = ABSOLUTE.exec(url) ?? []
  if (scheme === undefined && !TARGET.test(url) && method !== 'CONNECT') {
    throw wrongCase('request.url', request.url, 'e.g. https://shop.test/a?b or /a?b')
  }
  const headers = readHeaders(request.headers)
  if (authority !== '' && !hasHost(headers)) headers.unshift('Host', authority)
  const encrypted = scheme?.toLowerCase() === 'https'
  const raw = {
    method,
    url: scheme !== undefined && !target.startsWith('/') ? `/${target}` : target,
    rawHeaders: headers,
    httpVersion: version.length === 1 ? `${version}.0` : version,
  }
  const reader = readRequest(raw, encrypted, timeMs)
  const body = valueFromJson(BYTES, request.body ?? '', 'request.body') as string
  reader.body = {
    bytes: body.slice(0, BODY_LIMIT_BYTES),
    size: body.length,
    isTruncated: body.length > BODY_LIMIT_BYTES,
  }
  return { reader, connection: { encrypted } }
}
