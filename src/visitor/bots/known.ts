import table from './known.json' with { type: 'json' }
import type { ScanRule } from './scanner.ts'

/** A bot that can be verified: how it names itself, and what proves it. */
export interface KnownBot {
  readonly name: string
  /** One of `BOT_CATEGORIES`. */
  readonly category: string
  /** What its user agents have in them, in any case. */
  readonly agents: readonly ScanRule[]
  /** Names of the lists of its networks in networks.json. */
  readonly networks?: readonly string[]
  /** Autonomous systems that are its operator's alone. */
  readonly asns?: readonly number[]
  /** Domains that the confirmed host names of its addresses end in: `googlebot.com`. */
  readonly hosts?: readonly string[]
  /** Autonomous systems of the clouds that it runs in, which anybody can rent. */
  readonly clouds?: readonly number[]
}

/** The built-in ones, with their source and date in the file. */
export const KNOWN_BOTS = table.bots as unknown as readonly KnownBot[]

export const KNOWN_BOTS_DATE = table.date
