import type { Ip } from '../lists/ip.ts'
import type { Reputation, ReputationSource } from './visitor.ts'

/** What an Anonymous-IP database says of an address. */
export type AnonymousKind =
  | 'anonymous'
  | 'vpn'
  | 'hosting'
  | 'public_proxy'
  | 'residential_proxy'
  | 'tor'

export type FindAnonymous = (ip: Ip) => readonly AnonymousKind[]

/** How much each kind counts against an address, as a feed's weight does: our own estimate. */
const WEIGHTS: Readonly<Record<AnonymousKind, number>> = {
  anonymous: 0,
  vpn: 30,
  hosting: 10,
  public_proxy: 60,
  residential_proxy: 40,
  tor: 60,
}

/** Which kinds fill which of Cloudflare's managed lists. */
const MANAGED_LISTS: Readonly<Record<string, readonly AnonymousKind[]>> = {
  'cf.anonymizer': ['anonymous', 'vpn', 'public_proxy', 'residential_proxy', 'tor'],
  'cf.open_proxies': ['public_proxy'],
  'cf.vpn': ['vpn'],
}

const FULL_SCORE = 100
const NOTHING: Reputation = { score: 0, lists: [], isTor: false }

/** Independent reasons add up without ever passing 100. */
const joinScores = (x: number, y: number): number =>
  Math.round(FULL_SCORE - ((FULL_SCORE - x) * (FULL_SCORE - y)) / FULL_SCORE)

/** The managed list of this name as the database has it; `undefined` where it says nothing of such a list. */
export const anonymousList = (
  find: FindAnonymous,
  name: string
): { has(ip: Ip): boolean } | undefined => {
  const kinds = Object.hasOwn(MANAGED_LISTS, name) ? MANAGED_LISTS[name] : undefined
  return kinds && { has: (ip) => find(ip).some((kind) => kinds.includes(kind)) }
}

/** Adds what an Anonymous-IP database knows to what the feeds say. */
export const withAnonymous = (
  feeds: ReputationSource | undefined,
  find: FindAnonymous,
  source: { name: string; date: string }
): ReputationSource => ({
  name: feeds === undefined ? source.name : `${feeds.name}, ${source.name}`,
  date: source.date,
  lookup: (ip) => {
    const said = feeds?.lookup(ip) ?? NOTHING
    const kinds = find(ip)
    if (kinds.length === 0) return said
    return {
      score: kinds.reduce((score, kind) => joinScores(score, WEIGHTS[kind]), said.score),
      lists: [...said.lists, ...kinds.map((kind) => `anonymous_ip.${kind}`)],
      isTor: said.isTor || kinds.includes('tor'),
    }
  },
})
