import type { Diagnostic } from '../error.ts'
import { EdgeError } from '../error.ts'
import { toBytes, toText } from '../language/bytes.ts'
import type { CompileOptions } from '../language/compile.ts'
import { compile } from '../language/compile.ts'
import { defaultScheme } from '../language/defaults.ts'
import type { Expression } from '../language/expression.ts'
import type { Findings } from './findings.ts'
import type { Part, Place } from './node.ts'
import type { Text } from './reader.ts'
import type { Term } from './term.ts'
import { originOf, textOf } from './term.ts'

/** What expressions are compiled with; the scheme is Cloudflare's unless given. */
export type LanguageOptions = Partial<CompileOptions>

/** UTF-16 units in so many bytes of a text. */
const units = (text: string, bytes: number) => toText(toBytes(text).slice(0, bytes)).length

/** A diagnostic of the language counts lines and bytes; what it points at in UTF-16 units of the source. */
const partOf = (source: string, { line, column, length }: Diagnostic): Part => {
  let lineStart = 0
  for (let i = 1; i < line; i++) {
    const feed = source.indexOf('\n', lineStart)
    if (feed === -1) break
    lineStart = feed + 1
  }
  const rest = source.slice(lineStart)
  const start = units(rest, column - 1)
  return { start: lineStart + start, length: units(rest.slice(start), length) }
}

const diagnosticsOf = (error: unknown, source: string): readonly Diagnostic[] => {
  if (!(error instanceof EdgeError)) throw error
  if (error.diagnostics.length > 0) return error.diagnostics
  const { code, message } = error
  return [{ code, message, severity: 'error', line: 1, column: 1, length: 1, sourceLine: source }]
}

const isBool = (expression: Expression) => expression.type.kind === 'Bool'

const attempt = (
  source: string,
  place: Place,
  options: LanguageOptions,
  findings: Findings,
  report: (diagnostic: Diagnostic) => void
): Expression | undefined => {
  let expression: Expression
  try {
    expression = compile(source, { ...options, scheme: options.scheme ?? defaultScheme })
  } catch (error) {
    diagnosticsOf(error, source).forEach(report)
    return undefined
  }
  expression.warnings.forEach(report)
  if (isBool(expression)) return expression
  const message = 'the expression is neither true nor false: expected a comparison'
  findings.error(place, 'invalid_expression', message)
  return undefined
}

const COMMENT_HELP =
  'in unquoted YAML text ` #` starts a comment: write the expression below `expression: |`'

/** Compiles text that the user wrote; problems are reported where they stand in the document. */
export const compileText = (
  { value, place }: Text,
  options: LanguageOptions,
  findings: Findings
): Expression | undefined => {
  // The language trims its input: done here, so that positions are known (block scalars end with a line feed).
  const lead = /^[ \t\r\n]*/.exec(value)?.[0].length ?? 0
  const source = value.slice(lead).replace(/[ \t\r\n]+$/, '')
  return attempt(source, place, options, findings, (diagnostic) => {
    const { severity, code, message, help } = diagnostic
    const part = partOf(source, diagnostic)
    const exact = place.part({ start: part.start + lead, length: part.length })
    const advice = severity === 'error' && place.endsAtComment ? COMMENT_HELP : help
    findings.report(severity, place, exact ?? place.span(), code, message, advice)
  })
}

/** Compiles what was made of `when`; problems are reported at the value that the text came from. */
export const compileTerm = (
  term: Term,
  place: Place,
  options: LanguageOptions,
  findings: Findings
): Expression | undefined => {
  const source = textOf(term)
  return attempt(source, place, options, findings, (diagnostic) => {
    const { severity, code, message, help } = diagnostic
    const origin = originOf(term, partOf(source, diagnostic))
    const from = origin?.place ?? place
    const span = origin?.part && from.part(origin.part)
    findings.report(severity, from, span ?? from.span(), code, message, help)
  })
}
