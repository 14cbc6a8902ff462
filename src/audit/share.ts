import type { Rule } from '../rules/rule.ts'
import type { Trials } from '../toolkit/trial.ts'

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

/** Whether a rule asks for the address of a visitor, or for what data says of it. */
export const asksAddress = ({ expression }: Rule): boolean =>
  expression.fields.some((field) => ADDRESS_FIELD.test(field))

/**
 * The share of public IPv4 addresses from which a browser's request for `/` is stopped by each rule: evenly spread samples,
 * judged with the data that the trials have.
 */
export const addressShares = (
  trials: Trials,
  { host, rules }: { host: string; rules: readonly Rule[] }
): Map<Rule, number> => {
  const counts = new Map(rules.map((rule) => [rule, 0]))
  let samples = 0
  for (let n = 1; samples < SAMPLES; n++) {
    const word = Math.floor(spread(n) * ADDRESSES)
    if (isReserved(Math.floor(word / FIRST_OCTET))) continue
    samples++
    const ip = [24, 16, 8, 0].map((bits) => (word >>> bits) & 255).join('.')
    const { isRefused, rule } = trials.run({
      url: `https://${host}/`,
      headers: BROWSER,
      from: { ip },
    })
    const known = rule === undefined ? undefined : counts.get(rule)
    if (isRefused && known !== undefined) counts.set(rule!, known + 1)
  }
  return new Map([...counts].map(([rule, count]) => [rule, count / samples]))
}

const BROWSER = {
  'User-Agent':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language': 'en-US,en;q=0.9',
}
