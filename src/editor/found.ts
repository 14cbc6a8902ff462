import type { Diagnostic, Range, TextEdit } from 'vscode-languageserver'
import { DiagnosticSeverity } from 'vscode-languageserver'
import type { View } from './document.ts'
import type { Embedded } from './embedded.ts'
import { offsetOf } from './embedded.ts'

const SOURCE = 'edge1020'

/** A diagnostic with the change that mends it. */
export interface Found {
  readonly diagnostic: Diagnostic
  readonly fix?: { readonly title: string; readonly edits: readonly TextEdit[] }
}

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const

export const withHelp = (message: string, help: string | undefined) =>
  help === undefined ? message : `${message}\n${help}`

export const diagnostic = (
  range: Range,
  severity: keyof typeof SEVERITIES,
  code: string,
  message: string
): Diagnostic => ({ range, severity: SEVERITIES[severity], code, source: SOURCE, message })

/** An underline has a width, even where something is missing. */
export const rangeIn = (view: View, embedded: Embedded, start: number, end: number): Range => {
  const { source } = embedded
  const from = Math.min(start, source.length)
  const to = Math.min(Math.max(end, from + 1), source.length)
  if (to > from) return view.range(offsetOf(embedded, from), offsetOf(embedded, to))
  const last = source.trimEnd().length
  return view.range(offsetOf(embedded, Math.max(0, last - 1)), offsetOf(embedded, last))
}
