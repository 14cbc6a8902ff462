import { EdgeError } from '../error.ts'
import { BODY_LIMIT_BYTES } from './body.ts'

export interface BodyLimits {
  /** How much of it is looked at, bytes. */
  limitBytes: number
  /** How long a visitor may take to send that much; then what has come is judged, as truncated. Milliseconds. */
  timeoutMs: number
}

const BODY_TIMEOUT_MS = 10_000
/** As far as timers go: a longer one would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

const wholeNumber = (name: string, value: number, most: number): number => {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value
  throw new EdgeError(
    'invalid_body_limit',
    `body.${name} ${value}: expected a whole number from 0 to ${most}`
  )
}

/**
 * The limits that an edge's options ask for.
 *
 * @throws EdgeError `invalid_body_limit`
 */
export const bodyLimits = ({
  limitBytes = BODY_LIMIT_BYTES,
  timeoutMs = BODY_TIMEOUT_MS,
}: Partial<BodyLimits> = {}): BodyLimits => ({
  limitBytes: wholeNumber('limitBytes', limitBytes, Number.MAX_SAFE_INTEGER),
  timeoutMs: wholeNumber('timeoutMs', timeoutMs, MAX_TIMEOUT_MS),
})
