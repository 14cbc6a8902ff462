const RAY_HEADER = 'CF-RAY'

/** Carries the value of the response's `CF-RAY` header from the middleware to where the head is written. */
const rayHeaderOf = Symbol('CF-RAY')

interface RayCarrier {
  [rayHeaderOf]?: string
}

type WriteHead = (status: number, reason?: unknown, headers?: unknown) => unknown

/** Node's response, as far as its head goes. */
export interface NodeResponse {
  /** On `node:http`, not on `node:http2`. */
  readonly req?: object
  setHeader(name: string, value: string): unknown
  writeHead: WriteHead
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
  const ray = (this.req as RayCarrier | undefined)?.[rayHeaderOf]
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
export const announceRay = (rayHeader: string, request: object, response: NodeResponse): void => {
  // HTTP/2 has no such two ways, and what somebody else has put in `writeHead`'s place stays.
  if (response.req !== request || Object.hasOwn(response, 'writeHead')) {
    response.setHeader(RAY_HEADER, rayHeader)
    return
  }
  ;(request as RayCarrier)[rayHeaderOf] = rayHeader
  response.writeHead = writeHeadWithRay
}
