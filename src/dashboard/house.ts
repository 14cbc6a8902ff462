import type { Side } from '../admin/side.ts'
import type { Edge } from '../edge.ts'
import type { SecurityEvent } from '../events/event.ts'
import type { Rule } from '../rules/rule.ts'
import type { Counts } from './counts.ts'
import type { RuleDesk } from './desk.ts'

/** One source of visitor data. */
export interface DataFact {
  readonly role: string
  readonly name: string
  /** `YYYY-MM-DD`, `YYYY-MM`, or '' if unknown. */
  readonly date: string
  /** One line for people. */
  readonly text?: string
  /** The problem of the source. */
  readonly warning?: string
}

/** Counts since the start. */
export interface Judged {
  readonly judged: number
  readonly blocked: number
}

/** The parts that the dashboard shows, and its permissions. */
export interface DashboardOptions {
  readonly edge: Edge
  readonly facts: () => readonly DataFact[]
  readonly readOnly: boolean
  /** Returns why the active rules are older than their files. */
  readonly reloadProblem: () => string | undefined
  /** Counts the judged made-up visitors (`--demo-traffic`); absent without made-up visitors. */
  readonly demoStats?: (() => Judged) | undefined
  /** Tries and writes rules; absent if the rules come from no files. */
  readonly desk?: RuleDesk | undefined
  /** Names of the personas for trying a request. */
  readonly personas?: readonly string[]
  /** Address of the visitors' port, for examples. */
  readonly visitorUrl?: (() => string | undefined) | undefined
}

/** The data that all pages share. */
export interface House extends DashboardOptions {
  readonly side: Side
  readonly counts: Counts
  readonly now: () => number
  /** Includes made-up visitors. */
  readonly judged: () => Judged
  /** Finds the active rule of an event, in the event's zone. */
  readonly ruleOf: (event: SecurityEvent) => Rule | undefined
}
