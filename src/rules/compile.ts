import type { Diagnostic } from '../error.ts'
import { EdgeError } from '../error.ts'
import { toBytes, toText } from '../language/bytes.ts'
import type { Lists, Options } from '../language/compile.ts'
import { compile } from '../language/compile.ts'
import { defaultScheme } from '../language/defaults.ts'
import type { Expression } from '../language/expression.ts'
import type { Findings } from './findings.ts'
import type { Part, Place } from './node.ts'
import type { Text } from './reader.ts'
import type { Term } from './term.ts'
import { originOf, textOf } from './term.ts'

/** What expressions are compiled with; the scheme is Cloudflare's unless given. */
export type LanguageOptions = Partial<Omit<Options, 'expect'>>

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

type Said = Pick<Diagnostic, 'severity' | 'code' | 'message' | 'help'>

/** The language takes a list that nobody provides for an empty one; a rule that is never true is worth a word. */
const warnOfLists = (
  { source, lists }: Expression,
  contents: Lists | undefined,
  report: (said: Said, part: Part) => void
) => {
  for (const name of lists) {
    const known = [contents?.ip?.(name), contents?.int?.(name), contents?.string?.(name)]
    if (known.some((list) => list !== undefined)) continue
    const message = `the list \`$${name}\` has no contents here: nothing is in it`
    const start = Math.max(0, source.indexOf(`$${name}`))
    report(
      { severity: 'warning', code: 'unknown_list', message },
      { start, length: name.length + 1 }
    )
  }
}

const attempt = (
  source: string,
  { scheme = defaultScheme, ...options }: LanguageOptions,
  report: (said: Said, part: Part) => void
): Expression | undefined => {
  const pass = (diagnostic: Diagnostic) => report(diagnostic, partOf(source, diagnostic))
  try {
    const expression = compile(source, { ...options, scheme })
    expression.warnings.forEach(pass)
    warnOfLists(expression, options.lists, report)
    return expression
  } catch (error) {
    diagnosticsOf(error, source).forEach(pass)
    return undefined
  }
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
  return attempt(source, options, ({ severity, code, message, help }, part) => {
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
  return attempt(source, options, ({ severity, code, message, help }, part) => {
    const origin = originOf(term, part)
    const from = origin?.place ?? place
    const span = origin?.part && from.part(origin.part)
    findings.report(severity, from, span ?? from.span(), code, message, help)
  })
}
