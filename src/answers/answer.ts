/** A whole HTTP answer made by the edge, ready to be written. */
export interface Answer {
  status: number
  /** Names in Cloudflare's spelling, in its order; Content-Length included. */
  headers: Record<string, string>
  /**
   * Text, to be sent as UTF-8; '' where the method has no body (HEAD), Content-Length still tells its size. A string, as
   * Node writes headers and text in one piece and allocates nothing outside its heap for it.
   */
  body: string
}

/** What a refusal needs to know of the request. All text is untrusted and is escaped by the answer. */
export interface RefusalFacts {
  /** A code of the catalogue, e.g. 1020. */
  code: number
  /** 16 hex digits. */
  ray: string
  /** Three upper-case letters. */
  colo: string
  /** Start of the request, milliseconds since the epoch. */
  timeMs: number
  /** Host as received, '' where there was none; its port is not shown. */
  host: string
  ip: string
  /** `XX` where unknown. */
  country: string
  method: string
  /** Request header values, undefined where absent. */
  accept?: string | undefined
  acceptEncoding?: string | undefined
}

export interface AnswerOptions {
  /**
   * Who gets the short text `error code: 1020`: `no-encoding` (default; clients that offer no usable Accept-Encoding and
   * ask for nothing structured), `never`, `always` (all who ask for nothing structured).
   */
  text?: 'no-encoding' | 'never' | 'always'
  /** Says in a header (`x-edge1020: emulated`) and on the page that the answer was made here. Default true. */
  emulatedHeader?: boolean
}

/** Made once by `createAnswers(options)`, which pre-renders everything that does not change from request to request. */
export interface Answers {
  /** @throws RangeError for a code that is not in the catalogue */
  refuse(facts: RefusalFacts): Answer
}
