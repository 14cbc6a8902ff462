import { EdgeError } from '../error.ts'
import { parseRay } from '../ray.ts'
import type { EventFilter } from './event.ts'

export const DEFAULT_LIMIT = 100
export const MAX_LIMIT = 1_000

/** A filter with normalized values: Ray ID without its data centre, country in upper case, limit within bounds. */
export interface SettledFilter {
  readonly ray?: string
  readonly action?: string
  readonly rule?: string
  readonly ip?: string
  readonly country?: string
  readonly limit: number
}

/** @throws EdgeError `invalid_filter` */
export const settleFilter = ({ ray, country, limit, ...rest }: EventFilter = {}): SettledFilter => {
  const settled = limit ?? DEFAULT_LIMIT
  if (!Number.isInteger(settled) || settled < 1 || settled > MAX_LIMIT) {
    throw new EdgeError(
      'invalid_filter',
      `limit ${limit}: expected a whole number from 1 to ${MAX_LIMIT}`
    )
  }
  return {
    ...rest,
    // An invalid Ray ID finds nothing, like any other unknown value.
    ...(ray === undefined ? {} : { ray: parseRay(ray)?.ray ?? ray }),
    ...(country === undefined ? {} : { country: country.toUpperCase() }),
    limit: settled,
  }
}
