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
import type { ZoneRules } from './zones.ts'

/** One rule of any product, compiled. */
export interface Rule {
  /** Given, or derived from the name: lower case, `-` for what is not a letter or digit. Unique in the ruleset. */
  readonly id: string
  readonly name: string
  readonly action: Action
  readonly enabled: boolean
  /** What it is true of. Products whose rules have a shape of their own have the expression that says the same. */
  readonly expression: Expression
  readonly description?: string
  /** What its refusals look like, where that is not the edge's choice. */
  readonly page?: PageChoice
  /** What a `block` answers in place of a page. */
  readonly response?: CustomResponse
  /** What a `skip` skips; absent: the rules below it. */
  readonly skip?: Skipped
  /** Where it was written: the file, or the path (`rules[2]`) of a rule passed as an object. */
  readonly file: string
  /** 1-based; 0 for a rule passed as an object. */
  readonly line: number
}

/** The rules of all documents by product, each in order. Replaced as a whole, never changed in place. */
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
  /** How many of `rules` are of the account: they come first, and a `skip` among them skips no rule of the zone. */
  readonly accountRules?: number
  /** Sites with rules of their own; none where the rules are those of every host. */
  readonly zones: readonly ZoneRules[]
  /** Lists that the documents fill themselves. */
  readonly ownLists: readonly OwnList[]
  readonly files: readonly string[]
  /** Fields that enabled rules read (canonical names), each once: tells whether country data is needed at all. */
  readonly fields: readonly string[]
  /** Lists that enabled rules refer to, without `$`, each once. */
  readonly lists: readonly string[]
  /** Findings that did not stop the documents from loading, in source order. */
  readonly warnings: readonly Diagnostic[]
}

type Products = Pick<Ruleset, 'access' | 'lockdowns' | 'agents' | 'rules' | 'rateLimits'>

/** The rules of all products, in the order in which the products judge, and then the zones' own. */
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
