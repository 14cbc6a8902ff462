import table from './catalogue.json' with { type: 'json' }

export interface CatalogueEntry {
  readonly code: number
  readonly status: number
  readonly title: string
  readonly name: string
  readonly category: string
  readonly retryable: boolean
  /** Seconds; only where `retryable`. */
  readonly retryAfter?: number
  readonly ownerActionRequired: boolean
  /** Path of its page in Cloudflare's documentation of status codes. */
  readonly docs: string
  /** Where the way to the origin broke; 5xx only. */
  readonly failed?: 'browser' | 'edge' | 'host'
  /** What real pages say and clients match on, with slots; absent where `happened` says it all. */
  readonly marker?: string
  readonly happened: string
  /** To programs: what to do next. */
  readonly advice: string
  /** To the visitor: what to try, cheapest first. */
  readonly visitor: readonly string[]
  /** What the owner can do, or should be sent. */
  readonly owner: string
}

const entries = table.codes as readonly CatalogueEntry[]

/** Every code this edge can answer with. */
export const catalogue: ReadonlyMap<number, CatalogueEntry> = new Map(
  entries.map((entry) => [entry.code, entry])
)

const DOCS = 'https://developers.cloudflare.com/support/troubleshooting/http-status-codes/'

/** The page of Cloudflare's documentation about a code: the `type` of the structured bodies. */
export const documentationUrl = ({ docs }: CatalogueEntry): string => DOCS + docs
