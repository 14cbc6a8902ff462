import type { Part } from '../rules/node.ts'
import type { Example, Severity } from './finding.ts'
import type { LintRule, Subject, Written } from './subject.ts'

export interface Replacement {
  readonly text: string
  /** In UTF-16 units of the expression. */
  readonly at: Part
}

/** A lint's report about part of an expression, or about a rule. */
export interface Report {
  readonly message: string
  /** The part of the expression, in UTF-16 units of its source. Absent: the whole expression. */
  readonly part?: Part
  /** How to resolve it: one sentence, or the text to write. */
  readonly help?: string
  /** New texts for parts of the expression. Present only if the fix is certain. */
  readonly replacements?: readonly Replacement[]
  /** Overrides the severity of the lint. */
  readonly severity?: Severity
  readonly example?: Example
}

export type ReportPart = (report: Report) => void
export type ReportRule = (rule: LintRule, report: Report) => void

/** A file in a format other than edge1020's own, such as `main.tf`. */
export interface FileExample {
  readonly file: string
  readonly text: string
}

/** The expression of a custom rule, a whole document, or a file. */
export type LintExample = string | { readonly yaml: string; readonly plan?: Plan } | FileExample

export const PLANS = ['free', 'pro', 'business', 'enterprise'] as const
export type Plan = (typeof PLANS)[number]

/** A lint finds one kind of mistake. `table.test.ts` runs its examples. */
export interface Lint {
  /** Stable, snake_case. */
  readonly code: string
  readonly severity: Severity
  /** One line without a full stop. */
  readonly title: string
  /** The text of its page in Markdown: why this is a mistake, and how to resolve it. */
  readonly explanation: string
  readonly bad: readonly LintExample[]
  readonly good: readonly LintExample[]
  /** Checks one expression. */
  readonly expression?: (written: Written, report: ReportPart, subject: Subject) => void
  /** Checks all rules together. */
  readonly rules?: (subject: Subject, report: ReportRule) => void
  /** True if the lint runs only with a plan. */
  readonly needsPlan?: boolean
  /**
   * The code that reports this, if no check in this room does: the rule loader, or the reader of ignore comments.
   */
  readonly by?: 'loader' | 'ignores'
}
