import { readFileSync } from 'node:fs'
import type { Diagnostic } from '../../error.ts'
import { EdgeError } from '../../error.ts'
import type { LoadedDrafts, LoadOptions } from '../../import/node/load.ts'
import { draftsInPaths } from '../../import/node/load.ts'
import type { Expression } from '../../language/expression.ts'
import type { Draft } from '../../rules/draft.ts'
import { Findings } from '../../rules/findings.ts'
import type { Part } from '../../rules/node.ts'
import { Source } from '../../rules/source.ts'
import type { Finding } from '../finding.ts'
import { allFindings, collectPlaces } from '../lint.ts'
import type { Plan } from '../lint-type.ts'
import { offsetsIn, spanAt } from '../places-in-text.ts'
import type { Locate } from '../subject.ts'
import { subjectOf } from '../subject.ts'

export interface LintPathsOptions extends LoadOptions {
  readonly plan?: Plan | undefined
}

export interface LintedPaths {
  readonly findings: readonly Finding[]
  /** All files read. */
  readonly files: readonly string[]
  /** The number of rules. */
  readonly rules: number
  /** False if other commands refuse to load these rules. */
  readonly loads: boolean
}

const NOTHING: LoadedDrafts = {
  drafts: { rules: [], lists: [] },
  files: [],
  own: [],
  groups: new Map(),
  broken: [],
}

/**
 * Reads as much as possible. A file that is not text gives a finding; a missing file is an error.
 */
const load = (paths: readonly string[], findings: Findings, options: LoadOptions) => {
  try {
    return { loaded: draftsInPaths(paths, findings, options), diagnostics: [] }
  } catch (error) {
    if (!(error instanceof EdgeError) || error.diagnostics.length === 0) throw error
    return { loaded: NOTHING, diagnostics: error.diagnostics }
  }
}

const BROKEN = /^(.*):(\d+)$/

const brokenDiagnostics = ({ broken }: LoadedDrafts): Diagnostic[] =>
  broken.map(({ source, reason }) => {
    const [, file = source, line = '1'] = BROKEN.exec(source) ?? []
    const place = { file, line: Number(line), column: 1, length: 1, sourceLine: '' }
    return { code: 'unreadable_file', severity: 'error', message: reason, ...place }
  })

/** Returns a function that reads files on first use and caches them. */
const textsOf = (loaded: LoadedDrafts) => {
  const sources = new Map(loaded.own.map(({ file, text }) => [file, new Source(file, text)]))
  return (file: string): Source | undefined => {
    const known = sources.get(file)
    if (known !== undefined || file === '') return known
    try {
      const read = new Source(file, readFileSync(file, 'utf8'))
      sources.set(file, read)
      return read
    } catch {
      // Modules downloaded by Terraform and rules from a pipe have no file here: the place of the rule must do.
      return undefined
    }
  }
}

/** Locates the parts of an imported expression by searching the text of its file. */
const locateIn = (draft: Draft, source: Source, expression: Expression): Locate | undefined => {
  const { line } = draft.place.span()
  const from = source.offsetOf(line)
  // Filters of the old provider may precede the rule that refers to them.
  const offsets =
    offsetsIn(source.text, from, expression.source) ?? offsetsIn(source.text, 0, expression.source)
  return offsets && ((part: Part) => spanAt(source, offsets, part))
}

/**
 * Corrects the place of a diagnostic about an imported expression. Its line is the rule's, and its column counts within the expression.
 */
const relocated = (diagnostic: Diagnostic, source: Source): Diagnostic => {
  const { line, column, length, sourceLine, severity } = diagnostic
  // A warning about a whole rule shows the rule's name and begins at column 1.
  const isRules = column === 1 && severity !== 'error'
  if (source.lineText(line) === sourceLine || isRules) return diagnostic
  const offsets =
    offsetsIn(source.text, source.offsetOf(line), sourceLine) ??
    offsetsIn(source.text, 0, sourceLine)
  if (offsets === undefined) return diagnostic
  return { ...diagnostic, ...spanAt(source, offsets, { start: column - 1, length }) }
}

/**
 * If a finding shows text other than its line of the file, such as a rule's name, makes it show the whole line.
 */
const onItsLine = (finding: Finding, source: Source): Finding => {
  const text = source.lineText(finding.line)
  if (text === undefined || text === finding.sourceLine) return finding
  const column = text.length - text.trimStart().length + 1
  return { ...finding, column, endColumn: [...text.trimEnd()].length + 1, sourceLine: text }
}

/**
 * Lints rules in every format that `serve` accepts: rule documents, documents of Cloudflare's API, Terraform and OpenTofu folders,
 * plans and states.
 *
 * @throws EdgeError `file_not_found`, `unreadable`
 */
export const lintPaths = (
  paths: readonly string[],
  { plan, ...options }: LintPathsOptions = {}
): LintedPaths => {
  const findings = new Findings()
  const { places, onExpression } = collectPlaces()
  const { loaded, diagnostics } = load(paths, findings, { ...options, onExpression })
  const textOf = textsOf(loaded)
  for (const draft of loaded.groups.keys()) {
    const { file = '' } = draft.place.span()
    const source = textOf(file)
    const { expression, parts } = draft
    const all = [
      expression,
      ...(parts?.product === 'rateLimit'
        ? [parts.countingExpression, ...parts.characteristics.map((one) => one.expression)]
        : []),
    ]
    for (const one of all) {
      if (one === undefined || !places.has(one)) continue
      const locate = source && locateIn(draft, source, one)
      // Otherwise columns would count within the expression instead of the file.
      places.set(one, locate ?? (() => draft.place.span()))
    }
  }
  const subject = subjectOf(loaded.drafts, {
    places,
    plan,
    groups: loaded.groups,
    ...(options.lists && { lists: options.lists }),
  })
  const { files } = loaded
  const own = new Set(loaded.own.map(({ file }) => file))
  const imported = (file: string | undefined) =>
    file === undefined || own.has(file) ? undefined : textOf(file)
  const found = findings.inSourceOrder(files).map((diagnostic) => {
    const source = imported(diagnostic.file)
    return source === undefined ? diagnostic : relocated(diagnostic, source)
  })
  const all = allFindings(
    subject,
    [...brokenDiagnostics(loaded), ...diagnostics, ...found],
    files.flatMap((file) => textOf(file) ?? []),
    files
  )
  return {
    findings: all.map((finding) => {
      const source = imported(finding.file)
      return source === undefined ? finding : onItsLine(finding, source)
    }),
    files,
    rules: subject.rules.length,
    loads: !findings.hasErrors && diagnostics.length === 0 && loaded.broken.length === 0,
  }
}
