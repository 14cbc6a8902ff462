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
  readonly happened: string
  readonly advice: string
}

const entries: readonly CatalogueEntry[] = table.codes

/** Every code this edge can answer with. */
export const catalogue: ReadonlyMap<number, CatalogueEntry> = new Map(
  entries.map((entry) => [entry.code, entry])
)

const DOCS = 'https://developers.cloudflare.com/support/troubleshooting/http-status-codes'

/** The page of Cloudflare's documentation about a code: the `type` of the structured bodies. */
export const documentationUrl = (code: number): string =>
  code >= 1_000
    ? `${DOCS}/cloudflare-1xxx-errors/error-${code}/`
    : `${DOCS}/cloudflare-5xx-errors/error-${code}/`
