import type { Coders } from './compress.ts'
import type { CustomResponse } from './custom-response.ts'
import type { Languages } from './languages.ts'
import type { Dialect } from './negotiate.ts'
import type { OwnPage } from './own-page.ts'

/** A complete HTTP answer of the edge, ready to be written. */
export interface Answer {
  status: number
  /** Cloudflare's error code, e.g. 1020; absent if the answer has none, such as a challenge or a rule's own response. */
  code?: number
  /** Headers with Cloudflare's spelling and order, including Content-Length. */
  headers: Record<string, string>
  /**
   * Text, to be sent as UTF-8; '' for HEAD, with the Content-Length of the full body. It is a string, because Node writes headers and
   * text in one piece and allocates nothing outside its heap for it. A compressed body is bytes.
   */
  body: string | Uint8Array
}

/**
 * The generations of an error page: `g1` until 2021, `g2` since then (all except 1020), `g3` 1020 since 2023, `waf` today's WAF page
 * (without a number), `union` the marks of all generations on one page.
 */
export const GENERATIONS = ['g1', 'g2', 'g3', 'waf', 'union'] as const
export type Generation = (typeof GENERATIONS)[number]

/** The page of refusals, for the whole edge or for a rule. Each member of a rule overrides the edge's. */
export interface PageChoice {
  readonly generation?: Generation
  /** Another code of the catalogue, with its status. */
  readonly code?: number
  /** The owner's own page, from `readOwnPage`. */
  readonly template?: OwnPage
}

/** The facts of a request in its refusal. All text is untrusted; the answer escapes it. */
export interface RefusalFacts {
  /** A code of the catalogue, e.g. 1020. */
  code: number
  /** 16 hex digits. */
  ray: string
  /** Three upper-case letters. */
  colo: string
  /** Start of the request, milliseconds since the epoch. */
  timeMs: number
  /** Host as received; '' if there is none. The answer shows it without a port. */
  host: string
  ip: string
  /** `XX` if unknown. */
  country: string
  method: string
  /** Values of request headers; undefined if absent. */
  accept?: string | undefined
  acceptEncoding?: string | undefined
  /**
   * The codings that the real client decompresses, if they differ from `acceptEncoding`. The header of a persona only decides the
   * dialect.
   */
  codings?: string | undefined
  acceptLanguage?: string | undefined
  /** Autonomous system of the visitor. */
  asn?: number
  /** A fixed choice, regardless of the request's headers. */
  dialect?: Dialect | undefined
  /** The page that the rule chooses. */
  page?: PageChoice | undefined
  /** The rule's own answer instead of the error. */
  response?: CustomResponse | undefined
  /** Seconds until the visitor can try again, if they differ from the catalogue's. */
  retryAfter?: number | undefined
}

export interface AnswerOptions {
  /**
   * The clients that get the short text `error code: 1020`. `no-encoding` (default): clients without a usable
   * Accept-Encoding that ask for no structured format. `always`: all that ask for no structured format. `never`: none.
   */
  text?: 'no-encoding' | 'never' | 'always'
  /** Marks answers as emulated, in a header (`x-edge1020: emulated`) and on the page. Default true. */
  emulatedHeader?: boolean
  /** The page for rules that do not choose one. */
  page?: PageChoice
  /** A contact link for visitors: a URL or `mailto:`, which may contain `::RAY_ID::`. Off by default. */
  contact?: string | undefined
  /**
   * Our own sentences in the visitor's language (de es fr ja pt zh). Default false: English, like the strings that clients
   * match. With `true` the edge imports the tables with the pages, and the first refusal waits for them. With `languages` of
   * `edge1020/data`, or a selection, nothing waits for tables.
   */
  languages?: boolean | Languages
  /** Compresses answers for clients that offer it. Default true if there are coders. */
  compress?: boolean
  /** The functions that compress the fixed parts. `edge1020/node` sets Node's. */
  coders?: Coders
  /** Headers that some zones send. Each is off by default. */
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

/** The refusals of an edge. `createAnswers(options)` renders the fixed parts once. */
export interface Answers {
  /** Resolves when everything that the options need is loaded; `undefined` if nothing is loading. */
  readonly ready: Promise<void> | undefined
  /** @throws RangeError for a code that is not in the catalogue */
  refuse(facts: RefusalFacts): Answer
}
