import type { Diagnostic } from '../error.ts'
import { EdgeError } from '../error.ts'
import { toBytes, toText } from '../language/bytes.ts'
import type { Lists, Options } from '../language/compile.ts'
import { compile } from '../language/compile.ts'
import { customRuleScheme } from '../language/defaults.ts'
import type { Expression } from '../language/expression.ts'
import type { ListKind } from '../lists/kind.ts'
import type { PreparedList } from '../lists/named.ts'
import type { Findings } from './findings.ts'
import type { Part, Place, Span } from './node.ts'
import type { ReadPage } from './page.ts'
import type { Text } from './reader.ts'
import { readers } from './readers.ts'
import type { Term } from './term.ts'
import { originOf, replaceVerbatim, textOf } from './term.ts'

/** Options for compiling expressions. The default scheme is Cloudflare's. */
export interface LanguageOptions extends Partial<Omit<Options, 'expect'>> {
  /** Reads the owner's pages that rules name; without it no rule may name one. */
  readPage?: ReadPage
  /** Reads the files of lists; without it no list may name one. `from` is the document that does. */
  readList?: (path: string, from: string, kind: ListKind | undefined) => ListFile
  /** Gets each expression that compiles, with the function that finds its parts in the document. */
  onExpression?: (expression: Expression, locate: (part: Part) => Span) => void
}

/** One entry of a file, with its line. */
export interface FileEntry {
  readonly text: string
  /** 1-based. */
  readonly line: number
}

/** The file of a list: its path for messages and for a reload, and its entries, or the list of a thread that has read these. */
export type ListFile = { readonly file: string } & (
  | { readonly entries: readonly FileEntry[] }
  | { readonly prepared: PreparedList; readonly size: number }
)

/** UTF-16 units in so many bytes of a text. */
const units = (text: string, bytes: number) => toText(toBytes(text).slice(0, bytes)).length

/** Converts the place of a diagnostic from lines and bytes to UTF-16 units of the source. */
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

type Problem = Pick<Diagnostic, 'severity' | 'code' | 'message' | 'help'> & { part: Part }

/**
 * The language treats a missing list, and a list of another kind, as empty: the rule would never be true.
 */
const listProblems = ({ source, listUses }: Expression, lists: Lists | undefined): Problem[] => {
  const told = new Set<string>()
  return listUses.flatMap((use) => {
    const problem = readers.needed.listProblem(use, lists)
    if (problem === undefined || told.has(problem.message)) return []
    told.add(problem.message)
    const { name } = use
    const part = { start: Math.max(0, source.indexOf(`$${name}`)), length: name.length + 1 }
    return [{ ...problem, part }]
  })
}

const HAS_MAPPED = /::ffff:\d/i
const QUOTED = /"(?:[^"\\]|\\.)*"/g
const MAPPED = /(?<![\w:.])::ffff:(\d{1,3}(?:\.\d{1,3}){3})\b/gi

/**
 * Visitors' addresses are canonical before rules see them, so an IPv4-mapped address never matches.
 */
const mappedWarnings = ({ source }: Expression): Problem[] => {
  if (!HAS_MAPPED.test(source)) return []
  const bare = source.replace(QUOTED, (quoted) => ' '.repeat(quoted.length))
  return [...bare.matchAll(MAPPED)].map(({ 0: text, 1: ipv4, index }) => ({
    severity: 'warning',
    code: 'mapped_address',
    message: `\`${text}\` never matches: the edge reads this address as the IPv4 address inside it`,
    help: `write \`${ipv4}\``,
    part: { start: index, length: text.length },
  }))
}

const attempt = (
  source: string,
  { scheme = customRuleScheme, onExpression: _, ...options }: LanguageOptions,
  expect: Options['expect'] = 'Bool'
): { expression?: Expression; problems: Problem[] } => {
  const toProblem = (diagnostic: Diagnostic): Problem => ({
    ...diagnostic,
    part: partOf(source, diagnostic),
  })
  try {
    const expression = compile(source, { ...options, scheme, expect })
    const warnings = [...listProblems(expression, options.lists), ...mappedWarnings(expression)]
    return { expression, problems: [...expression.warnings.map(toProblem), ...warnings] }
  } catch (error) {
    return { problems: diagnosticsOf(error, source).map(toProblem) }
  }
}

const COMMENT_HELP =
  'in unquoted YAML text ` #` starts a comment: write the expression below `expression: |`'

/** Problems of an expression that ends too soon. */
const UNFINISHED = new Set(['eof', 'expected_name', 'expected_literal', 'missing_ending_quote'])

/** Compiles an expression that the owner wrote; problems are reported at their place in the document. */
export const compileText = (
  { value, place }: Text,
  options: LanguageOptions,
  findings: Findings,
  expect?: Options['expect']
): Expression | undefined => {
  // The language trims its input. Trimming it here keeps positions exact (block scalars end with a line feed).
  const lead = /^[ \t\r\n]*/.exec(value)?.[0].length ?? 0
  const source = value.slice(lead).replace(/[ \t\r\n]+$/, '')
  const { expression, problems } = attempt(source, options, expect)
  for (const { severity, code, message, help, part } of problems) {
    const within = { start: part.start + lead, length: part.length }
    const isCut = place.endsAtComment && part.start + part.length >= source.length
    const advice = isCut && (help === undefined || UNFINISHED.has(code)) ? COMMENT_HELP : help
    const locate = () => place.part(within) ?? place.span()
    findings.report(severity, place, locate, code, message, advice)
  }
  if (expression !== undefined) {
    options.onExpression?.(
      expression,
      ({ start, length }) => place.part({ start: start + lead, length }) ?? place.span()
    )
  }
  return expression
}

/** Help for limits of the language that shorthand can exceed. */
const SHORTHAND_HELP: Record<string, string> = {
  expression_too_long: 'split the rule into several, each with a part of the list',
  too_many_regexes: 'join regular expressions with `|`, or split the rule into several',
}

/** Any text that is a regular expression. */
const HARMLESS = 'x'

/** Compiles the expression of a `when`; problems are reported at the value that the text comes from. */
export const compileTerm = (
  term: Term,
  place: Place,
  options: LanguageOptions,
  findings: Findings
): Expression | undefined => {
  const { expression, problems } = attempt(textOf(term), options)
  const placeOf = (part: Part) => {
    const origin = originOf(term, part)
    const from = origin?.place ?? place
    return { from, locate: () => (origin?.part && from.part(origin.part)) ?? from.span() }
  }
  for (const { severity, code, message, help, part } of problems) {
    const { from, locate } = placeOf(part)
    findings.report(severity, from, locate, code, message, help ?? SHORTHAND_HELP[code])
    // A broken regular expression hides mistakes after it: the rest is read with a harmless pattern in its place.
    const repaired = severity === 'error' && replaceVerbatim(term, part.start, HARMLESS)
    if (repaired) {
      compileTerm(repaired, place, options, findings)
      return undefined
    }
  }
  if (expression !== undefined) {
    options.onExpression?.(expression, (part) => placeOf(part).locate())
  }
  return expression
}
