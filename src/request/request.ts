import { bodies } from './bodies.ts'
import type { Part, RequestBody } from './body.ts'
import { NO_BODY } from './body.ts'
import type { FlatHeaders } from './header-fields.ts'
import {
  allHeaders,
  firstHeader,
  flattenHeaders,
  indexHeaders,
  isSingleHeader,
  withIdentity,
  withoutPseudoHeaders,
} from './header-fields.ts'
import { normalizePath } from './normalize.ts'
import type { Target } from './url.ts'
import { hostnameOf, normalizeHostname, parseArguments, parseTarget } from './url.ts'

/** A request as it was received, all text as binary strings. Node's `IncomingMessage` fits as it is. */
export interface RawRequest {
  readonly method?: string | undefined
  /** The request target: origin form, absolute form, `*`, or an authority. */
  readonly url?: string | undefined
  /** Express keeps the target here, and cuts `url` to what is below the mount point. */
  readonly originalUrl?: string | undefined
  readonly rawHeaders: FlatHeaders
  /** `1.1`, `2.0` */
  readonly httpVersion: string
}

export type Scheme = 'http' | 'https'

/** What a proxy in front says of the scheme; a `Visitor` fits as it is. */
export interface ForwardedScheme {
  /** `undefined` where nobody who is trusted says anything. */
  readonly forwardedScheme: Scheme | undefined
}

/** What `edge.judge` takes: a Fetch Request, or Node's IncomingMessage. */
export type EdgeRequest = Request | RawRequest

const isRaw = (request: EdgeRequest): request is RawRequest => 'rawHeaders' in request

const VERSIONS: Readonly<Record<string, string>> = {
  '1.0': 'HTTP/1.0',
  '1.1': 'HTTP/1.1',
  '2.0': 'HTTP/2',
  '3.0': 'HTTP/3',
}

/**
 * What was asked, read piece by piece as rules ask for it; what is dear is computed once. All text is binary strings.
 * Nothing here throws: whatever a visitor sends has some reading.
 */
export class RequestReader {
  readonly method: string
  /** Start of the request, milliseconds since the epoch. */
  readonly timeMs: number
  /** Given before the rules are judged where one of them reads it. */
  body: RequestBody = NO_BODY
  readonly #request: EdgeRequest
  readonly #isTls: boolean
  #forwarded: ForwardedScheme | undefined
  #rawHeaders: FlatHeaders | undefined
  #target: Target | undefined
  #path: string | undefined
  #host: string | undefined
  #hostname: string | undefined
  #isPretended = false
  #realCodings: string | undefined
  #userAgent: string | undefined
  #headers: ReadonlyMap<string, readonly string[]> | undefined
  #args: readonly (readonly [string, string])[] | undefined
  #form: readonly (readonly [string, string])[] | undefined
  #parts: readonly Part[] | undefined

  constructor(request: EdgeRequest, isTls: boolean, timeMs: number) {
    this.method = request.method ?? 'GET'
    this.timeMs = timeMs
    this.#request = request
    this.#isTls = isTls
  }

  /** The request as the runtime gave it. */
  get incoming(): EdgeRequest {
    return this.#request
  }

  /** `HTTP/1.1`, `HTTP/2`, `HTTP/3`. A Fetch Request does not say: it counts as HTTP/1.1. */
  get version(): string {
    if (!isRaw(this.#request)) return VERSIONS['1.1']!
    const { httpVersion } = this.#request
    return VERSIONS[httpVersion] ?? `HTTP/${httpVersion}`
  }

  /** In the order and case they were received, without HTTP/2's pseudo headers. */
  get rawHeaders(): FlatHeaders {
    if (this.#rawHeaders === undefined) {
      const request = this.#request
      this.#rawHeaders = isRaw(request)
        ? withoutPseudoHeaders(request.rawHeaders)
        : flattenHeaders(request.headers, this.target.authority)
    }
    return this.#rawHeaders
  }

  /**
   * From now on the request is read as if the client with these headers had sent it. They take the place of its own of
   * the same names, and of all that tell clients apart; Host, cookies, what is about the body and the rest stay.
   *
   * @param identity names and values in turn, binary strings; where there are none nothing changes
   */
  pretend(identity: FlatHeaders): void {
    if (identity.length === 0) return
    this.#realCodings = this.codings
    this.#isPretended = true
    this.#rawHeaders = withIdentity(this.rawHeaders, identity)
    this.#headers = undefined
    this.#userAgent = undefined
  }

  /** `Accept-Encoding` of whoever really asks: a persona cannot decompress for a client that did not offer to. */
  get codings(): string | undefined {
    return this.#isPretended ? this.#realCodings : this.joined('accept-encoding')
  }

  /** The request target as received; of a Fetch Request the full URL. */
  get url(): string {
    const request = this.#request
    return (isRaw(request) ? (request.originalUrl ?? request.url) : request.url) ?? '/'
  }

  get target(): Target {
    this.#target ??= parseTarget(this.url, this.method)
    return this.#target
  }

  /** Normalised, as rules see it. */
  get path(): string {
    this.#path ??= normalizePath(this.target.path)
    return this.#path
  }

  /** With its `?`; '' where there is none. */
  get search(): string {
    const { hasQuery, query } = this.target
    return hasQuery ? `?${query}` : ''
  }

  /**
   * Has a trusted proxy's word on the scheme count before the connection's own.
   *
   * @param forwarded asked only where the scheme is read
   */
  forwardedBy(forwarded: ForwardedScheme): void {
    this.#forwarded = forwarded
  }

  /**
   * How the visitor came: as a trusted proxy in front says, else by the connection. What an absolute-form target says counts
   * only in a Fetch Request, where the runtime wrote it.
   */
  get scheme(): Scheme {
    const said = this.#forwarded?.forwardedScheme
    if (said !== undefined) return said
    if (this.#isTls) return 'https'
    return !isRaw(this.#request) && this.target.scheme === 'https' ? 'https' : 'http'
  }

  /** With its port, as received; the authority of an absolute-form target wins (RFC 9112 §3.2.2). '' where there is none. */
  get host(): string {
    if (this.#host === undefined) {
      const authority = this.url.startsWith('/') ? '' : this.target.authority
      this.#host = authority || (this.header('host') ?? '')
    }
    return this.#host
  }

  /** As rules compare it: without its port, lower case, without a dot at its end. */
  get hostname(): string {
    this.#hostname ??= normalizeHostname(this.rawHostname)
    return this.#hostname
  }

  /** Without its port, otherwise as received. */
  get rawHostname(): string {
    return hostnameOf(this.host)
  }

  get userAgent(): string {
    this.#userAgent ??= this.header('user-agent') ?? ''
    return this.#userAgent
  }

  /** The first value of a header, `undefined` where it is absent. */
  header(lowerCaseName: string): string | undefined {
    return firstHeader(this.rawHeaders, lowerCaseName)
  }

  /** All values of a header as one list, of a single-valued header the first; `undefined` where it is absent. */
  joined(lowerCaseName: string, separator = ', '): string | undefined {
    const headers = this.rawHeaders
    const first = firstHeader(headers, lowerCaseName)
    if (first === undefined || isSingleHeader(lowerCaseName)) return first
    const values = allHeaders(headers, lowerCaseName)
    return values.length === 1 ? first : values.join(separator)
  }

  /** Every header by its lower-case name, repeated ones in order. */
  get headers(): ReadonlyMap<string, readonly string[]> {
    this.#headers ??= indexHeaders(this.rawHeaders)
    return this.#headers
  }

  /** Arguments of the query in order, nothing decoded. */
  get args(): readonly (readonly [name: string, value: string])[] {
    this.#args ??= parseArguments(this.target.query)
    return this.#args
  }

  /** Pairs of a form in its body in order, nothing decoded. */
  get form(): readonly (readonly [name: string, value: string])[] {
    this.#form ??= bodies.now.formPairs(this.header('content-type') ?? '', this.body)
    return this.#form
  }

  /** Parts of a multipart body, in order. */
  get parts(): readonly Part[] {
    this.#parts ??= bodies.now.multipartParts(this.header('content-type') ?? '', this.body)
    return this.#parts
  }
}

/**
 * Opens a request for reading. Nothing is read yet.
 *
 * @param isTls whether the connection to the visitor is encrypted
 * @param timeMs start of the request, milliseconds since the epoch
 * @example readRequest(incomingMessage, socket.encrypted === true, Date.now()).userAgent
 */
export const readRequest = (request: EdgeRequest, isTls: boolean, timeMs: number): RequestReader =>
  new RequestReader(request, isTls, timeMs)
