import type { BotQuestion, BotSource, BotVerdict } from '../visitor.ts'
import { type Claim, createClaims, MAX_USER_AGENT_CHARS } from './claim.ts'
import { createGenerationalCache } from './generational-cache.ts'
import hosting from './hosting.json' with { type: 'json' }
import { KNOWN_BOTS, type KnownBot } from './known.ts'
import { NETWORKS_DATE, networksOf } from './networks.ts'
import { SURELY_AUTOMATED, scoreBrowser, scoreOfKind } from './score.ts'
import { type HostNames, proofOf } from './verify.ts'

export interface BotOptions {
  /**
   * Networks of bots by name, instead of the built-in ones: `{ Googlebot: ['66.249.64.0/20'] }`. The names are those of known.json and
   * of `bots`.
   */
  ranges?: Readonly<Record<string, readonly string[]>>
  /** Additional bots. A bot with the name of a built-in one replaces it. */
  bots?: readonly KnownBot[]
  /** Resolves host names of addresses, e.g. `reverseDns()` of edge1020/node. Default: none. */
  resolver?: HostNames
  /**
   * True if the cloud verifies a bot without its own networks (Slackbot in AWS, Discordbot in Google's cloud). Anyone can rent a server
   * there and use its name. Default: false.
   */
  sharedClouds?: boolean
  /** Additional autonomous systems of hosting providers, with a name for people. */
  hosting?: Readonly<Record<number, string>>
}

/** The number of user agents with cached claims. A site sees some thousand, with some 150 characters each. */
const REMEMBERED = 4096

/**
 * Distinguishes bots from people by the claim of the user agent, the network, and the headers that a browser would send. The score is
 * our own heuristic, see docs/bots.md. The tables are built at the first use.
 *
 * @throws EdgeError `bad_bot_range`, `unknown_bot`
 * @example createBots({ resolver: reverseDns() })
 */
export const createBots = ({
  ranges = {},
  bots: further = [],
  resolver,
  sharedClouds = false,
  hosting: furtherHosting = {},
}: BotOptions = {}): BotSource => {
  const names = new Set(further.map(({ name }) => name))
  const bots = [...further, ...KNOWN_BOTS.filter(({ name }) => !names.has(name))]
  const proof = { networkOf: networksOf(bots, ranges), hostNames: resolver, sharedClouds }
  const hosters = new Map(
    Object.entries({ ...hosting.asns, ...furtherHosting }).map(([asn, name]) => [Number(asn), name])
  )
  const browserOptions = {
    hostingName: (asn: number) => hosters.get(asn),
    maxChars: MAX_USER_AGENT_CHARS,
  }

  const remembered = createGenerationalCache<Claim>(REMEMBERED)
  let read: ((userAgent: string) => Claim) | undefined
  const claimOf = (userAgent: string): Claim => {
    // A long user agent is not cached, so a visitor cannot fill the memory.
    const known = userAgent.length > MAX_USER_AGENT_CHARS ? undefined : remembered.get(userAgent)
    if (known !== undefined) return known
    read ??= createClaims(bots)
    const claim = read(userAgent)
    if (userAgent.length <= MAX_USER_AGENT_CHARS) remembered.set(userAgent, claim)
    return claim
  }

  const judgeKnown = (bot: KnownBot, question: BotQuestion): BotVerdict => {
    const { holds, says } = proofOf(bot, question, proof)
    return {
      verified: holds,
      category: holds ? bot.category : '',
      score: SURELY_AUTOMATED,
      reason: `user agent is ${bot.name}'s, ${says}`,
    }
  }

  return {
    name: 'built-in bots',
    date: NETWORKS_DATE,
    judge: (question) => {
      const claim = claimOf(question.userAgent)
      if (claim.kind === 'known') return judgeKnown(claim.bot, question)
      const score =
        claim.kind === 'browser'
          ? scoreBrowser(claim.name, claim.browser, question, browserOptions)
          : scoreOfKind(claim)
      return { verified: false, category: '', ...score }
    },
  }
}
