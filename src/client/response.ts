/** Headers in any form of an HTTP client, with names in any case. */
export type PlainHeaders =
  | Readonly<Record<string, unknown>>
  /** `Headers`, a `Map`, names and values in pairs, or Node's flat `rawHeaders`. */
  | Iterable<unknown>
  /** The lines of `getAllResponseHeaders()`. */
  | string

/** A response with a body that was read before. Unknown members can be left out. */
export interface PlainResponse {
  status?: number | null | undefined
  /** The name in Node, undici, got and superagent. */
  statusCode?: number | null | undefined
  headers?: PlainHeaders | null | undefined
  /** Text, bytes, or the object that a client parsed from JSON. */
  body?: unknown
  /** The body in axios. */
  data?: unknown
  /** The unparsed body in superagent. */
  text?: unknown
}

/** The common form of all responses. */
export interface Seen {
  status: number | undefined
  header: (name: string) => string | undefined
  text: string | Promise<string>
}

type Members = Record<string, unknown>

/** Size limit for reading bodies. Every mark is in the first part. */
const MAX_BODY_CHARS = 65_536
/** A Node stream that was copied stalls when one copy is this far ahead of the other. */
const MAX_COPY_BYTES = 16_384
/** The relevant members of a JSON body. The rest can be large. */
const MEMBERS = ['error_code', 'cloudflare_error', 'retryable', 'retry_after', 'ray_id']

const refuse = (what: string, instead: string): never => {
  throw new TypeError(`cannot identify ${what}: ${instead}`)
}
const READ_FIRST = 'read it first and pass { status, headers, body }'

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null
const has = (value: Members, method: string): boolean => typeof value[method] === 'function'
const isUnread = (value: Members): boolean =>
  ['pipe', 'getReader', 'text', 'stream'].some((method) => has(value, method))

const headerReader = (headers: unknown): Seen['header'] => {
  const known = new Map<string, string>()
  const add = (name: unknown, value: unknown) => {
    if (value !== undefined && value !== null) known.set(String(name).toLowerCase(), String(value))
  }
  if (typeof headers === 'string') {
    for (const [, name, value] of headers.matchAll(/^([^:\r\n]+):[ \t]*(.*?)\r?$/gm)) {
      add(name, value)
    }
  } else if (Array.isArray(headers) && typeof headers[0] === 'string') {
    for (let i = 0; i < headers.length; i += 2) add(headers[i], headers[i + 1])
  } else if (isObject(headers)) {
    const pairs = Symbol.iterator in headers ? headers : Object.entries(headers)
    for (const [name, value] of pairs as Iterable<[unknown, unknown]>) add(name, value)
  }
  return (name) => known.get(name)
}

const textOf = (body: unknown): string => {
  if (typeof body === 'string') return body.slice(0, MAX_BODY_CHARS)
  if (!isObject(body)) return ''
  if (body instanceof ArrayBuffer) return textOf(new Uint8Array(body))
  if (ArrayBuffer.isView(body)) {
    const length = Math.min(body.byteLength, MAX_BODY_CHARS)
    return new TextDecoder().decode(new Uint8Array(body.buffer, body.byteOffset, length))
  }
  if (isUnread(body)) refuse('a body that was not read', READ_FIRST)
  return Array.isArray(body) ? '' : JSON.stringify(body, MEMBERS)
}

const fromWebStream = async (stream: ReadableStream<Uint8Array>): Promise<string> => {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (text.length < MAX_BODY_CHARS) {
    const { done, value } = await reader.read()
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  void reader.cancel().catch(() => {})
  return text
}

/** The used part of Node's streams, because the client also works without Node's types. */
interface NodeStream {
  on(event: string, listener: (chunk: Uint8Array) => void): void
}

const fromNodeStream = (stream: NodeStream): Promise<string> =>
  new Promise((resolve) => {
    const decoder = new TextDecoder()
    let text = ''
    // It keeps reading after the promise has settled, so the other copy does not stall.
    stream.on('data', (chunk) => {
      if (text.length < MAX_COPY_BYTES) text += decoder.decode(chunk, { stream: true })
      if (text.length >= MAX_COPY_BYTES) resolve(text)
    })
    for (const event of ['end', 'close', 'error']) stream.on(event, () => resolve(text))
  })

/** The start of a body, read from a copy, so the caller can still read the response. */
const fromCopy = async (response: Members): Promise<string> => {
  if (response.bodyUsed || (response.body as { locked?: boolean } | null | undefined)?.locked) {
    // ofetch keeps the body that it read.
    return '_data' in response
      ? textOf(response._data)
      : refuse('a response whose body was read already', 'pass { status, headers, body }')
  }
  const copy = (response as unknown as Response).clone()
  const body: unknown = copy.body
  if (body === undefined) return textOf(await copy.text())
  if (isObject(body) && has(body, 'getReader')) return fromWebStream(body as never)
  return isObject(body) && has(body, 'pipe') ? fromNodeStream(body as never) : textOf(body)
}

/** The body of a response that was read before. A parsed form is the last choice. */
const bodyOf = (response: Members): unknown => {
  const { text, responseType, responseText } = response
  if (typeof text === 'string') return text
  if (typeof responseText === 'string' && !responseType) return responseText
  const body = response.body ?? response.data ?? response.rawBody
  if (body !== undefined && body !== null) return body
  if (has(response, 'pipe')) refuse('a response that was not read', READ_FIRST)
  return response.response
}

const KNOWN = ['status', 'statusCode', 'headers', 'body', 'data', 'text']

/**
 * Reads the response of any HTTP client: `fetch`, node-fetch, axios, got, superagent, undici, Playwright and Puppeteer,
 * `XMLHttpRequest`, or the error that carries one.
 *
 * @throws TypeError for all other values, and for bodies that can be read only once. The message says what to pass instead
 */
export const see = (response: unknown): Seen => {
  if (!isObject(response)) return refuse(String(response), 'pass a response')
  if (has(response, 'then')) return refuse('a promise', 'await it first')
  if (response instanceof Error && isObject((response as Error & Members).response)) {
    return see((response as Error & Members).response)
  }
  if (!KNOWN.some((name) => name in response)) {
    return refuse('an object without status, headers and body', READ_FIRST)
  }
  // Playwright and Puppeteer have methods, and keep bodies.
  const call = (name: string): unknown =>
    has(response, name) ? (response[name] as () => unknown)() : response[name]
  const number = Number(call('status') ?? response.statusCode ?? Number.NaN)
  const status = number > 0 ? number : undefined
  const header = headerReader(call('headers') ?? call('getAllResponseHeaders'))
  // A successful response does not block. Its page can show a block as an example.
  const isSuccess = status !== undefined && status < 400
  // Here a header decides, regardless of the body.
  const isClear = isSuccess || header('cf-mitigated')?.toLowerCase() === 'challenge'
  if (has(response, 'clone')) {
    return { status, header, text: isClear ? Promise.resolve('') : fromCopy(response) }
  }
  if (has(response, 'text') && has(response, 'status')) {
    return { status, header, text: Promise.resolve(call('text')).then(textOf) }
  }
  return { status, header, text: textOf(bodyOf(response)) }
}
