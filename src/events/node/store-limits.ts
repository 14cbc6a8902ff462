/** The limits of a store. */
export interface Limits {
  maxAgeMs: number
  maxBytes: number
  maxEvents: number
}
