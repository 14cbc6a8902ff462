import type { Rule } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import type { Trials } from '../toolkit/trial.ts'
import { createTrials } from '../toolkit/trial.ts'
import type { AuditFinding, AuditOptions, AuditReport } from './audit.ts'
import { audit } from './audit.ts'
import type { AddressShare } from './share.ts'
import { addressShares, asksAddress } from './share.ts'
import type { SweepRow } from './sweep.ts'

/** A finding as data: the rule is its name. */
export interface AuditedRule extends Omit<AuditFinding, 'rule'> {
  readonly rule: string
  /** Of the public IPv4 addresses, the share from which a browser is stopped, 0 to 1; absent where the rule asks for no address. */
  readonly address_share?: number
  /** The same of the IPv6 networks (/32) that are given out. */
  readonly address_share_ipv6?: number
}

/** The good visitors that rules stop, as data. */
export interface AuditDocument {
  readonly good: { readonly visitors: number; readonly stopped: number }
  readonly bad: { readonly visitors: number; readonly stopped: number }
  readonly findings: readonly AuditedRule[]
  readonly sweep?: readonly SweepRow[]
}

/** What each rule that asks for the address stops of the world's. */
export const sharesOf = (
  trials: Trials,
  host: string,
  { geo }: Pick<AuditOptions, 'geo'>
): ReadonlyMap<Rule, AddressShare> => {
  const rules = allRules(trials.ruleset).filter((rule) => rule.enabled && asksAddress(rule))
  return rules.length === 0
    ? new Map()
    : addressShares(trials, { host, rules, knowsCountries: geo !== undefined })
}

export const toDocument = (
  { findings, good, bad, stoppedGood, stoppedBad }: AuditReport,
  shares: ReadonlyMap<Rule, AddressShare>,
  sweep?: readonly SweepRow[]
): AuditDocument => ({
  good: { visitors: good, stopped: stoppedGood },
  bad: { visitors: bad, stopped: stoppedBad },
  findings: findings.map(({ rule, ...finding }) => {
    const share = shares.get(rule)
    return {
      rule: rule.name,
      ...finding,
      ...(share === undefined ? {} : { address_share: share.ipv4, address_share_ipv6: share.ipv6 }),
    }
  }),
  ...(sweep === undefined ? {} : { sweep }),
})

/** Audits rules; the result is plain data. */
export const auditDocument = (options: AuditOptions): AuditDocument => {
  const { host = 'shop.test' } = options
  return toDocument(audit({ ...options, host }), sharesOf(createTrials(options), host, options))
}
