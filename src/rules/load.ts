import { assembleDrafts, draftsOf } from './assemble.ts'
import type { LanguageOptions } from './compile.ts'
import type { Drafts } from './document.ts'
import { Findings } from './findings.ts'
import { MAX_DOCUMENT_CHARACTERS } from './limits.ts'
import type { Node } from './node.ts'
import { nodesOf } from './objects.ts'
import type { Ruleset } from './rule.ts'
import { Source } from './source.ts'
import { wholeRules } from './whole.ts'
import { parseYaml } from './yaml.ts'

// Only programs without a size limit read documents as text.
wholeRules()

/** One document: `file` is the name that messages and events use. */
export interface RuleSource {
  file: string
  text: string
}

const BYTE_ORDER_MARK = '\ufeff'

const parse = ({ file, text }: RuleSource, findings: Findings): Node | undefined => {
  const source = new Source(file, text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)
  if (text.length <= MAX_DOCUMENT_CHARACTERS) return parseYaml(source, findings)
  const message = `the document has ${text.length} characters: expected at most ${MAX_DOCUMENT_CHARACTERS}`
  const help = 'split it into several files, and put long lists of addresses into list files'
  findings.report('error', {}, () => source.span(0, 1), 'too_large', message, help)
  return undefined
}

/**
 * Loads rule documents (YAML or JSON) into one ruleset, in the given order. It loads all documents or none: if any document has a
 * problem, it reports the problems of all documents.
 *
 * @throws EdgeError `invalid_rules`; `diagnostics` is for programs, `message` is the whole report for people
 * @example
 * const ruleset = loadRules([{ file: 'rules.yaml', text: 'rules: [{ name: no curl, when: { user_agent: curl }, action: block }]' }])
 * ruleset.rules[0].expression.source // 'lower(http.user_agent) contains "curl"'
 */
export const loadRules = (
  sources: readonly RuleSource[],
  options: LanguageOptions = {}
): Ruleset => {
  const findings = new Findings()
  const files = sources.map(({ file }) => file)
  return assembleDrafts(draftsIn(sources, findings, options), files, findings)
}

/** Reads documents, and adds problems to `findings`. */
export const draftsIn = (
  sources: readonly RuleSource[],
  findings: Findings,
  options: LanguageOptions,
  /** Documents as objects; they precede the sources. */
  front: readonly unknown[] = []
): Drafts =>
  draftsOf(
    [...nodesOf(front, findings), ...sources.map((source) => parse(source, findings))],
    findings,
    options
  )
