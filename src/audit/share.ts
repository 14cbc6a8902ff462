import type { Rule } from '../rules/rule.ts'
import type { Trial, Trials } from '../toolkit/trial.ts'

/** Enough for a share to within half a percent. */
const SAMPLES = 20_000
const ADDRESS_FIELD = /^(?:ip\.|cf\.threat_score)/
/** Blocks of /8 without public addresses: this network, private, loopback, multicast and reserved. */
const isReserved = (first: number) => first === 0 || first === 10 || first === 127 || first >= 224

/** The n-th number of a sequence that fills 0 to 1 evenly (van der Corput, base 2). */
const spread = (n: number): number => {
  let share = 0
  for (let half = 0.5, rest = n; rest > 0; half /= 2, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) share += half
  }
  return share
}

const ADDRESSES = 2 ** 32
const FIRST_OCTET = 2 ** 24

/**
 * The blocks of IPv6 that registries give out, by the first 16 bits. Source: IANA's IPv6 Global Unicast Address Assignments,
 * 2026-11-29, without single small blocks.
 */
const IPV6_BLOCKS: readonly (readonly [from: number, to: number])[] = [
  [0x2001, 0x2001],
  [0x2400, 0x241f],
  [0x2600, 0x2600],
  [0x2602, 0x260f],
  [0x2610, 0x2610],
  [0x2620, 0x2620],
  [0x2630, 0x263f],
  [0x2800, 0x280f],
  [0x2a00, 0x2a1f],
  [0x2c00, 0x2c0f],
]
const IPV6_PREFIXES = IPV6_BLOCKS.flatMap(([from, to]) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)
)
const NETWORKS_IN_PREFIX = 2 ** 16
/** Attempts: most networks are not given out yet, and data on countries tells which. */
const IPV6_SAMPLES = 40_000
const NOWHERE = 'XX'

/** What part of the addresses a rule stops, 0 to 1. */
export interface AddressShare {
  readonly ipv4: number
  readonly ipv6: number
}

/** Whether a rule asks for the address of a visitor, or for what data says of it. */
export const asksAddress = ({ expression }: Rule): boolean =>
  expression.fields.some((field) => ADDRESS_FIELD.test(field))

const ipv4At = (share: number): string | undefined => {
  const word = Math.floor(share * ADDRESSES)
  if (isReserved(Math.floor(word / FIRST_OCTET))) return undefined
  return [24, 16, 8, 0].map((bits) => (word >>> bits) & 255).join('.')
}

const ipv6At = (share: number): string => {
  const network = Math.floor(share * IPV6_PREFIXES.length * NETWORKS_IN_PREFIX)
  const prefix = IPV6_PREFIXES[Math.floor(network / NETWORKS_IN_PREFIX)]!
  return `${prefix.toString(16)}:${(network % NETWORKS_IN_PREFIX).toString(16)}::1`
}

/**
 * The share of addresses from which a browser's request for `/` is stopped by each rule, judged with the data that the trials have:
 * of the public IPv4 addresses, and of the IPv6 networks (/32) that registries have given out. The samples are evenly spread.
 */
export const addressShares = (
  trials: Trials,
  { host, rules, knowsCountries }: { host: string; rules: readonly Rule[]; knowsCountries: boolean }
): Map<Rule, AddressShare> => {
  const judge = (ip: string) =>
    trials.run({ url: `https://${host}/`, headers: BROWSER, from: { ip } })
  const count = (trialsOf: Iterable<Trial>) => {
    const counts = new Map(rules.map((rule) => [rule, 0]))
    let samples = 0
    for (const { isRefused, rule } of trialsOf) {
      samples++
      const known = rule === undefined ? undefined : counts.get(rule)
      if (isRefused && known !== undefined) counts.set(rule!, known + 1)
    }
    return (rule: Rule) => (samples === 0 ? 0 : counts.get(rule)! / samples)
  }
  const ofIpv4 = count(
    (function* () {
      for (let n = 1, samples = 0; samples < SAMPLES; n++) {
        const ip = ipv4At(spread(n))
        if (ip === undefined) continue
        samples++
        yield judge(ip)
      }
    })()
  )
  const ofIpv6 = count(
    (function* () {
      for (let n = 1; n <= IPV6_SAMPLES; n++) {
        const trial = judge(ipv6At(spread(n)))
        if (!knowsCountries || trial.context.visitor.country !== NOWHERE) yield trial
      }
    })()
  )
  return new Map(rules.map((rule) => [rule, { ipv4: ofIpv4(rule), ipv6: ofIpv6(rule) }]))
}

const BROWSER = {
  'User-Agent':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language': 'en-US,en;q=0.9',
}
