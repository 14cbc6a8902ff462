import type { Answer, RefusalFacts } from '../answers/answer.ts'
import { inertHost } from '../answers/escape.ts'
import { byteLength } from '../answers/template.ts'
import type { Clearances, Holder } from './clearance.ts'
import { COOKIE } from './clearance.ts'
import type { Challenge } from './level.ts'
import { challengePage, POLICY } from './page.ts'
import { isAnswer } from './work.ts'

/** Below the path that Cloudflare reserves for challenges. */
export const PASS_PATH = '/cdn-cgi/challenge-platform/h/g/pass'

const CHALLENGE_STATUS = 403
const SEE_OTHER = 303
const NOT_FOUND = 404
const MS_PER_SECOND = 1_000
const MAX_TARGET_CHARS = 4_096
const CACHE_CONTROL =
  'private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0'
/** A path of this site only. Browsers read `//` and `/\` as another host. */
const OWN_PATH = /^\/(?![/\\])[!-~]*$/

/** The facts about a request for a challenge. */
export type ChallengeFacts = Pick<RefusalFacts, 'ray' | 'colo' | 'timeMs' | 'method'> &
  Holder & { readonly scheme: 'http' | 'https' }

/** The result of a visitor's answer: the challenge that it passed, or `challenge_failed`. */
export type Outcome = `${Challenge}_solved` | 'challenge_failed'

/** The answer to a visitor's answer. `outcome` is absent if the path is no challenge's. */
export type PassAnswer = Answer & { readonly outcome?: Outcome }

export interface Challenges {
  /** The page, instead of the origin's response. */
  ask(challenge: Challenge, facts: ChallengeFacts, target: string): Answer
  /** Handles the answer from the page. It redirects back, with a clearance if the answer is right. */
  pass(facts: ChallengeFacts, path: string, query: string): PassAnswer
}

/** The path of the redirect; `/` if the text is not a path of this site. */
const ownPath = (target: string): string =>
  target.length <= MAX_TARGET_CHARS && OWN_PATH.test(target) ? target : '/'

/**
 * Challenges that a browser passes. The answer is always HTML, regardless of `Accept`, as on Cloudflare.
 *
 * Source: https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
 */
export const createChallenges = (
  clearances: Clearances,
  {
    isEmulated = true,
    visitorNow,
  }: {
    isEmulated?: boolean | undefined
    /** The visitor's clock, if a test has set the edge's clock to another time. */
    visitorNow?: (() => number) | undefined
  } = {}
): Challenges => {
  const answerOf = (
    status: number,
    body: string,
    { ray, colo, method }: ChallengeFacts,
    headers: Answer['headers']
  ): Answer => ({
    status,
    headers: {
      'Content-Type': 'text/html; charset=UTF-8',
      'Content-Length': String(byteLength(body)),
      ...headers,
      'Cache-Control': CACHE_CONTROL,
      Expires: 'Thu, 01 Jan 1970 00:00:01 GMT',
      'Referrer-Policy': 'same-origin',
      'X-Frame-Options': 'SAMEORIGIN',
      Server: 'cloudflare',
      'CF-RAY': `${ray}-${colo}`,
      ...(isEmulated ? { 'x-edge1020': 'emulated' } : {}),
    },
    body: method === 'HEAD' ? '' : body,
  })

  const cookieOf = (challenge: Challenge, facts: ChallengeFacts): string => {
    const expires = new Date(
      (visitorNow?.() ?? facts.timeMs) + clearances.lifetimeSeconds * MS_PER_SECOND
    )
    return [
      `${COOKIE}=${clearances.sign('clearance', challenge, facts, facts.timeMs)}`,
      'Path=/',
      `Expires=${expires.toUTCString()}`,
      'HttpOnly',
      // Browsers reject a `Secure` cookie over plain HTTP, and a cross-site cookie without `Secure`.
      ...(facts.scheme === 'https' ? ['Secure', 'SameSite=None', 'Partitioned'] : ['SameSite=Lax']),
    ].join('; ')
  }

  return {
    ask: (challenge, facts, target) => {
      const body = challengePage({
        challenge,
        action: PASS_PATH,
        question: clearances.sign('question', challenge, facts, facts.timeMs),
        target: ownPath(target),
        host: inertHost(facts.host),
        ray: facts.ray,
        isEmulated,
      })
      return answerOf(CHALLENGE_STATUS, body, facts, {
        'cf-mitigated': 'challenge',
        'Content-Security-Policy': POLICY,
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Resource-Policy': 'same-origin',
      })
    },
    pass: (facts, path, query) => {
      if (path !== PASS_PATH) return answerOf(NOT_FOUND, '', facts, {})
      const given = new URLSearchParams(query)
      const question = given.get('q') ?? ''
      const challenge = clearances.verify('question', question, facts, facts.timeMs)
      const isPassed = challenge !== undefined && isAnswer(question, given.get('a') ?? '')
      const answer = answerOf(SEE_OTHER, '', facts, {
        Location: ownPath(given.get('to') ?? '/'),
        ...(isPassed ? { 'Set-Cookie': cookieOf(challenge, facts) } : {}),
      })
      return { ...answer, outcome: isPassed ? `${challenge}_solved` : 'challenge_failed' }
    },
  }
}
