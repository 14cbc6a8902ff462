import type { Span } from '../rules/node.ts'

export const SEVERITIES = ['error', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Replaces a stretch of one line of the file. Lines and columns are 1-based; columns count characters. */
export interface Edit {
  readonly line: number
  readonly column: number
  /** One past the last character. */
  readonly endColumn: number
  readonly text: string
}

/** What to do about a finding. */
export interface Fix {
  /** One sentence, or the text to write. */
  readonly message: string
  /** Present where the fix is certain: `edge1020 lint --fix` makes it. */
  readonly edits?: readonly Edit[]
}

/** A case for `edge1020 eval`: the fields of a request that shows a finding. */
export interface Example {
  readonly expression: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** One finding at one place. */
export interface Finding {
  /** The file as the user named it; '' for a rule that came from no file. */
  readonly file: string
  /** 1-based; 0 for a rule that came from no file. */
  readonly line: number
  /** In characters, 1-based. */
  readonly column: number
  /** One past the last character of the part, on the same line. */
  readonly endColumn?: number
  readonly severity: Severity
  /** A code of the index: docs/lint/CODE.md describes those of lints. */
  readonly code: string
  readonly message: string
  /** The name of the rule. */
  readonly rule?: string
  readonly fix?: Fix
  /** A request that shows the finding. */
  readonly example?: Example
  /** The line of the file, for a picture. */
  readonly sourceLine?: string
}

/** The place of a finding. */
export const placed = ({ file = '', line, column, length, sourceLine }: Span) => ({
  file,
  line,
  column,
  endColumn: column + length,
  sourceLine,
})
