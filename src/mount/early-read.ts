import type { Context } from 'hono'
import type { EdgeRequest, RawRequest } from '../request/request.ts'
import type { Verdict } from '../verdict.ts'
import { passHeaders } from './request-headers.ts'

/**
 * The slots that `@hono/node-server` fills on a Request of its own before anybody reads it. It looks at Node's request only when
 * it is asked, so the app sees what the edge changes there.
 */
const UNREAD = new Set(['incomingKey', 'methodKey', 'urlKey'])
/** The slot for headers. The body is then still with Node's request. */
const HEADERS = 'headersKey'

/** How much of a request an earlier middleware has made a copy of. */
export type EarlyRead = 'nothing' | 'headers' | 'all'

/**
 * Tells how much of a request was read before the edge. Any Request that is not node-server's own counts as read: it no longer
 * looks at Node's request. So does one with slots of another name, as other versions of node-server may have.
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

/** The same request whose body was read already: nobody can read it again, but its headers can be others. */
const readAlready = ({ url, method, signal }: Request, headers: Headers): Request => {
  const request = new Request(url, { method, headers, signal, body: '' })
  void request.arrayBuffer()
  return request
}

/** @param repeated headers of which only the first value counts: a Fetch Request has all of them in one */
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
 * Puts the edge's view of the headers in the place of what was read of them early. The caller's own Request stays as it is:
 * tests send one several times.
 *
 * @param repeated single-valued headers that came several times, with the value that counts
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
    // node-server's own Request, and its body stays where it is read fastest.
    change(raw.headers, verdict, repeated)
    return
  }
  const headers = change(new Headers(raw.headers), verdict, repeated)
  c.req.raw = isReadable(raw) ? new Request(raw, { headers }) : readAlready(raw, headers)
}

/** The parts of a Fetch Request that a look at its body needs. */
interface BodyHolder {
  readonly headers: Headers
  readonly body: Request['body']
  readonly bodyUsed: boolean
  clone(): Pick<Request, 'body'>
}

/** The body that Hono keeps for its `c.req.json()` and others, read when the edge reads it. */
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

/** A form's bytes are gone when Hono has taken it apart; of all other readings they can be had again. */
const isKept = ({ req: { raw, bodyCache } }: Context): boolean => {
  const [first] = Object.keys(bodyCache)
  return raw.bodyUsed && first !== undefined && first !== 'formData'
}

const bodyHolder = (c: Context): BodyHolder => (isKept(c) ? new KeptBody(c) : c.req.raw)

/** A Fetch request as the edge judges it: with its body even where Hono has read that already. */
export const judgedFetch = (c: Context): EdgeRequest => {
  const { raw } = c.req
  if (!isKept(c)) return raw
  const { method, url, headers } = raw
  const body = new KeptBody(c)
  const request = { method, url, headers, body: body.body, bodyUsed: false, clone: () => body }
  return request as unknown as Request
}

/** A request of Node whose body an earlier middleware has taken over: its head as received, its body as Hono has it. */
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

/** A request of Node as the edge judges it: the body comes from where it is now. */
export const judgedNode = (incoming: RawRequest, c: Context, read: EarlyRead): EdgeRequest =>
  read === 'all' ? new TakenOver(incoming, c) : incoming
