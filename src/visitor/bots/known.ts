import table from './known.json' with { type: 'json' }
import type { ScanRule } from './scanner.ts'

/** A bot that can be verified: its user agents, and its proof. */
export interface KnownBot {
  readonly name: string
  /** One of `BOT_CATEGORIES`. */
  readonly category: string
  /** Parts of its user agents, in any case. */
  readonly agents: readonly ScanRule[]
  /** Names of the lists of its networks in networks.json. */
  readonly networks?: readonly string[]
  /** Autonomous systems that only its operator uses. */
  readonly asns?: readonly number[]
  /** Domains of the confirmed host names of its addresses: `googlebot.com`. */
  readonly hosts?: readonly string[]
  /** Autonomous systems of its clouds, where anyone can rent a server. */
  readonly clouds?: readonly number[]
}

/** The built-in bots; the file states their source and date. */
export const KNOWN_BOTS = table.bots as unknown as readonly KnownBot[]

export const KNOWN_BOTS_DATE = table.date
