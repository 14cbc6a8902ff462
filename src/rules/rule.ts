import type { Action } from '../actions.ts'
import type { PageChoice } from '../answers/answer.ts'
import type { Diagnostic } from '../error.ts'
import type { Expression } from '../language/expression.ts'

/** One rule, compiled. */
export interface Rule {
  /** Given, or derived from the name: lower case, `-` for what is not a letter or digit. Unique in the ruleset. */
  readonly id: string
  readonly name: string
  readonly action: Action
  readonly enabled: boolean
  readonly expression: Expression
  readonly description?: string
  /** What its refusals look like, where that is not the edge's choice. */
  readonly page?: PageChoice
  /** True for a `skip` that skips other products only: the rules below it still run. */
  readonly goesOn?: boolean
  /** Where it was written: the file, or the path (`rules[2]`) of a rule passed as an object. */
  readonly file: string
  /** 1-based; 0 for a rule passed as an object. */
  readonly line: number
}

/** All rules of all documents, in order. Replaced as a whole, never changed in place. */
export interface Ruleset {
  readonly rules: readonly Rule[]
  readonly files: readonly string[]
  /** Fields that enabled rules read (canonical names), each once: tells whether country data is needed at all. */
  readonly fields: readonly string[]
  /** Lists that enabled rules refer to, without `$`, each once. */
  readonly lists: readonly string[]
  /** Findings that did not stop the documents from loading, in source order. */
  readonly warnings: readonly Diagnostic[]
}
