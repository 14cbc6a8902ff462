import type { Ip } from '../../lists/ip.ts'
import type { IpMapColumns } from '../../lists/ipmap.ts'
import type { Reputation } from '../visitor.ts'
import type { Combination } from './combine.ts'
import { ABSENT, columnsOf, combine } from './combine.ts'
import { WHOLE } from './entries.ts'

/** One feed of addresses, compiled. Values of the columns are the entries' shares of the weight, 0–100. */
export interface CompiledFeed {
  readonly name: string
  /** 0–100 */
  readonly weight: number
  readonly tor: boolean
  /** Names of the lists that it fills. */
  readonly lists: readonly string[]
  readonly columns: IpMapColumns
}

/** The merged data of all feeds. It is immutable. */
export interface FeedsView {
  lookup(ip: Ip): Reputation
  /** Whether the list contains the address. */
  has(list: string, ip: Ip): boolean
  /** The columns of the feed at this place, for the next view. */
  columns(place: number): IpMapColumns
}

const FULL_SCORE = 100
const NOTHING: Reputation = { score: 0, lists: [], isTor: false }

/**
 * The score of an address: 100 × (1 − ∏ (1 − weight × share)) over the feeds that contain it, rounded; weight and share are
 * fractions of one. Each feed takes its fraction of the rest, so more feeds give a higher score, but never more than 100.
 *
 * @param weights percent
 * @example scoreOf([90, 30]) // 93
 */
export const scoreOf = (weights: readonly number[]): number => {
  const left = weights.reduce((product, weight) => product * (1 - weight / FULL_SCORE), 1)
  // Rounds halves up, including those that a float represents slightly too small.
  return Math.round(Number((FULL_SCORE * (1 - left)).toFixed(6)))
}

const reputationsOf = (
  feeds: readonly CompiledFeed[],
  combinations: readonly Combination[]
): Reputation[] =>
  combinations.map((combination) => {
    const found = feeds.filter((_, place) => combination[place] !== ABSENT)
    const weights = feeds.map(({ weight }, place) => {
      const share = combination[place]!
      return share === ABSENT ? 0 : (weight * share) / WHOLE
    })
    return {
      score: scoreOf(weights),
      lists: found.map(({ name }) => name),
      isTor: found.some(({ tor }) => tor),
    }
  })

/** For each list, the combinations that are in it. */
const membersOf = (feeds: readonly CompiledFeed[], combinations: readonly Combination[]) => {
  const names = new Set(feeds.flatMap(({ lists }) => lists))
  return new Map(
    [...names].map((name) => {
      const own = feeds.flatMap(({ lists }, place) => (lists.includes(name) ? [place] : []))
      const isIn = (combination: Combination) => own.some((place) => combination[place] !== ABSENT)
      return [name, Uint8Array.from(combinations, (one) => (isIn(one) ? 1 : 0))] as const
    })
  )
}

/**
 * Compiles feeds into one map: a look-up is one search, whatever the number of feeds.
 *
 * The feeds' own columns must be collectable, so no function that stays may refer to `feeds`.
 */
export const viewOf = (feeds: readonly CompiledFeed[]): FeedsView => {
  const combined = combine(feeds.map(({ columns }) => columns))
  const { map, combinations } = combined
  const reputations = reputationsOf(feeds, combinations)
  const members = membersOf(feeds, combinations)
  return {
    lookup: (ip) => {
      const place = map.find(ip)
      return place < 0 ? NOTHING : reputations[place]!
    },
    has: (list, ip) => {
      const place = map.find(ip)
      return place >= 0 && members.get(list)?.[place] === 1
    },
    columns: (place) => columnsOf(combined, place),
  }
}
