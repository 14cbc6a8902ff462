import type { BotQuestion } from '../visitor.ts'
import type { Browser } from './browser.ts'
import type { PlainKind } from './claim.ts'
import { fitJa4 } from './ja4.ts'

/**
 * Certainly automated, as on Cloudflare. This includes verified bots, which rules distinguish by `cf.client.bot`
 * (developers.cloudflare.com/bots/concepts/bot-score/).
 */
export const SURELY_AUTOMATED = 1

/** Scores of claims that are neither a browser nor a bot that can be verified. */
const SCORES: Readonly<Record<PlainKind, number>> = {
  crawler: SURELY_AUTOMATED,
  scanner: SURELY_AUTOMATED,
  'browser-automation': SURELY_AUTOMATED,
  'http-library': SURELY_AUTOMATED,
  empty: 2,
  other: 10,
  app: 20,
}

/** A browser without any doubt. A fitting TLS fingerprint is the strongest evidence. */
const BROWSER = 95
const SUREST = 99
/** Headers alone never make a browser certainly automated. */
const LEAST_OF_BROWSER = 2

/** The cost of each doubt. */
const COST = {
  noAccept: 40,
  noLanguage: 30,
  noEncoding: 20,
  /** A header that only Chromium sends, from another engine or with another version. */
  wrongBrand: 60,
  noBrand: 35,
  noFetchMode: 25,
  otherTls: 60,
  hosting: 30,
  tooLong: 30,
} as const

/** From these versions on, browsers send `sec-ch-ua` and `sec-fetch-mode` with every request over TLS. */
const BRAND_SINCE_CHROMIUM = 89
const FETCH_MODE_SINCE = { chromium: 80, gecko: 90 } as const

const MAX_BRAND_CHARS = 256

export interface Score {
  readonly score: number
  /** One sentence without a full stop. */
  readonly reason: string
}

interface Doubt {
  readonly cost: number
  readonly says: string
}

const REASONS: Readonly<Record<PlainKind, (name: string) => string>> = {
  crawler: (name) => `user agent says it is a bot (${name})`,
  scanner: (name) => `user agent is a security scanner's (${name})`,
  'browser-automation': (name) => `user agent is of an automated browser (${name})`,
  'http-library': (name) => `user agent is an HTTP library's (${name})`,
  empty: () => 'no user agent',
  other: () => "user agent is neither a browser's nor a known program's",
  app: (name) => `user agent is an app's (${name})`,
}

/** The score of a sender that its own name settles. */
export const scoreOfKind = ({ kind, name }: { kind: PlainKind; name: string }): Score => ({
  score: SCORES[kind],
  reason: REASONS[kind](name),
})

const headersMissing = ({ header }: BotQuestion, upgrading: boolean): Doubt[] => {
  const doubts: Doubt[] = []
  if (!upgrading && header('accept') === undefined)
    doubts.push({ cost: COST.noAccept, says: 'no accept' })
  if (header('accept-language') === undefined) {
    doubts.push({ cost: COST.noLanguage, says: 'no accept-language' })
  }
  if (header('accept-encoding') === undefined) {
    doubts.push({ cost: COST.noEncoding, says: 'no accept-encoding' })
  }
  return doubts
}

/** Client hints, which only Chromium sends: developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-CH-UA */
const brandDoubt = (brand: string, { engine, major }: Browser): Doubt | undefined => {
  if (engine !== 'chromium')
    return { cost: COST.wrongBrand, says: 'sec-ch-ua, which only Chromium sends' }
  const said = brand.slice(0, MAX_BRAND_CHARS).replaceAll(' ', '')
  if (major === 0 || said.includes(`v="${major}"`)) return undefined
  return { cost: COST.wrongBrand, says: 'sec-ch-ua of another version' }
}

/** A fingerprint shows that TLS ended here: without TLS, most browsers send none of these. */
const missingOverTls = ({ header }: BotQuestion, { engine, major }: Browser): Doubt[] => {
  const doubts: Doubt[] = []
  if (engine === 'chromium' && major >= BRAND_SINCE_CHROMIUM && header('sec-ch-ua') === undefined) {
    doubts.push({ cost: COST.noBrand, says: 'no sec-ch-ua' })
  }
  const since = engine === 'chromium' || engine === 'gecko' ? FETCH_MODE_SINCE[engine] : Infinity
  if (major >= since && header('sec-fetch-mode') === undefined) {
    doubts.push({ cost: COST.noFetchMode, says: 'no sec-fetch-mode' })
  }
  return doubts
}

/** The name of a hosting provider for people, by its autonomous system. */
export type HostingName = (asn: number) => string | undefined

/**
 * How likely a person uses the claimed browser: from headers that it always sends or never sends, and from its network.
 * This is our own heuristic, not Cloudflare's.
 */
export const scoreBrowser = (
  name: string,
  browser: Browser,
  question: BotQuestion,
  { hostingName, maxChars }: { hostingName: HostingName; maxChars: number }
): Score => {
  const { header, ja4, asn, userAgent } = question
  const brand = header('sec-ch-ua')
  if (brand?.slice(0, MAX_BRAND_CHARS).includes('Headless')) {
    return { score: SURELY_AUTOMATED, reason: 'sec-ch-ua is of an automated browser' }
  }
  // Chromium opens a WebSocket without `accept`, client hints and HTTP/2.
  const upgrading = header('upgrade')?.toLowerCase() === 'websocket'
  const doubts = headersMissing(question, upgrading)
  if (brand !== undefined) {
    const doubt = brandDoubt(brand, browser)
    if (doubt !== undefined) doubts.push(doubt)
  }
  let best = BROWSER
  if (ja4 !== '') {
    if (!upgrading) doubts.push(...missingOverTls(question, browser))
    const tls = fitJa4(ja4, browser, upgrading)
    if (tls.fit === 'same') best = SUREST
    if (tls.fit === 'other') doubts.push({ cost: COST.otherTls, says: tls.says })
  }
  const host = hostingName(asn)
  if (host !== undefined) {
    doubts.push({ cost: COST.hosting, says: `comes from a hosting network (AS${asn}, ${host})` })
  }
  if (userAgent.length > maxChars)
    doubts.push({ cost: COST.tooLong, says: 'user agent is too long' })

  if (doubts.length === 0) return { score: best, reason: `everything fits ${name}` }
  const cost = doubts.reduce((sum, doubt) => sum + doubt.cost, 0)
  return {
    score: Math.max(LEAST_OF_BROWSER, best - cost),
    reason: `claims to be ${name}, but: ${doubts.map(({ says }) => says).join(', ')}`,
  }
}
