/** The cause of a block, a limit or a failure. */
export type Cause =
  | 'rule'
  | 'ip'
  | 'asn'
  | 'country'
  | 'signature'
  | 'hotlink'
  | 'rate'
  | 'host'
  | 'worker'
  | 'legal'
  | 'origin'
  | 'challenge'
  /** The request itself: malformed, too large, or for a host that the edge does not serve this way. */
  | 'request'

export type Kind = 'block' | 'challenge' | 'rate-limit' | 'origin'

/** The meaning of an error code for a client. */
export interface CodeFacts {
  readonly kind: Kind
  readonly cause: Cause
  readonly retryable: boolean
  /** Seconds, if the answer itself has none. */
  readonly retryAfter?: number
}

const block = (cause: Cause): CodeFacts => ({ kind: 'block', cause, retryable: false })
const broken = (cause: Cause, retryAfter?: number): CodeFacts => ({
  kind: 'origin',
  cause,
  retryable: retryAfter !== undefined,
  ...(retryAfter === undefined ? {} : { retryAfter }),
})
const rate: CodeFacts = { kind: 'rate-limit', cause: 'rate', retryable: true, retryAfter: 30 }

export const CHALLENGE: CodeFacts = { kind: 'challenge', cause: 'challenge', retryable: false }
export const REQUEST: CodeFacts = block('request')

/** Codes whose meaning differs from others of the same hundred. Facts: Cloudflare's documentation of 1xxx and 5xx errors. */
const SPECIAL: Readonly<Record<number, CodeFacts>> = {
  1004: broken('host', 120),
  1005: block('asn'),
  1006: block('ip'),
  1007: block('ip'),
  1008: block('ip'),
  1009: block('country'),
  1010: block('signature'),
  1011: block('hotlink'),
  1012: block('rule'),
  1015: rate,
  1020: block('rule'),
  1025: rate,
  1026: block('legal'),
  1027: rate,
  1033: broken('host', 120),
  1038: broken('host', 60),
  1039: block('legal'),
  1106: block('ip'),
  1107: block('ip'),
  1108: block('ip'),
  1109: block('ip'),
  1200: broken('origin', 60),
  1205: broken('origin', 5),
  502: broken('origin', 60),
  520: broken('origin', 60),
  525: broken('origin'),
  526: broken('origin'),
  // The status of 1016 and 1033, which its body tells apart.
  530: broken('host'),
}

const WORKERS_FIRST = 1100
const WORKERS_LAST = 1105
const ORIGIN_RETRY_SECONDS = 120

/** @returns `undefined` for a number that is not an error code of Cloudflare */
export const factsOf = (code: number): CodeFacts | undefined => {
  const known = SPECIAL[code]
  if (known !== undefined) return known
  if (code >= WORKERS_FIRST && code <= WORKERS_LAST) return broken('worker')
  if (code >= 1000 && code < 1300) return broken('host')
  return code >= 500 && code < 600 ? broken('origin', ORIGIN_RETRY_SECONDS) : undefined
}
