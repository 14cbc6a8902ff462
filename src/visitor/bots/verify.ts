import type { Ip } from '../../lists/ip.ts'
import type { BotQuestion } from '../visitor.ts'
import type { KnownBot } from './known.ts'
import type { NetworkOf } from './networks.ts'

/**
 * Host names of addresses, each confirmed by resolving to the address again. `undefined` if the answer is not available
 * yet: the query has started, and the next request gets the answer. Never throws.
 */
export interface HostNames {
  hosts(ip: Ip): readonly string[] | undefined
}

export interface Proof {
  readonly holds: boolean
  /** The end of a sentence that begins "user agent is Googlebot's, ". */
  readonly says: string
}

export interface ProofOptions {
  readonly networkOf: NetworkOf
  readonly hostNames: HostNames | undefined
  readonly sharedClouds: boolean
}

const isUnder = (host: string, domain: string): boolean =>
  host === domain || host.endsWith(`.${domain}`)

const proven = (says: string): Proof => ({ holds: true, says })
const unproven = (says: string): Proof => ({ holds: false, says })

/** Whether a bot comes from its operator's network; strongest evidence first. */
export const proofOf = (
  bot: KnownBot,
  question: BotQuestion,
  { networkOf, hostNames, sharedClouds }: ProofOptions
): Proof => {
  const { ip } = question
  if (ip === undefined) return unproven('there is no address to check')
  const networks = networkOf(bot)
  if (networks?.has(ip)) return proven(`${ip} is in its published ranges`)
  const asn = bot.asns === undefined && bot.clouds === undefined ? 0 : question.asn
  if (bot.asns?.includes(asn)) return proven(`AS${asn} is its operator's own network`)

  const hosts = bot.hosts === undefined ? [] : hostNames?.hosts(ip)
  const host = hosts?.find((name) => bot.hosts!.some((domain) => isUnder(name, domain)))
  if (host !== undefined) return proven(`reverse DNS confirms ${host}`)

  if (bot.clouds?.includes(asn)) {
    const says = `AS${asn} is the cloud it runs in, which anybody can rent`
    return sharedClouds ? proven(says) : unproven(says)
  }
  const missing = networks === undefined ? 'it has no published ranges here' : undefined
  const outside = missing ?? `${ip} is not in its published ranges`
  // This request starts the query; the next one gets the answer.
  const pending = bot.hosts !== undefined && hostNames !== undefined && hosts === undefined
  return unproven(pending ? `${outside} and reverse DNS has not answered yet` : outside)
}
