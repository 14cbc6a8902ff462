import table from './catalogue.json' with { type: 'json' }

export interface CatalogueEntry {
  readonly code: number
  readonly status: number
  readonly title: string
  readonly name: string
  readonly category: string
  readonly retryable: boolean
  /** Seconds; only if `retryable`. */
  readonly retryAfter?: number
  readonly ownerActionRequired: boolean
  /** Path of its page in Cloudflare's documentation of status codes. */
  readonly docs: string
  /** The hop of the failure on the path to the origin; 5xx only. */
  readonly failed?: 'browser' | 'edge' | 'host'
  /** The sentence of real pages that clients match, with slots; absent if `happened` is enough. */
  readonly marker?: string
  readonly happened: string
  /** The next step, for programs. */
  readonly advice: string
  /** Attempts for the visitor, cheapest first. */
  readonly visitor: readonly string[]
  /** Advice for the owner, or facts to send to the owner. */
  readonly owner: string
}

const entries = table.codes as readonly CatalogueEntry[]

/** Every code that this edge can answer with. */
export const catalogue: ReadonlyMap<number, CatalogueEntry> = new Map(
  entries.map((entry) => [entry.code, entry])
)

const DOCS = 'https://developers.cloudflare.com/support/troubleshooting/http-status-codes/'

/** The page of Cloudflare's documentation about a code: the `type` of the structured bodies. */
export const documentationUrl = ({ docs }: CatalogueEntry): string => DOCS + docs
