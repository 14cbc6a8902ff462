import type { Ip } from '../lists/ip.ts'
import type { Reputation, ReputationSource } from './visitor.ts'

/** The kinds of an Anonymous-IP database. */
export type AnonymousKind =
  | 'anonymous'
  | 'vpn'
  | 'hosting'
  | 'public_proxy'
  | 'residential_proxy'
  | 'tor'

export type FindAnonymous = (ip: Ip) => readonly AnonymousKind[]

/** The weight of each kind against an address, like a feed's weight: our own estimate. */
const WEIGHTS: Readonly<Record<AnonymousKind, number>> = {
  anonymous: 0,
  vpn: 30,
  hosting: 10,
  public_proxy: 60,
  residential_proxy: 40,
  tor: 60,
}

/** The kinds that fill each of Cloudflare's managed lists. */
const MANAGED_LISTS: Readonly<Record<string, readonly AnonymousKind[]>> = {
  'cf.anonymizer': ['anonymous', 'vpn', 'public_proxy', 'residential_proxy', 'tor'],
  'cf.open_proxies': ['public_proxy'],
  'cf.vpn': ['vpn'],
}

const FULL_SCORE = 100
const NOTHING: Reputation = { score: 0, lists: [], isTor: false }

/** Joins independent scores; the sum never exceeds 100. */
const joinScores = (x: number, y: number): number =>
  Math.round(FULL_SCORE - ((FULL_SCORE - x) * (FULL_SCORE - y)) / FULL_SCORE)

/** The managed list of this name, from the database; `undefined` if the database has no such list. */
export const anonymousList = (
  find: FindAnonymous,
  name: string
): { has(ip: Ip): boolean } | undefined => {
  const kinds = Object.hasOwn(MANAGED_LISTS, name) ? MANAGED_LISTS[name] : undefined
  return kinds && { has: (ip) => find(ip).some((kind) => kinds.includes(kind)) }
}

/** Adds the facts of an Anonymous-IP database to those of the feeds. */
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
