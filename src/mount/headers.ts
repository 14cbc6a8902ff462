import type { Verdict } from '../verdict.ts'
import { isStrippedRequestHeader } from '../visitor/stripped-headers.ts'

const RAY_HEADER = 'CF-RAY'

/** Takes the visitor's own `cf-…` and test headers off a request and puts the edge's on: what the app behind is told. */
export const passHeaders = ({ rayHeader, visitor }: Verdict, headers: Headers): void => {
  for (const name of [...headers.keys()]) if (isStrippedRequestHeader(name)) headers.delete(name)
  headers.set('CF-Ray', rayHeader)
  if (visitor.ipText !== '') headers.set('CF-Connecting-IP', visitor.ipText)
}

/** Carries the value of the response's `CF-RAY` header from the middleware to where the head is written. */
const rayHeaderOf = Symbol('CF-RAY')

/** Node's request, with its two views of the headers. */
export interface NodeRequest {
  /** Built by Node from `rawHeaders` when it is first read, and not again. */
  readonly headers: Record<string, string | string[] | undefined>
  readonly rawHeaders: string[]
  [rayHeaderOf]?: string
}

type WriteHead = (status: number, reason?: unknown, headers?: unknown) => unknown

/** Node's response, as far as it matters here. */
export interface NodeResponse {
  /** On `node:http`, not on `node:http2`. */
  readonly req?: NodeRequest
  setHeader(name: string, value: string): unknown
  writeHead: WriteHead
}

// The letters that a name to strip can begin with, lower case.
const C = 99
const T = 116
const X = 120
const LOWER_CASE_BIT = 32

const isStripped = (name: string) => {
  const first = name.charCodeAt(0) | LOWER_CASE_BIT
  return (first === C || first === T || first === X) && isStrippedRequestHeader(name.toLowerCase())
}

/**
 * The same as `passHeaders` on Node's request, in place. Sits on the path of every request, so names are looked at
 * closely only where their first letter fits.
 */
export const passNodeHeaders = (
  { rayHeader, visitor: { ipText } }: Verdict,
  { headers, rawHeaders }: NodeRequest
): void => {
  let kept = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (isStripped(name)) {
      delete headers[name.toLowerCase()]
      continue
    }
    if (kept !== i) {
      rawHeaders[kept] = name
      rawHeaders[kept + 1] = rawHeaders[i + 1]!
    }
    kept += 2
  }
  if (kept < rawHeaders.length) rawHeaders.length = kept
  headers['cf-ray'] = rayHeader
  if (ipText === '') {
    rawHeaders.push('CF-Ray', rayHeader)
    return
  }
  headers['cf-connecting-ip'] = ipText
  rawHeaders.push('CF-Ray', rayHeader, 'CF-Connecting-IP', ipText)
}

/** Header names and values in turn, or pairs of them: Node takes both. */
const withRayInList = (list: readonly unknown[], ray: string): unknown[] =>
  Array.isArray(list[0]) ? [...list, [RAY_HEADER, ray]] : [...list, RAY_HEADER, ray]

const withRay = (
  given: Readonly<Record<string, unknown>>,
  ray: string
): Record<string, unknown> => {
  const headers: Record<string, unknown> = {}
  for (const name in given) {
    const isOwn = name.length === RAY_HEADER.length && name.toUpperCase() === RAY_HEADER
    if (!isOwn) headers[name] = given[name]
  }
  headers[RAY_HEADER] = ray
  return headers
}

/** Stands in for `writeHead` on one response: adds the header to those that are written. */
function writeHeadWithRay(
  this: NodeResponse,
  status: number,
  reason?: unknown,
  headers?: unknown
): unknown {
  const ray = this.req?.[rayHeaderOf]
  const writeHead: WriteHead = Object.getPrototypeOf(this).writeHead
  if (ray === undefined) return writeHead.call(this, status, reason, headers)
  const given = (typeof reason === 'string' ? headers : (headers ?? reason)) as
    | unknown[]
    | Readonly<Record<string, unknown>>
    | undefined
  const all = Array.isArray(given) ? withRayInList(given, ray) : withRay(given ?? {}, ray)
  return typeof reason === 'string'
    ? writeHead.call(this, status, reason, all)
    : writeHead.call(this, status, all)
}

/**
 * Puts `CF-RAY` on Node's response. A header that is set beforehand sends Node down its slow way of writing a head, which
 * costs some 10 % of the throughput of a small answer, so it is added while the head is written.
 */
export const announceRay = (
  rayHeader: string,
  request: NodeRequest,
  response: NodeResponse
): void => {
  // HTTP/2 has no such two ways, and what somebody else has put in `writeHead`'s place stays.
  if (response.req !== request || Object.hasOwn(response, 'writeHead')) {
    response.setHeader(RAY_HEADER, rayHeader)
    return
  }
  request[rayHeaderOf] = rayHeader
  response.writeHead = writeHeadWithRay
}
