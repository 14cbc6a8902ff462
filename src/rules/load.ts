import { EdgeError } from '../error.ts'
import type { LanguageOptions } from './compile.ts'
import type { Draft } from './draft.ts'
import { checkIds, readDocument } from './draft.ts'
import { Findings } from './findings.ts'
import type { Node } from './node.ts'
import { ObjectReader } from './objects.ts'
import { Reader } from './reader.ts'
import { renderDiagnostics } from './report.ts'
import type { Rule, Ruleset } from './rule.ts'
import { Source } from './source.ts'
import { parseYaml } from './yaml.ts'

/** One document: `file` is the name that messages and events use. */
export interface RuleSource {
  file: string
  text: string
}

/** Longer documents are refused: parsing them would hold a server's start up for seconds. */
export const MAX_DOCUMENT_CHARACTERS = 2 ** 20

const BYTE_ORDER_MARK = '\ufeff'

const parse = ({ file, text }: RuleSource, findings: Findings): Node | undefined => {
  const source = new Source(file, text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)
  if (text.length <= MAX_DOCUMENT_CHARACTERS) return parseYaml(source, findings)
  const message = `the document has ${text.length} characters: expected at most ${MAX_DOCUMENT_CHARACTERS}`
  const help = 'split it into several files; long address lists belong into lists'
  findings.report('error', {}, source.span(0, 1), 'too_large', message, help)
  return undefined
}

const refuse = (findings: Findings, files: readonly string[]): EdgeError => {
  const all = findings.inSourceOrder(files)
  const errors = all.filter(({ severity }) => severity === 'error')
  const count = errors.length === 1 ? '1 problem' : `${errors.length} problems`
  const message = `${renderDiagnostics(errors)}\n\n${count} in the rule documents: nothing was loaded`
  return new EdgeError('invalid_rules', message, { diagnostics: all })
}

const unique = (values: readonly string[]) => [...new Set(values)]

const finished = (draft: Draft): Rule[] => {
  const { id, name, action, enabled, expression, description, place } = draft
  // Without errors there is nothing missing; the check only tells the compiler so.
  if (id === undefined || action === undefined || expression === undefined) return []
  const { file, line } = place.span()
  return [
    {
      id,
      name,
      action,
      enabled,
      expression,
      ...(description === undefined ? {} : { description }),
      file: place.path ?? file ?? '',
      line: place.path === undefined ? line : 0,
    },
  ]
}

const assemble = (
  documents: readonly (Node | undefined)[],
  files: readonly string[],
  findings: Findings,
  options: LanguageOptions
): Ruleset => {
  const reader = new Reader(findings)
  const drafts = documents.flatMap((node) =>
    node === undefined ? [] : readDocument(node, reader, options)
  )
  checkIds(drafts, findings)
  if (findings.hasErrors) throw refuse(findings, files)
  const rules = drafts.flatMap(finished)
  const enabled = rules.filter((rule) => rule.enabled)
  return {
    rules,
    files,
    fields: unique(enabled.flatMap(({ expression }) => expression.fields)),
    lists: unique(enabled.flatMap(({ expression }) => expression.lists)),
    warnings: findings.inSourceOrder(files),
  }
}

/**
 * Loads rule documents (YAML or JSON) into one ruleset, in the order given. All or nothing: where any document has a
 * problem, all problems of all documents are reported and nothing is loaded.
 *
 * @throws EdgeError `invalid_rules`; `diagnostics` for programs, `message` is the whole report for people
 * @example
 * const ruleset = loadRules([{ file: 'rules.yaml', text: 'rules: [{ name: no curl, when: { user_agent: curl }, action: block }]' }])
 * ruleset.rules[0].expression.source // 'lower(http.user_agent) contains "curl"'
 */
export const loadRules = (
  sources: readonly RuleSource[],
  options: LanguageOptions = {}
): Ruleset => {
  const findings = new Findings()
  const documents = sources.map((source) => parse(source, findings))
  const files = sources.map(({ file }) => file)
  return assemble(documents, files, findings, options)
}

/**
 * The same for documents written as plain objects in code. Problems name a path, e.g. `rules[2].when.ip[0]`.
 *
 * @throws EdgeError `invalid_rules`
 * @example
 * rulesFromObjects([{ rules: [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }] }])
 */
export const rulesFromObjects = (
  documents: readonly unknown[],
  options: LanguageOptions = {}
): Ruleset => {
  const findings = new Findings()
  const nodes = documents.map((document, i) =>
    new ObjectReader(findings).read(document, documents.length === 1 ? '' : `documents[${i}]`)
  )
  return assemble(nodes, [], findings, options)
}
