import type { Action } from '../actions.ts'
import type { PageChoice } from '../answers/answer.ts'
import type { RequestContext } from '../context.ts'
import type { Counters } from '../limits/counters.ts'
import type { KeyPart } from '../limits/keys.ts'
import type { Rule } from '../rules/rule.ts'

/**
 * Logpush's words for the products that make security events.
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

/** What phases share with the whole edge. */
export interface PhaseServices {
  /** Where rate limits count. They outlive the rules: a reload forgets nothing. */
  readonly counters: Counters
  /** The data centre of this edge. */
  readonly colo: string
  /** Name of the site; '' where there is one for all. */
  readonly zone: string
  /** Of tests that set the time: milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** How the counter of a rate limiting rule stood. */
export interface CountedMatch {
  /** Counted within the period, this request included; the sum of scores where they are the limit. */
  readonly count: number
  readonly limit: number
  /** In seconds. */
  readonly period: number
  /** In seconds. */
  readonly mitigationTimeout: number
  /** The values that told the counter from others. */
  key(): readonly KeyPart[]
}

/** One product of Cloudflare's that judges requests. `order.ts` lists all of them. */
export interface Phase {
  readonly name: string
  /** What the events of its rules carry as their `source`. */
  readonly source: EventSource
  /** Canonical names of the fields that its enabled rules read, each once. */
  readonly fields: readonly string[]
  /** True where an enabled rule reads the body: the body is read before this phase runs, and not before. */
  readonly readsBody: boolean
  /** Judges one request. `undefined`, without any allocation, where no rule matches. Never throws on a visitor's input. */
  run(context: RequestContext): Ruling | undefined | Promise<Ruling | undefined>
}

/** One rule that is true of the request. */
export interface Match {
  readonly phase: Pick<Phase, 'name' | 'source'>
  readonly rule: Rule
  readonly action: Action
  /** Cloudflare's error code of the answer, e.g. 1020; 0 where the action does not answer. */
  readonly code: number
  /** The page that the rule asks for. */
  readonly page?: PageChoice | undefined
  /** True where no event is kept of it: what IP Access rules allow, and skips that the owner wants no log of. */
  readonly isSilent?: boolean
  /** When the visitor may try again, in seconds from now: of rate limits that answer. */
  readonly retryAfter?: number
  /** Of rate limits. */
  readonly rateLimit?: CountedMatch
  /** A note for its event: that a test has forced it. */
  readonly note?: string
}

/** What a phase decides about a request that at least one of its rules is about. */
export interface Ruling {
  /** In the order of the rules. Empty where a rule lets the request past later phases without being true of it. */
  readonly matches: readonly Match[]
  /** True where the last match answers: no later phase runs. */
  readonly ends: boolean
  /** Bits of the later phases that do not run for this request (`order.ts`); 0 for none. */
  readonly skips: number
}
