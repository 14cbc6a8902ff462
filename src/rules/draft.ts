import type { Action } from '../actions.ts'
import type { PageChoice } from '../answers/answer.ts'
import type { CustomResponse } from '../answers/custom-response.ts'
import type { Expression } from '../language/expression.ts'
import type { Findings } from './findings.ts'
import type { Place } from './node.ts'
import { inBackticks } from './node.ts'
import type { AccessRule } from './products/access.ts'
import type { AgentRule } from './products/agents.ts'
import type { Lockdown } from './products/lockdowns.ts'
import type { RateLimit } from './products/rate-limits.ts'
import type { Rule } from './rule.ts'
import type { Skipped } from './skip.ts'

type Own<R extends Rule> = Omit<R, keyof Rule>

/** The properties of a rule that are specific to its product. */
export type Parts =
  | { readonly product: 'custom' }
  | ({ readonly product: 'access' } & Own<AccessRule>)
  | ({ readonly product: 'lockdown' } & Own<Lockdown>)
  | ({ readonly product: 'agent' } & Own<AgentRule>)
  | ({ readonly product: 'rateLimit' } & Own<RateLimit>)

/** One rule, possibly incomplete because of problems. */
export interface Draft {
  readonly id: string | undefined
  readonly idPlace: Place
  readonly name: string
  readonly action: Action | undefined
  readonly enabled: boolean
  readonly expression: Expression | undefined
  readonly description?: string | undefined
  readonly page?: PageChoice | undefined
  readonly response?: CustomResponse | undefined
  readonly skip?: Skipped | undefined
  readonly place: Place
  /** Absent if they could not be read. */
  readonly parts: Parts | undefined
}

/** An id is how a rule is found again from an event: two rules of one ruleset never share it. */
export const checkIds = (drafts: readonly Draft[], findings: Findings) => {
  const first = new Map<string, Draft>()
  for (const draft of drafts) {
    if (draft.id === undefined) continue
    const earlier = first.get(draft.id)
    if (earlier === undefined) {
      first.set(draft.id, draft)
      continue
    }
    const { file, line } = earlier.idPlace.span()
    const place = earlier.idPlace.path ?? `${file}:${line}`
    const message = `the id \`${draft.id}\` already belongs to the rule ${inBackticks(earlier.name)} at ${place}`
    const help = 'give one of them another name or a different `id`'
    findings.error(draft.idPlace, 'duplicate_id', message, help)
  }
}
