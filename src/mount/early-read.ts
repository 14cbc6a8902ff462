import type { Context } from 'hono'
import type { EdgeRequest, RawRequest } from '../request/request.ts'
import type { Verdict } from '../verdict.ts'
import { passHeaders } from './request-headers.ts'

/**
 * The slots that `@hono/node-server` fills on its own unread Request. This Request reads Node's request lazily, so the app sees the
 * edge's changes there.
 */
const UNREAD = new Set(['incomingKey', 'methodKey', 'urlKey'])
/** The slot for headers. Node's request still has the body. */
const HEADERS = 'headersKey'

/** The parts of a request that an earlier middleware has copied. */
export type EarlyRead = 'nothing' | 'headers' | 'all'

/**
 * Returns the parts of a request that were read before the edge. A Request that is not node-server's own counts as read, because it
 * no longer reads Node's request. The same applies to a Request with other slots, as in other versions of node-server.
 */
export const earlyRead = (request: Request): EarlyRead => {
  const slots = Object.getOwnPropertySymbols(request)
  if (slots.length === 0) return 'all'
  let read: EarlyRead = 'nothing'
  for (const { description = '' } of slots) {
    if (UNREAD.has(description)) continue
    if (description !== HEADERS) return 'all'
    read = 'headers'
  }
  return read
}

const isReadable = ({ body, bodyUsed }: Request): boolean =>
  !bodyUsed && (body === null || !body.locked)

/** The same request after its body was read. The body is gone, but the headers can change. */
const readAlready = ({ url, method, signal }: Request, headers: Headers): Request => {
  const request = new Request(url, { method, headers, signal, body: '' })
  void request.arrayBuffer()
  return request
}

/** @param repeated repeated headers of which only the first value counts; a Fetch `Request` joins their values */
const change = (
  headers: Headers,
  verdict: Verdict,
  repeated: Readonly<Record<string, string>>
): Headers => {
  for (const name in repeated) headers.set(name, repeated[name]!)
  passHeaders(verdict, headers)
  return headers
}

/**
 * Replaces headers that were read early by the edge's view of them. The caller's own Request does not change, because tests send
 * one several times.
 *
 * @param repeated repeated single-valued headers, with the value that counts
 */
export const replaceHeaders = (
  c: Context,
  verdict: Verdict,
  repeated: Readonly<Record<string, string>> = {},
  read: EarlyRead = 'all'
): void => {
  if (read === 'nothing') return
  const { raw } = c.req
  if (read === 'headers') {
    // It is node-server's own Request. Its body stays there, where reading is fastest.
    change(raw.headers, verdict, repeated)
    return
  }
  const headers = change(new Headers(raw.headers), verdict, repeated)
  c.req.raw = isReadable(raw) ? new Request(raw, { headers }) : readAlready(raw, headers)
}

/** The parts of a Fetch Request that reading its body needs. */
interface BodyHolder {
  readonly headers: Headers
  readonly body: Request['body']
  readonly bodyUsed: boolean
  clone(): Pick<Request, 'body'>
}

/** The body in Hono's cache for `c.req.json()` and others, read only when the edge reads it. */
class KeptBody implements BodyHolder {
  readonly bodyUsed = false
  readonly #c: Context

  constructor(c: Context) {
    this.#c = c
  }

  get headers(): Headers {
    return this.#c.req.raw.headers
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({
      pull: async (controller) => {
        const bytes = new Uint8Array(await this.#c.req.arrayBuffer())
        if (bytes.length > 0) controller.enqueue(bytes)
        controller.close()
      },
    })
  }

  clone(): Pick<Request, 'body'> {
    return this
  }
}

/** After Hono has parsed a form, its bytes are gone. All other cached forms give the bytes again. */
const isKept = ({ req: { raw, bodyCache } }: Context): boolean => {
  const [first] = Object.keys(bodyCache)
  return raw.bodyUsed && first !== undefined && first !== 'formData'
}

const bodyHolder = (c: Context): BodyHolder => (isKept(c) ? new KeptBody(c) : c.req.raw)

/** A Fetch request for the edge to judge, with its body even if Hono has read it already. */
export const judgedFetch = (c: Context): EdgeRequest => {
  const { raw } = c.req
  if (!isKept(c)) return raw
  const { method, url, headers } = raw
  const body = new KeptBody(c)
  const request = { method, url, headers, body: body.body, bodyUsed: false, clone: () => body }
  return request as unknown as Request
}

/** A request of Node whose body an earlier middleware has read: the head as received, the body from Hono. */
class TakenOver implements RawRequest {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly rawHeaders: readonly string[]
  readonly httpVersion: string
  readonly #c: Context

  constructor(incoming: RawRequest, c: Context) {
    this.method = incoming.method
    this.url = incoming.url
    this.rawHeaders = incoming.rawHeaders
    this.httpVersion = incoming.httpVersion
    this.#c = c
  }

  get headers(): Headers {
    return this.#c.req.raw.headers
  }

  get body(): Request['body'] {
    return bodyHolder(this.#c).body
  }

  get bodyUsed(): boolean {
    return bodyHolder(this.#c).bodyUsed
  }

  clone(): Pick<Request, 'body'> {
    return bodyHolder(this.#c).clone()
  }
}

/** A request of Node for the edge to judge, with its body from its current place. */
export const judgedNode = (incoming: RawRequest, c: Context, read: EarlyRead): EdgeRequest =>
  read === 'all' ? new TakenOver(incoming, c) : incoming
