import type { Span } from '../rules/node.ts'

export const SEVERITIES = ['error', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/**
 * Replaces part of one line of the file. Lines and columns are 1-based; columns count characters.
 */
export interface Edit {
  readonly line: number
  readonly column: number
  /** Exclusive. */
  readonly endColumn: number
  readonly text: string
}

/** How to resolve a finding. */
export interface Fix {
  /** One sentence, or the text to write. */
  readonly message: string
  /** Present only if the fix is certain: `edge1020 lint --fix` applies these edits. */
  readonly edits?: readonly Edit[]
}

/** The fields of a request that demonstrates a finding, as a case for `edge1020 eval`. */
export interface Example {
  readonly expression: string
  readonly fields: Readonly<Record<string, unknown>>
}

export interface Finding {
  /** The file as the user named it; '' if the rule has no file. */
  readonly file: string
  /** 1-based; 0 if the rule has no file. */
  readonly line: number
  /** 1-based, in characters. */
  readonly column: number
  /** Exclusive; on the same line. */
  readonly endColumn?: number
  readonly severity: Severity
  /** A code from the index of errors. docs/lint/CODE.md describes the codes of lints. */
  readonly code: string
  readonly message: string
  readonly rule?: string
  readonly fix?: Fix
  /** A request that demonstrates the finding. */
  readonly example?: Example
  /** The line of the file, for printing. */
  readonly sourceLine?: string
}

/** Returns the fields of a finding that give its place. */
export const placed = ({ file = '', line, column, length, sourceLine }: Span) => ({
  file,
  line,
  column,
  endColumn: column + length,
  sourceLine,
})
