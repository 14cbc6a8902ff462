/** What a store keeps at most. */
export interface Limits {
  maxAgeMs: number
  maxBytes: number
  maxEvents: number
}
