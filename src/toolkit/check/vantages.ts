import type { From } from '../pretend.ts'
import table from './vantages.json' with { type: 'json' }

/** An origin of a request. */
export interface Vantage {
  readonly name: string
  /** The title for people, such as `VPN, Netherlands`. */
  readonly title: string
  readonly kind: 'you' | 'home' | 'mobile' | 'hosting' | 'vpn' | 'tor' | 'bot'
  readonly from: From
}

interface Row extends From {
  readonly name: string
  readonly title: string
  readonly kind: string
}

/** The date of the table, `YYYY-MM`. */
export const vantagesDate: string = table.date

/** Returns the standard vantage points: four regions, mobile networks, hosting, VPNs, Tor and bots. */
export const standardVantages = (): readonly Vantage[] =>
  (table.vantages as readonly Row[]).map(({ name, title, kind, ...from }) => ({
    name,
    title,
    kind: kind as Vantage['kind'],
    from,
  }))
