import type { Value } from '../language/types.ts'
import type { Target } from './url.ts'
import { normalizePath, parseTarget } from './url.ts'

/** Node's `IncomingMessage`, as far as it is read. Header values are latin1, which is bytes. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Names and values in turn, in the order and case they were received. */
  readonly rawHeaders: readonly string[]
  readonly httpVersion: string
}

/** What `edge.judge` takes: a Fetch Request, or Node's IncomingMessage. */
export type EdgeRequest = Request | NodeRequest

const isNode = (request: EdgeRequest): request is NodeRequest => 'rawHeaders' in request

const flatten = (headers: Headers): string[] => {
  const flat: string[] = []
  headers.forEach((value, name) => {
    flat.push(name, value)
  })
  return flat
}

/**
 * What was asked, read piece by piece as rules ask for it. All text is binary strings. Nothing here throws: whatever a
 * visitor sends has some reading.
 */
export class RequestReader {
  readonly method: string
  /** `HTTP/1.1`, `HTTP/2`, `HTTP/3`. */
  readonly version: string
  readonly rawHeaders: readonly string[]
  readonly #url: string
  readonly #isTls: boolean
  readonly timeMs: number
  #target: Target | undefined
  #path: string | undefined
  #userAgent: string | undefined
  #headers: Map<string, string[]> | undefined

  constructor(request: EdgeRequest, isTls: boolean, timeMs: number) {
    this.method = request.method ?? 'GET'
    this.#url = request.url ?? '/'
    this.#isTls = isTls
    this.timeMs = timeMs
    if (isNode(request)) {
      this.rawHeaders = request.rawHeaders
      const { httpVersion } = request
      this.version = httpVersion === '1.1' ? 'HTTP/1.1' : `HTTP/${httpVersion.replace(/^([23])\.0$/, '$1')}`
    } else {
      this.rawHeaders = flatten(request.headers)
      this.version = 'HTTP/1.1'
    }
  }

  get target(): Target {
    this.#target ??= parseTarget(this.#url)
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

  get scheme(): 'http' | 'https' {
    const { scheme } = this.target
    return this.#isTls || scheme === 'https' ? 'https' : 'http'
  }

  /** Host with its port, as received; the authority of an absolute-form target wins (RFC 9112 §3.2.2). */
  get authority(): string {
    return this.target.authority || (this.header('host') ?? '')
  }

  get host(): string {
    return this.authority.toLowerCase()
  }

  get userAgent(): string {
    this.#userAgent ??= this.header('user-agent') ?? ''
    return this.#userAgent
  }

  /**
   * The first value of a header, `undefined` where it is absent.
   * @param name lower case
   */
  header(name: string): string | undefined {
    const raw = this.rawHeaders
    for (let i = 0; i < raw.length; i += 2) {
      const candidate = raw[i]!
      if (candidate.length === name.length && candidate.toLowerCase() === name) return raw[i + 1]
    }
    return undefined
  }

  /** All values of a header in one, joined as a list; `undefined` where it is absent. */
  joined(name: string, separator = ', '): string | undefined {
    const values: string[] = []
    const raw = this.rawHeaders
    for (let i = 0; i < raw.length; i += 2) {
      const candidate = raw[i]!
      if (candidate.length === name.length && candidate.toLowerCase() === name) values.push(raw[i + 1]!)
    }
    return values.length === 0 ? undefined : values.join(separator)
  }

  /** Every header by its lower-case name, repeated ones in order. */
  get headers(): ReadonlyMap<string, readonly Value[]> {
    if (this.#headers !== undefined) return this.#headers
    const headers = new Map<string, string[]>()
    const raw = this.rawHeaders
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i]!.toLowerCase()
      const values = headers.get(name)
      if (values === undefined) headers.set(name, [raw[i + 1]!])
      else values.push(raw[i + 1]!)
    }
    this.#headers = headers
    return headers
  }
}
