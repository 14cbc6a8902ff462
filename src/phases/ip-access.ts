import { actions } from '../actions.ts'
import { levelOf } from '../challenges/level.ts'
import type { RequestContext } from '../context.ts'
import { defaultScheme } from '../language/defaults.ts'
import { parseAsn } from '../lists/asn.ts'
import { parseCidr } from '../lists/cidr.ts'
import type { Ip } from '../lists/ip.ts'
import type { IpMap } from '../lists/ipmap.ts'
import { buildIpMap } from '../lists/ipmap.ts'
import { RangeBuffer } from '../lists/ranges.ts'
import type { AccessRule, AccessTarget } from '../rules/products/access.ts'
import { bitOf, EVERY_PHASE } from './names.ts'
import type { EventSource, Match, Ruling } from './phase.ts'
import type { CreateJudge } from './products.ts'

const NAME = 'ip-access'
const NONE = -1

const FIELDS = ['ip.src', 'ip.src.asnum', 'ip.src.country'] as const
const [IP_SLOT, ASN_SLOT, COUNTRY_SLOT] = FIELDS.map((field) => defaultScheme.slot(field)) as [
  number,
  number,
  number,
]

/** Source and error of each target: https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/ */
const ANSWERS: Readonly<Record<AccessTarget, { source: EventSource; code: number }>> = {
  ip: { source: 'ip', code: 1006 },
  ip6: { source: 'ip', code: 1006 },
  ip_range: { source: 'iprange', code: 1006 },
  asn: { source: 'asn', code: 1005 },
  country: { source: 'country', code: 1009 },
}

/** Tables from the target of a rule to its place among all rules. A look-up takes the same time for 50,000 rules as for one. */
interface Tables {
  readonly addresses: IpMap | undefined
  readonly networks: ReadonlyMap<number, number>
  readonly countries: ReadonlyMap<string, number>
}

type Row = readonly [rule: AccessRule, place: number]

const tablesOf = (rows: readonly Row[]): Tables => {
  const ranges = new RangeBuffer()
  const networks = new Map<number, number>()
  const countries = new Map<string, number>()
  let hasRanges = false
  // From the last to the first, so the first of two rules with the same target counts.
  for (const [{ target, value }, place] of [...rows].reverse()) {
    if (target === 'country') countries.set(value, place)
    else if (target === 'asn') networks.set(parseAsn(value)!, place)
    else {
      const read = parseCidr(value)
      if (!read.ok) continue
      ranges.add(read.range, place)
      hasRanges = true
    }
  }
  return { addresses: hasRanges ? buildIpMap(ranges) : undefined, networks, countries }
}

/** The place of the rule for a visitor: by the narrowest network, then the AS number, then the country. */
const find = ({ addresses, networks, countries }: Tables, context: RequestContext): number => {
  if (addresses !== undefined) {
    const place = addresses.find(context.get(IP_SLOT) as Ip)
    if (place !== NONE) return place
  }
  if (networks.size > 0) {
    const place = networks.get(context.get(ASN_SLOT) as number)
    if (place !== undefined) return place
  }
  if (countries.size > 0) {
    const place = countries.get(context.get(COUNTRY_SLOT) as string)
    if (place !== undefined) return place
  }
  return NONE
}

const rulingOf = (rule: AccessRule): Ruling => {
  const { action, target } = rule
  const { source, code } = ANSWERS[target]
  const isAllowed = action === 'allow'
  const { answers } = actions[action]
  const match: Match = {
    phase: { name: NAME, source },
    rule,
    action,
    code: answers ? code : 0,
    page: rule.page,
    ...(isAllowed ? { isSilent: true } : {}),
  }
  // All later phases are skipped. On Cloudflare only managed rules, which are not emulated, judge an allowed country.
  return { matches: [match], ends: answers, skips: isAllowed ? EVERY_PHASE & ~bitOf(NAME) : 0 }
}

/**
 * IP Access rules. A rule that allows overrides all others, skips all later phases and records no event. Among the other rules, the
 * narrowest one counts.
 *
 * Source: https://developers.cloudflare.com/waf/tools/ip-access-rules/
 */
export const judgeAccess: CreateJudge<AccessRule> = (_about, enabled) => {
  const rows = enabled.map((rule, place) => [rule, place] as const)
  const allowed = rows.filter(([{ action }]) => action === 'allow')
  const hasAllowed = allowed.length > 0
  const lets = tablesOf(allowed)
  const others = tablesOf(rows.filter(([{ action }]) => action !== 'allow'))
  // Created at the first match of a rule, because most of many rules never match.
  const rulings: (Ruling | undefined)[] = []
  const levels = Uint8Array.from(enabled, ({ action }) => levelOf(action))
  return (context) => {
    const let_ = hasAllowed ? find(lets, context) : NONE
    const place = let_ === NONE ? find(others, context) : let_
    if (place === NONE) return undefined
    if (context.hasCleared(levels[place]!)) return undefined
    rulings[place] ??= rulingOf(enabled[place]!)
    return rulings[place]
  }
}
