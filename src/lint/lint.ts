import type { Diagnostic } from '../error.ts'
import type { Expression } from '../language/expression.ts'
import { wholeLanguage } from '../language/whole.ts'
import type { LanguageOptions } from '../rules/compile.ts'
import { Findings, MAX_PROBLEMS } from '../rules/findings.ts'
import type { RuleSource } from '../rules/load.ts'
import { draftsIn } from '../rules/load.ts'
import { nameAfter } from '../rules/name-after.ts'
import { Source } from '../rules/source.ts'
import type { Edit, Finding, Fix } from './finding.ts'
import { placed } from './finding.ts'
import { applyIgnores } from './ignores.ts'
import type { Lint, Plan, Replacement, Report } from './lint-type.ts'
import type { LintRule, Locate, Subject, Written } from './subject.ts'
import { subjectOf } from './subject.ts'
import { LINTS } from './table.ts'

export interface LintOptions extends LanguageOptions {
  /** Reports rules that exceed the limits of this plan. Absent: no limits apply. */
  readonly plan?: Plan | undefined
}

/** Text that needs no escape in YAML (in any quoting style), JSON or HCL. */
const PLAIN = /^[^"'\\#\r\n${}]*$/

const SURROGATE = /[\ud800-\udfff]/

/** Returns part of a line; `from` and `length` count characters. */
const charactersOf = (line: string, from: number, length: number): string =>
  SURROGATE.test(line)
    ? [...line].slice(from, from + length).join('')
    : line.slice(from, from + length)

/** Undoes the escapes of quotes and backslashes in JSON, HCL and YAML strings. */
const unescaped = (text: string): string => text.replace(/\\(["\\])/g, '$1')

/**
 * Returns the edit for a replacement; `undefined` if the file spells that part of the expression differently.
 */
const editOf = (written: Written, { text, at }: Replacement): Edit | undefined => {
  const span = written.locate(at)
  const found = charactersOf(span.sourceLine, span.column - 1, span.length)
  const wanted = written.source.slice(at.start, at.start + at.length)
  const isThere = found === wanted || unescaped(found) === wanted
  if (!isThere || !PLAIN.test(text) || span.line === 0) return undefined
  return { line: span.line, column: span.column, endColumn: span.column + span.length, text }
}

/** Returns the edit for every replacement, or none: half a fix may be wrong. */
const editsOf = ({ replacements = [] }: Report, written: Written | undefined): Edit[] => {
  const edits = replacements.flatMap((one) => (written && editOf(written, one)) ?? [])
  return edits.length === replacements.length ? edits : []
}

const fixOf = (report: Report, written: Written | undefined): Fix | undefined => {
  const edits = editsOf(report, written)
  const { help } = report
  if (help === undefined) return undefined
  return { message: help, ...(edits.length === 0 ? {} : { edits }) }
}

const findingOf = (
  lint: Lint,
  rule: LintRule,
  report: Report,
  written: Written | undefined
): Finding => {
  const whole = { start: 0, length: written?.source.length ?? 0 }
  const span =
    written === undefined ? rule.draft.place.span() : written.locate(report.part ?? whole)
  const fix = fixOf(report, written)
  const { path } = rule.draft.place
  return {
    ...placed(span),
    ...(path === undefined ? {} : { file: path, line: 0 }),
    severity: report.severity ?? lint.severity,
    code: lint.code,
    message: report.message,
    rule: rule.name,
    ...(fix === undefined ? {} : { fix }),
    ...(report.example === undefined ? {} : { example: report.example }),
  }
}

/**
 * Runs all lints on rules that are already read. Each lint reports at most `MAX_PROBLEMS` findings.
 */
export const lintSubject = (subject: Subject): Finding[] => {
  const findings: Finding[] = []
  for (const lint of LINTS) {
    const before = findings.length
    const isFull = () => findings.length - before >= MAX_PROBLEMS
    for (const rule of subject.rules) {
      for (const written of rule.all) {
        if (isFull()) break
        lint.expression?.(
          written,
          (one) => {
            if (!isFull()) findings.push(findingOf(lint, rule, one, written))
          },
          subject
        )
      }
    }
    lint.rules?.(subject, (rule, report) => {
      if (!isFull()) findings.push(findingOf(lint, rule, report, rule.written))
    })
  }
  return findings
}

/**
 * Returns a function that finds the rule for a line of a file: the last rule that begins at or before the line.
 */
const rulesByLine = (rules: readonly LintRule[]) => {
  const starts = new Map<string, { line: number; name: string }[]>()
  for (const { draft, name } of rules) {
    const { file = '', line } = draft.place.span()
    const known = starts.get(file)
    if (known === undefined) starts.set(file, [{ line, name }])
    else known.push({ line, name })
  }
  for (const found of starts.values()) found.sort((a, b) => a.line - b.line)
  return (file: string, line: number) =>
    starts.get(file)?.findLast((start) => start.line <= line)?.name
}

/**
 * Returns the rule of a diagnostic whose rule is not among those loaded: '' for a file that is left out, and the name shown at the
 * place for a rule that is not enforced. `undefined` for all other codes.
 */
const ownerOf = ({ code, sourceLine }: Diagnostic): string | undefined => {
  if (code === 'not_loaded' || code === 'unreadable_file') return ''
  return code === 'not_enforced' ? nameAfter(sourceLine) : undefined
}

/** Converts the loader's diagnostics to findings. */
export const findingsOf = (
  diagnostics: readonly Diagnostic[],
  rules: readonly LintRule[]
): Finding[] => {
  const nameAt = rulesByLine(rules)
  return diagnostics.flatMap((diagnostic): Finding[] => {
    const { code, severity, help, file = '', line } = diagnostic
    const rule = ownerOf(diagnostic) ?? nameAt(file, line)
    // The lint with this code reports the field once per rule, with all its places.
    if (code === 'deprecated_field') return []
    // A finding names its rule in a separate property.
    const own = code === 'not_enforced' ? `"${rule}": ` : ''
    const { message: whole } = diagnostic
    const message = own !== '' && whole.startsWith(own) ? whole.slice(own.length) : whole
    return [
      {
        ...placed(diagnostic),
        severity,
        code,
        message,
        ...(rule === undefined || rule === '' ? {} : { rule }),
        ...(help === undefined ? {} : { fix: { message: help } }),
      },
    ]
  })
}

const GRAVITY = { error: 0, warning: 1, info: 2 } as const

/** Sorts findings by file, then by place, and removes duplicates. */
export const inOrder = (findings: readonly Finding[], files: readonly string[]): Finding[] => {
  const rank = new Map(files.map((file, i) => [file, i]))
  const told = new Set<string>()
  return findings
    .filter(({ file, line, column, code, message }) => {
      const key = [file, line, column, code, message].join('\0')
      return !told.has(key) && told.add(key)
    })
    .toSorted(
      (a, b) =>
        (rank.get(a.file) ?? -1) - (rank.get(b.file) ?? -1) ||
        a.line - b.line ||
        a.column - b.column ||
        GRAVITY[a.severity] - GRAVITY[b.severity]
    )
}

// Loads the whole language up front: nothing is imported between reading rules and checking them.
wholeLanguage()

const SILENCEABLE: ReadonlySet<string> = new Set(LINTS.map(({ code }) => code))

/** Returns the findings of the lints and of the loader, except those that comments silence. */
export const allFindings = (
  subject: Subject,
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
  files: readonly string[]
): Finding[] => {
  const ruleLines = new Map<string, number[]>()
  for (const { draft } of subject.rules) {
    const { file = '', line } = draft.place.span()
    const known = ruleLines.get(file)
    if (known === undefined) ruleLines.set(file, [line])
    else known.push(line)
  }
  for (const lines of ruleLines.values()) lines.sort((a, b) => a - b)
  const texts = new Map(
    sources.map((source) => [source.file, { source, ruleLines: ruleLines.get(source.file) ?? [] }])
  )
  const unasked = new Set(
    LINTS.flatMap(({ code, needsPlan }) => (needsPlan && subject.plan === undefined ? code : []))
  )
  const findings = [...findingsOf(diagnostics, subject.rules), ...lintSubject(subject)]
  return inOrder(applyIgnores(inOrder(findings, files), texts, SILENCEABLE, unasked), files)
}

/** Returns a callback that records the place of each expression as documents are read. */
export const collectPlaces = () => {
  const places = new Map<Expression, Locate>()
  return {
    places,
    onExpression: (expression: Expression, locate: Locate) => {
      places.set(expression, locate)
    },
  }
}

/**
 * Finds the mistakes in rule documents (YAML or JSON): those that stop the documents from loading, and those that change a rule's
 * meaning silently. Never throws because of a document.
 *
 * @example lint([{ file: 'rules.yaml', text: 'rules: [{ name: a, action: block, expression: ip.src.country eq "UK" }]' }])
 */
export const lint = (documents: readonly RuleSource[], options: LintOptions = {}): Finding[] => {
  const { plan, ...language } = options
  const loader = new Findings()
  const { places, onExpression } = collectPlaces()
  const drafts = draftsIn(documents, loader, { ...language, onExpression })
  const subject = subjectOf(drafts, {
    places,
    plan,
    ...(language.lists && { lists: language.lists }),
  })
  const files = documents.map(({ file }) => file)
  const sources = documents.map(({ file, text }) => new Source(file, text.replace(/^\ufeff/, '')))
  return allFindings(subject, loader.inSourceOrder(files), sources, files)
}
