/** A whole HTTP answer made by the edge, ready to be written. */
export interface Answer {
  status: number
  /** Names in Cloudflare's spelling, in its order; content-length included. */
  headers: Record<string, string>
  body: Uint8Array
}

/** What a refusal needs to know of the request. All text is untrusted and is escaped by the answer. */
export interface RefusalFacts {
  /** 1xxx or 52x code of the catalogue, e.g. 1020. */
  code: number
  ray: string
  colo: string
  /** Start of the request, milliseconds since the epoch. */
  timeMs: number
  /** Host header as received (without port where it is shown), '' where there was none. */
  host: string
  ip: string
  /** `XX` where unknown. */
  country: string
  method: string
  /** Request header values, undefined where absent. */
  accept?: string
  acceptEncoding?: string
}

export interface AnswerOptions {
  /**
   * Who gets the short text `error code: 1020`: `no-encoding` (default; clients that offer no usable Accept-Encoding),
   * `never`, `always`.
   */
  text?: 'no-encoding' | 'never' | 'always'
  /** Sends `x-edge1020: emulated`. Default true. */
  emulatedHeader?: boolean
}

/** Made once by `createAnswers(options)`; pre-renders everything that does not change from request to request. */
export interface Answers {
  refuse(facts: RefusalFacts): Answer
}
