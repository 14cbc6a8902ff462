import { toBytes } from '../language/bytes.ts'
import { encodeBase64Url } from '../language/functions/base64.ts'
import { hmacSha256 } from '../language/functions/sha256.ts'
import type { Challenge, Cleared } from './level.ts'
import { CHALLENGES, LEVELS, NONE_CLEARED } from './level.ts'
import type { ChallengeOptions } from './options.ts'

/** The visitor of a clearance. It is invalid for any other. */
export interface Holder {
  readonly ip: string
  readonly userAgent: string
  /** Without a port. */
  readonly host: string
}

export interface Clearances {
  /** A signed text for one purpose: the time, the challenge and the MAC. */
  sign(
    purpose: 'clearance' | 'question',
    challenge: Challenge,
    holder: Holder,
    timeMs: number
  ): string
  /** The challenge of a signed text; `undefined` if the text is forged, expired, or for another visitor or purpose. */
  verify(
    purpose: 'clearance' | 'question',
    text: string,
    holder: Holder,
    timeMs: number
  ): Challenge | undefined
  /** The challenges that the valid clearances in a Cookie header cover. */
  cleared(cookies: string | undefined, holder: Holder, timeMs: number): Cleared
  readonly lifetimeSeconds: number
}

export const COOKIE = 'cf_clearance'
const COOKIE_START = `${COOKIE}=`
/** A browser can have one cookie per domain and path, and each check costs a MAC. */
const MOST_COOKIES = 8
/** `1764000000000-2-` and 43 characters of Base64 for URLs. */
const SIGNED = /^(\d{13})-([123])-([\w-]{43})$/
const MS_PER_SECOND = 1_000
/** Cloudflare's default "Challenge Passage". */
export const DEFAULT_LIFETIME_SECONDS = 1_800
/** The time limit for the answer to a challenge. */
const QUESTION_SECONDS = 600
/** The clocks of instances differ. */
const SKEW_SECONDS = 60

/** The values of this cookie in a Cookie header. */
const clearanceCookies = (cookies: string): string[] => {
  const values: string[] = []
  if (!cookies.includes(COOKIE_START)) return values
  for (const part of cookies.split(';')) {
    const pair = part.trim()
    if (!pair.startsWith(COOKIE_START)) continue
    values.push(pair.slice(COOKIE_START.length))
    if (values.length === MOST_COOKIES) break
  }
  return values
}

const challengeOf = (level: number): Challenge | undefined =>
  CHALLENGES.find((challenge) => LEVELS[challenge] === level)

/** Compares every character, so the time does not reveal how many are right. */
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
 * Creates and checks `cf_clearance`: HMAC-SHA-256 over time, challenge, address, User-Agent and host.
 *
 * Source: https://developers.cloudflare.com/cloudflare-challenges/concepts/clearance/
 *
 * @param options.secret any text; edges with the same secret accept each other's clearances. Default random
 * @param options.lifetimeSeconds default 1,800
 */
export const createClearances = ({
  secret = randomSecret(),
  lifetimeSeconds = DEFAULT_LIFETIME_SECONDS,
}: ChallengeOptions = {}): Clearances => {
  const mac = hmacSha256(toBytes(secret))
  const lifetimes = { clearance: lifetimeSeconds, question: QUESTION_SECONDS }

  const macOf = (message: string) => encodeBase64Url(mac(message))

  const messageOf = (
    purpose: string,
    issued: string,
    level: number | string,
    { ip, userAgent, host }: Holder
  ) => `${purpose}\n${issued}\n${level}\n${ip}\n${host}\n${userAgent}`

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
    const expected = macOf(messageOf(purpose, issued, level!, holder))
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
      for (const text of clearanceCookies(cookies)) {
        const found = read('clearance', text, holder, timeMs)
        for (let level = found?.level ?? 0; level > 0; level--) {
          newest[level] = Math.max(newest[level]!, found!.issuedMs)
        }
      }
      return newest
    },
  }
}
