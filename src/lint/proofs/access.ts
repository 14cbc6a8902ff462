import { parseCidr } from '../../lists/cidr.ts'
import type { Ip, IpRange } from '../../lists/ip.ts'
import { compareIp, nextIp, rangeHolds } from '../../lists/ip.ts'
import type { IpMap } from '../../lists/ipmap.ts'
import { buildIpMap } from '../../lists/ipmap.ts'
import { RangeBuffer } from '../../lists/ranges.ts'
import type { Draft } from '../../rules/draft.ts'
import type { LintRule } from '../subject.ts'

export type AccessParts = Extract<Draft['parts'], { product: 'access' }>

/** Returns the target of an IP Access rule. The caller has checked the product. */
export const accessOf = ({ draft }: LintRule): AccessParts => draft.parts as AccessParts

/** Returns the addresses of a rule; `undefined` for an AS number or a country. */
export const rangeOf = ({ target, value }: AccessParts): IpRange | undefined => {
  if (target === 'asn' || target === 'country') return undefined
  const read = parseCidr(value)
  return read.ok ? read.range : undefined
}

/** An IP Access rule that decides about no visitor. */
export interface Overruled {
  readonly rule: LintRule
  /** The rules that decide about its visitors instead. */
  readonly by: readonly LintRule[]
}

const NONE = -1
/** A rule is skipped if its network contains more networks than this. */
const MAX_INSIDE = 1_000

interface Row {
  readonly place: number
  readonly range: IpRange
}

/** Sorts by family, then by first address, wider ranges first. */
const byPlace = ({ range: x }: Row, { range: y }: Row): number =>
  x.from.family - y.from.family || compareIp(x.from, y.from) || compareIp(y.to, x.to)

const mapOf = (rows: readonly Row[]): IpMap => {
  const ranges = new RangeBuffer()
  // Last to first, so the first of two rules with the same target wins.
  for (const { place, range } of [...rows].reverse()) ranges.add(range, place)
  return buildIpMap(ranges)
}

/**
 * Determines which IP Access rule decides about an address, and which rules decide about none. A rule that allows takes precedence over
 * all others; among the others the narrowest takes precedence, and the first of two with the same target.
 */
export class AccessProofs {
  readonly #allowed: IpMap
  readonly #others: IpMap
  readonly #rows: readonly Row[]

  constructor(readonly rules: readonly LintRule[]) {
    this.#rows = rules
      .flatMap((rule, place) => {
        const range = rangeOf(accessOf(rule))
        return range === undefined ? [] : [{ place, range }]
      })
      .sort(byPlace)
    this.#allowed = mapOf(this.#rows.filter(({ place }) => this.#allows(place)))
    this.#others = mapOf(this.#rows.filter(({ place }) => !this.#allows(place)))
  }

  #allows(place: number): boolean {
    return this.rules[place]!.draft.action === 'allow'
  }

  #find(ip: Ip): number {
    const allowed = this.#allowed.find(ip)
    return allowed === NONE ? this.#others.find(ip) : allowed
  }

  /**
   * Returns the first address of a network, and the address after each network inside it. If a rule for the whole network decides about
   * any address, it decides about one of these. `undefined` beyond the bound.
   *
   * @param rows sorted, from the first that may begin within the network
   */
  #standing({ from, to }: IpRange, rows: Iterable<Row>): Ip[] | undefined {
    const ips = [from]
    for (const { range } of rows) {
      if (range.from.family !== from.family || compareIp(range.from, to) > 0) break
      const next = nextIp(range.to)
      if (next === undefined || compareIp(next, from) < 0 || compareIp(next, to) > 0) continue
      ips.push(next)
      if (ips.length > MAX_INSIDE) return undefined
    }
    return ips
  }

  /**
   * Returns the rules that decide about the addresses of a network, with -1 if no rule decides about some of them; `undefined` beyond the
   * bound.
   */
  countingFor(range: IpRange): ReadonlySet<number> | undefined {
    const ofFamily = this.#rows.filter((row) => row.range.from.family === range.from.family)
    const behind = this.#standing(range, ofFamily)
    if (behind === undefined) return undefined
    // A narrower rule takes over at its first address.
    const firsts = ofFamily.flatMap(({ range: { from } }) =>
      rangeHolds(range, { from, to: from }) ? [from] : []
    )
    return new Set([...behind, ...firsts].map((ip) => this.#find(ip)))
  }

  #overruledByAddress(): Overruled[] {
    return this.#rows.flatMap(({ place, range }, i) => {
      // Fast path: most rules decide about their first address.
      if (this.#find(range.from) === place) return []
      const ips = this.#standing(range, this.#after(i))
      if (ips === undefined) return []
      const counting = new Set(ips.map((ip) => this.#find(ip)))
      if (counting.has(place)) return []
      return [{ rule: this.rules[place]!, by: [...counting].map((one) => this.rules[one]!) }]
    })
  }

  *#after(i: number): Generator<Row> {
    for (let at = i + 1; at < this.#rows.length; at++) yield this.#rows[at]!
  }

  /**
   * Among rules with the same AS number or country, the first that allows decides, or else the first.
   */
  #overruledByName(): Overruled[] {
    const counting = new Map<string, number>()
    const named = this.rules.flatMap((rule, place) => {
      const { target, value } = accessOf(rule)
      return target === 'asn' || target === 'country' ? [{ place, value }] : []
    })
    for (const { place, value } of named) {
      const known = counting.get(value)
      if (known === undefined || (this.#allows(place) && !this.#allows(known))) {
        counting.set(value, place)
      }
    }
    return named.flatMap(({ place, value }) => {
      const first = counting.get(value)!
      return first === place ? [] : [{ rule: this.rules[place]!, by: [this.rules[first]!] }]
    })
  }

  /** Returns the rules that decide about no visitor. */
  overruled(): Overruled[] {
    return [...this.#overruledByAddress(), ...this.#overruledByName()]
  }
}
