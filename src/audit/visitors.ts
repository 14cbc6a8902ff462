import type { TrialRequest } from '../toolkit/trial.ts'
import badTable from './bad.json' with { type: 'json' }
import goodTable from './good.json' with { type: 'json' }

/** How much a site loses without the visitor. */
export const WEIGHTS = ['high', 'medium', 'low'] as const
export type Weight = (typeof WEIGHTS)[number]

interface Row {
  readonly name: string
  readonly ip: string
  readonly country: string
  readonly asn: number
  readonly headers: Readonly<Record<string, string>>
  readonly method?: string
  /** Default `/`. */
  readonly paths?: readonly string[]
  /** Cloudflare's category of verified bots; absent for all others. */
  readonly verified?: string
}

/** A visitor that a site should let in. */
export interface GoodVisitor extends Row {
  readonly group: string
  readonly weight: Weight
  /** `own`: all of the network belongs to the visitor's operator; `home`: of an access provider; `shared`: hosting and VPNs. */
  readonly network: 'own' | 'home' | 'shared'
  /** The loss where the visitor is blocked. */
  readonly breaks: string
}

export const goodVisitors = goodTable.visitors as unknown as readonly GoodVisitor[]
/** Visitors that rules are written against. */
export const badVisitors = badTable.visitors as unknown as readonly Row[]

export type Visitor = Row

const VERIFIED_SCORE = 99

/** The requests of a visitor, one for each path. */
export const requestsOf = (
  { headers, method, paths = ['/'], ip, country, asn, verified }: Visitor,
  host: string
): TrialRequest[] =>
  paths.map((path) => ({
    method,
    url: `https://${host}${path}`,
    version: 'HTTP/2',
    headers,
    from: {
      ip,
      country,
      asn,
      ...(verified === undefined
        ? {}
        : {
            fields: {
              'cf.client.bot': true,
              'cf.bot_management.verified_bot': true,
              'cf.bot_management.score': VERIFIED_SCORE,
              'cf.verified_bot_category': verified,
            },
          }),
    },
  }))
