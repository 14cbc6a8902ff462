import type { Part } from '../rules/node.ts'
import type { Example, Severity } from './finding.ts'
import type { LintRule, Subject, Written } from './subject.ts'

export interface Replacement {
  readonly text: string
  /** In UTF-16 units of the expression. */
  readonly at: Part
}

/** What a lint says about a part of an expression, or about a rule. */
export interface Report {
  readonly message: string
  /** The part of the expression, in UTF-16 units of its source; absent: all of it. */
  readonly part?: Part
  /** What to do, one sentence or the text to write. */
  readonly help?: string
  /** Texts that take the places of parts, where the fix is certain. */
  readonly replacements?: readonly Replacement[]
  /** Where the finding is not as grave as usual, or graver. */
  readonly severity?: Severity
  readonly example?: Example
}

export type ReportPart = (report: Report) => void
export type ReportRule = (rule: LintRule, report: Report) => void

/** A file of another format than edge1020's own, such as `main.tf`. */
export interface FileExample {
  readonly file: string
  readonly text: string
}

/** An expression of a custom rule, a whole document, or a file. */
export type LintExample = string | { readonly yaml: string; readonly plan?: Plan } | FileExample

export const PLANS = ['free', 'pro', 'business', 'enterprise'] as const
export type Plan = (typeof PLANS)[number]

/** One mistake that the lint finds: its metadata, its examples, which are its tests, and its check. */
export interface Lint {
  /** Stable, snake_case. */
  readonly code: string
  readonly severity: Severity
  /** One line without a full stop. */
  readonly title: string
  /** The text of its page: why it is a mistake, and what to do. Markdown. */
  readonly explanation: string
  readonly bad: readonly LintExample[]
  readonly good: readonly LintExample[]
  /** Checks one expression. */
  readonly expression?: (written: Written, report: ReportPart, subject: Subject) => void
  /** Checks all rules. */
  readonly rules?: (subject: Subject, report: ReportRule) => void
  /** True where it finds something only with a plan to check. */
  readonly needsPlan?: boolean
  /** What finds it, where that is no check of this room: what loads rules, or the reader of ignores. */
  readonly by?: 'loader' | 'ignores'
}
