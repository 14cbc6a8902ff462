import { toBytes } from '../language/bytes.ts'
import { encodeBase64Url } from '../language/functions/base64.ts'
import { hmacSha256 } from '../language/functions/sha256.ts'
import { Recent } from '../recent.ts'
import type { Challenge } from './level.ts'
import { CHALLENGES, LEVELS } from './level.ts'
import type { ChallengeOptions } from './options.ts'

/** Whom a clearance is of: it is worth nothing to anybody else. */
export interface Holder {
  readonly ip: string
  readonly userAgent: string
  /** Without its port. */
  readonly host: string
}

export interface Clearances {
  /** The value of a signed text of this purpose: the time, the challenge and the MAC. */
  sign(
    purpose: 'clearance' | 'question',
    challenge: Challenge,
    holder: Holder,
    timeMs: number
  ): string
  /** The challenge that a signed text is of; `undefined` where it is forged, foreign, expired, or of another purpose. */
  verify(
    purpose: 'clearance' | 'question',
    text: string,
    holder: Holder,
    timeMs: number
  ): Challenge | undefined
  /** What the valid clearances of a Cookie header are good for. */
  cleared(cookies: string | undefined, holder: Holder, timeMs: number): Cleared
  readonly lifetimeSeconds: number
}

/**
 * By level (`level.ts`): when the newest clearance of this level or above was issued, in milliseconds since the epoch; 0 where
 * there is none.
 */
export type Cleared = readonly number[]

export const NONE_CLEARED: Cleared = [0, 0, 0, 0]

export const COOKIE = 'cf_clearance'
const COOKIE_VALUES = /(?:^|;)\s*cf_clearance=([^;]*)/g
/** A browser may hold one for each domain and path; a check of each costs a MAC. */
const MOST_COOKIES = 8
/** `1764000000000-2-` and 43 characters of Base64 for URLs. */
const SIGNED = /^(\d{13})-([123])-([\w-]{43})$/
const MS_PER_SECOND = 1_000
/** Cloudflare's default "Challenge Passage". */
export const DEFAULT_LIFETIME_SECONDS = 1_800
/** How long a visitor may look at the page. */
const QUESTION_SECONDS = 600
/** Instances' clocks differ. */
const SKEW_SECONDS = 60
const MOST_REMEMBERED = 1_024

const challengeOf = (level: number): Challenge | undefined =>
  CHALLENGES.find((challenge) => LEVELS[challenge] === level)

/** Looks at every character, so that the time says nothing of how many were right. */
const isEqual = (x: string, y: string): boolean => {
  if (x.length !== y.length) return false
  let difference = 0
  for (let i = 0; i < x.length; i++) difference |= x.charCodeAt(i) ^ y.charCodeAt(i)
  return difference === 0
}

const SECRET_BYTES = 32

const randomSecret = (): string =>
  encodeBase64Url(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SECRET_BYTES))))

/**
 * Makes and checks `cf_clearance`: HMAC-SHA-256 over time, challenge, address, User-Agent and host.
 *
 * Source: https://developers.cloudflare.com/cloudflare-challenges/concepts/clearance/
 *
 * @param options.secret any text; edges that share it take each other's clearances. Default random
 * @param options.lifetimeSeconds default 1,800
 */
export const createClearances = ({
  secret = randomSecret(),
  lifetimeSeconds = DEFAULT_LIFETIME_SECONDS,
}: ChallengeOptions = {}): Clearances => {
  const mac = hmacSha256(toBytes(secret))
  const lifetimes = { clearance: lifetimeSeconds, question: QUESTION_SECONDS }
  // A browser sends its clearance with each request, and a MAC is dear.
  const macs = new Recent<string>(MOST_REMEMBERED)

  const macOf = (message: string) => encodeBase64Url(mac(message))

  const messageOf = (
    purpose: string,
    issued: string,
    level: number,
    { ip, userAgent, host }: Holder
  ) => [purpose, issued, level, ip, host, userAgent].join('\n')

  const read = (
    purpose: 'clearance' | 'question',
    text: string,
    holder: Holder,
    timeMs: number
  ): { level: number; issuedMs: number } | undefined => {
    const [, issued, level, given] = SIGNED.exec(text) ?? []
    if (issued === undefined) return undefined
    const issuedMs = Number(issued)
    const age = (timeMs - issuedMs) / MS_PER_SECOND
    if (age < -SKEW_SECONDS || age >= lifetimes[purpose]) return undefined
    const expected = macs.get(messageOf(purpose, issued, Number(level), holder), macOf)
    return isEqual(given!, expected) ? { level: Number(level), issuedMs } : undefined
  }

  return {
    lifetimeSeconds,
    sign: (purpose, challenge, holder, timeMs) => {
      const issued = String(Math.floor(timeMs))
      const level = LEVELS[challenge]
      return `${issued}-${level}-${macOf(messageOf(purpose, issued, level, holder))}`
    },
    verify: (purpose, text, holder, timeMs) => {
      const found = read(purpose, text, holder, timeMs)
      return found && challengeOf(found.level)
    },
    cleared: (cookies, holder, timeMs) => {
      if (cookies === undefined) return NONE_CLEARED
      const newest = [...NONE_CLEARED]
      let looked = 0
      for (const [, text] of cookies.matchAll(COOKIE_VALUES)) {
        if (++looked > MOST_COOKIES) break
        const found = read('clearance', text!.trim(), holder, timeMs)
        for (let level = found?.level ?? 0; level > 0; level--) {
          newest[level] = Math.max(newest[level]!, found!.issuedMs)
        }
      }
      return newest
    },
  }
}
