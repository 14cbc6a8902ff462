import type { Action } from '../actions.ts'
import type { PageChoice } from '../answers/answer.ts'
import type { CustomResponse } from '../answers/custom-response.ts'
import type { Diagnostic } from '../error.ts'
import type { Expression } from '../language/expression.ts'
import type { AccessRule } from './products/access.ts'
import type { AgentRule } from './products/agents.ts'
import type { OwnList } from './products/lists.ts'
import type { Lockdown } from './products/lockdowns.ts'
import type { RateLimit } from './products/rate-limits.ts'
import type { Skipped } from './skip.ts'
import type { ZoneFacts, ZoneRules } from './zones.ts'

/** One rule of any product, compiled. */
export interface Rule {
  /** From the document, or derived from the name: lower case, `-` for other characters than letters and digits. Unique in the ruleset. */
  readonly id: string
  readonly name: string
  readonly action: Action
  readonly enabled: boolean
  /** The expression for matched requests. Rules with a short form have the equivalent expression. */
  readonly expression: Expression
  readonly description?: string
  /** The page of its refusals, if it differs from the edge's. */
  readonly page?: PageChoice
  /** The answer of a `block` instead of a page. */
  readonly response?: CustomResponse
  /** The parts that a `skip` skips; absent: the rules below it. */
  readonly skip?: Skipped
  /** The file of the rule, or the path (`rules[2]`) of a rule from an object. */
  readonly file: string
  /** 1-based; 0 for a rule from an object. */
  readonly line: number
}

/** The rules of all documents by product, each in order. Immutable: a reload replaces it as a whole. */
export interface Ruleset {
  /** IP Access rules. */
  readonly access: readonly AccessRule[]
  /** Zone Lockdown: the smallest priority first. */
  readonly lockdowns: readonly Lockdown[]
  /** User Agent Blocking. */
  readonly agents: readonly AgentRule[]
  /** Custom rules. */
  readonly rules: readonly Rule[]
  /** Rate limiting. */
  readonly rateLimits: readonly RateLimit[]
  /** The number of account rules in `rules`. They come first, and a `skip` among them does not skip rules of the zone. */
  readonly accountRules?: number
  /** Sites with their own rules; empty if the rules apply to every host. */
  readonly zones: readonly ZoneRules[]
  /** The zone of rules without `zones`, if a configuration names it. It has every host. */
  readonly site?: ZoneFacts
  /** Lists with entries in the documents. */
  readonly ownLists: readonly OwnList[]
  readonly files: readonly string[]
  /** Fields that enabled rules read (canonical names), each once. They decide which data loads. */
  readonly fields: readonly string[]
  /** Lists that enabled rules refer to, without `$`, each once. */
  readonly lists: readonly string[]
  /** Findings that do not prevent loading, in source order. */
  readonly warnings: readonly Diagnostic[]
}

/** No rules at all. */
export const EMPTY_RULESET: Ruleset = {
  access: [],
  lockdowns: [],
  agents: [],
  rules: [],
  rateLimits: [],
  zones: [],
  ownLists: [],
  files: [],
  fields: [],
  lists: [],
  warnings: [],
}

/** The rules by product. */
export type Products = Pick<Ruleset, 'access' | 'lockdowns' | 'agents' | 'rules' | 'rateLimits'>

/** Returns the rules of all products in order, then the zones' own rules. */
export const allRules = ({
  access,
  lockdowns,
  agents,
  rules,
  rateLimits,
  zones = [],
}: Products & { readonly zones?: readonly ZoneRules[] }): Rule[] => [
  ...access,
  ...lockdowns,
  ...agents,
  ...rules,
  ...rateLimits,
  ...zones.flatMap(({ own }) => allRules(own)),
]
