import type { Coders } from './compress.ts'
import type { CustomResponse } from './custom-response.ts'
import type { Languages } from './languages.ts'
import type { Dialect } from './negotiate.ts'
import type { OwnPage } from './own-page.ts'

/** A whole HTTP answer made by the edge, ready to be written. */
export interface Answer {
  status: number
  /** Names in Cloudflare's spelling, in its order; Content-Length included. */
  headers: Record<string, string>
  /**
   * Text, to be sent as UTF-8; '' where the method has no body (HEAD), Content-Length still tells its size. A string, as
   * Node writes headers and text in one piece and allocates nothing outside its heap for it. Bytes where it is compressed.
   */
  body: string | Uint8Array
}

/**
 * How the page of an error is built: `g1` to 2021, `g2` since (all but 1020), `g3` 1020 since 2023, `waf` what today's WAF shows
 * (without a number), `union` the marks of all on one page.
 */
export const GENERATIONS = ['g1', 'g2', 'g3', 'waf', 'union'] as const
export type Generation = (typeof GENERATIONS)[number]

/** What a refusal looks like: for the whole edge, or for a rule, whose choice wins member by member. */
export interface PageChoice {
  readonly generation?: Generation
  /** Another code of the catalogue, with its status. */
  readonly code?: number
  /** The owner's own page, read by `readOwnPage`. */
  readonly template?: OwnPage
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
  /**
   * What the connection's own client decompresses, where that is not `acceptEncoding`: a pretended client's decides on the
   * dialect only.
   */
  codings?: string | undefined
  acceptLanguage?: string | undefined
  /** Autonomous system of the visitor. */
  asn?: number
  /** Wanted outright, whatever the request's headers say. */
  dialect?: Dialect | undefined
  /** What the rule that fired wants. */
  page?: PageChoice | undefined
  /** What the rule that fired answers in place of the error. */
  response?: CustomResponse | undefined
}

export interface AnswerOptions {
  /**
   * Who gets the short text `error code: 1020`: `no-encoding` (default; clients that offer no usable Accept-Encoding and
   * ask for nothing structured), `never`, `always` (all who ask for nothing structured).
   */
  text?: 'no-encoding' | 'never' | 'always'
  /** Says in a header (`x-edge1020: emulated`) and on the page that the answer was made here. Default true. */
  emulatedHeader?: boolean
  /** What pages look like unless a rule says otherwise. */
  page?: PageChoice
  /** Where a visitor can write to: a URL or `mailto:` with `::RAY_ID::` in it. Off by default. */
  contact?: string | undefined
  /**
   * Our own sentences in the visitor's language (de es fr ja pt zh). Default false: English, as the marks are. Where it is
   * `true` the tables are imported when the edge is made, and the first request waits for them; `languages` of
   * `edge1020/data`, or some of them, are there at once.
   */
  languages?: boolean | Languages
  /** Compresses for clients that offer it. Default true, where there are coders. */
  compress?: boolean
  /** What compresses the fixed parts; `edge1020/node` brings Node's. */
  coders?: Coders
  /** Headers that some zones have, each off by default. */
  headers?: {
    /** `Set-Cookie: __cf_bm=…` */
    cookie?: boolean
    /** `NEL` and `Report-To` */
    nel?: boolean
    /** `alt-svc` */
    altSvc?: boolean
    /** `Vary: Accept-Encoding` */
    vary?: boolean
    /** `cf-error-type` */
    errorType?: boolean
  }
}

/** Made once by `createAnswers(options)`, which pre-renders everything that does not change from request to request. */
export interface Answers {
  /** Resolves when everything that the options ask for is loaded; `undefined` where nothing has to be. */
  readonly ready: Promise<void> | undefined
  /** @throws RangeError for a code that is not in the catalogue */
  refuse(facts: RefusalFacts): Answer
}
