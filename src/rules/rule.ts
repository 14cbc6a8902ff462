import type { Expression } from '../language/expression.ts'

export type RuleAction = 'block' | 'log' | 'skip'

/** One rule, compiled. */
export interface Rule {
  /** Given, or derived from the name: lower case, `-` for what is not a letter or digit. Unique in the ruleset. */
  readonly id: string
  readonly name: string
  readonly action: RuleAction
  readonly enabled: boolean
  readonly expression: Expression
  /** Where it was written. */
  readonly file: string
  readonly line: number
}

/** All rules of all documents, in order. Replaced as a whole, never changed in place. */
export interface Ruleset {
  readonly rules: readonly Rule[]
  readonly files: readonly string[]
}
