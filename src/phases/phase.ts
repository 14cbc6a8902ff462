import type { Action } from '../actions.ts'
import type { PageChoice } from '../answers/answer.ts'
import type { RequestContext } from '../context.ts'
import type { Counters } from '../limits/counters.ts'
import type { KeyPart } from '../limits/keys.ts'
import type { Rule } from '../rules/rule.ts'

/**
 * Logpush's names of the products that create security events.
 *
 * Source: https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/firewall_events/ (`Source`)
 */
export type EventSource =
  | 'apishield'
  | 'apishieldschemavalidation'
  | 'apishieldsequencemitigation'
  | 'apishieldtokenvalidation'
  | 'asn'
  | 'bic'
  | 'botfight'
  | 'botmanagement'
  | 'country'
  | 'dlp'
  | 'firewallcustom'
  | 'firewallmanaged'
  | 'firewallrules'
  | 'hot'
  | 'ip'
  | 'iprange'
  | 'l7ddos'
  | 'ratelimit'
  | 'securitylevel'
  | 'uablock'
  | 'unknown'
  | 'validation'
  | 'waf'
  | 'zonelockdown'

/** The services of the edge that phases share. */
export interface PhaseServices {
  /** The counters of rate limits. They survive a reload of the rules. */
  readonly counters: Counters
  /** The data centre of this edge. */
  readonly colo: string
  /** Name of the site; '' if there is only one. */
  readonly zone: string
  /** The clock of tests, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** The state of the counter of a rate limiting rule. */
export interface CountedMatch {
  /** The count within the period, including this request; the sum of scores for a limit on scores. */
  readonly count: number
  readonly limit: number
  /** In seconds. */
  readonly period: number
  /** In seconds. */
  readonly mitigationTimeout: number
  /** The values of the counter's key. */
  key(): readonly KeyPart[]
}

/** A product of Cloudflare that judges requests. `order.ts` lists all phases. */
export interface Phase {
  readonly name: string
  /** The `source` of its events. */
  readonly source: EventSource
  /** Canonical names of the fields that its enabled rules read, each once. */
  readonly fields: readonly string[]
  /** True if an enabled rule reads the body. The edge reads the body just before this phase. */
  readonly readsBody: boolean
  /** Judges one request. If no rule matches, it returns `undefined` and allocates nothing. It never throws because of a visitor's input. */
  run(context: RequestContext): Ruling | undefined | Promise<Ruling | undefined>
}

/** A rule that matches the request. */
export interface Match {
  readonly phase: Pick<Phase, 'name' | 'source'>
  readonly rule: Rule
  readonly action: Action
  /** Cloudflare's error code of the answer, e.g. 1020; 0 if the action does not answer. */
  readonly code: number
  /** The page that the rule chooses. */
  readonly page?: PageChoice | undefined
  /** True if the match records no event: an IP Access rule that allows, or a `skip` with `logging: false`. */
  readonly isSilent?: boolean
  /** For a rate limit that answers: the seconds until the visitor can try again. */
  readonly retryAfter?: number
  /** For rate limits only. */
  readonly rateLimit?: CountedMatch
  /** A note for its event, for example that a test forced the match. */
  readonly note?: string
}

/** The decision of a phase with at least one matched rule. */
export interface Ruling {
  /** In the order of the rules. Empty if a rule skips later phases without a match. */
  readonly matches: readonly Match[]
  /** True if the last match answers. No later phase runs then. */
  readonly ends: boolean
  /** Bits of the later phases that do not run for this request (`order.ts`); 0 for none. */
  readonly skips: number
}
