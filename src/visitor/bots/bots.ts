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
   * Networks of bots by their names, in place of the built-in ones: `{ Googlebot: ['66.249.64.0/20'] }`. Names are those
   * of known.json and of `bots`.
   */
  ranges?: Readonly<Record<string, readonly string[]>>
  /** Bots to know besides the built-in ones; one of the same name replaces it. */
  bots?: readonly KnownBot[]
  /** Host names of addresses, e.g. `reverseDns()` of edge1020/node. Default: not asked for. */
  resolver?: HostNames
  /**
   * Whether a bot without networks of its own (Slackbot in AWS, Discordbot in Google's cloud) is verified by coming from
   * that cloud, where anybody can rent a server and take its name. Default: no.
   */
  sharedClouds?: boolean
  /** Autonomous systems to count as hosting besides the built-in ones, with a name for people. */
  hosting?: Readonly<Record<number, string>>
}

/** User agents whose claims are remembered: some thousand are in use on a site, some 150 characters each. */
const REMEMBERED = 4096

/**
 * Tells bots from people: what the user agent claims to be, whether the network agrees, and how well the headers fit a
 * browser. The score is a heuristic of ours, see docs/bots.md. Tables are built at the first question.
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
    // A long one would hold much memory for a visitor who wants just that.
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
