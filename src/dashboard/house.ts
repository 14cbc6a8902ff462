import type { Side } from '../admin/side.ts'
import type { Edge } from '../edge.ts'
import type { Rule } from '../rules/rule.ts'
import type { Counts } from './counts.ts'
import type { RuleDesk } from './desk.ts'

/** One source of visitor data, as the dashboard tells of it. */
export interface DataFact {
  readonly role: string
  readonly name: string
  /** `YYYY-MM-DD`, `YYYY-MM`, or '' where unknown. */
  readonly date: string
  /** One line for people. */
  readonly text?: string
  /** What is not as it should be. */
  readonly warning?: string
}

/** Counts since the start. */
export interface Judged {
  readonly judged: number
  readonly blocked: number
}

/** What the dashboard shows, and what it may do. */
export interface DashboardOptions {
  readonly edge: Edge
  readonly facts: () => readonly DataFact[]
  readonly readOnly: boolean
  /** Why the rules in force are older than their files. */
  readonly reloadProblem: () => string | undefined
  /** How many made-up visitors were judged (`--demo-traffic`); absent where there are none. */
  readonly demoStats?: (() => Judged) | undefined
  /** Where rules are tried and written; absent where they come from no files. */
  readonly desk?: RuleDesk | undefined
  /** Names of the visitors that a request can be tried as. */
  readonly personas?: readonly string[]
  /** Address of the visitors' port, for examples. */
  readonly visitorUrl?: (() => string | undefined) | undefined
}

/** What every page works with. */
export interface House extends DashboardOptions {
  readonly side: Side
  readonly counts: Counts
  readonly now: () => number
  /** Made-up visitors included. */
  readonly judged: () => Judged
  /** The rule in force that has this id. */
  readonly ruleById: (id: string) => Rule | undefined
}
