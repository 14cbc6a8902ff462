import { EdgeError } from '../error.ts'
import type { LanguageOptions } from './compile.ts'
import type { Draft } from './draft.ts'
import { checkIds, readDocument } from './draft.ts'
import type { Findings } from './findings.ts'
import type { Node } from './node.ts'
import { Reader } from './reader.ts'
import { renderDiagnostics } from './report.ts'
import type { Rule, Ruleset } from './rule.ts'

const refuse = (findings: Findings, files: readonly string[]): EdgeError => {
  const all = findings.inSourceOrder(files)
  const errors = all.filter(({ severity }) => severity === 'error')
  const number = `${errors.length}${findings.isFull ? ' or more' : ''}`
  const count = number === '1' ? '1 problem' : `${number} problems`
  const message = `${renderDiagnostics(errors)}\n\n${count} in the rule documents: nothing was loaded`
  return new EdgeError('invalid_rules', message, { diagnostics: all })
}

const unique = (values: readonly string[]) => [...new Set(values)]

const finished = (draft: Draft): Rule[] => {
  const { id, name, action, enabled, expression, description, page, goesOn, place } = draft
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
      ...(page === undefined ? {} : { page }),
      ...(goesOn === true ? { goesOn } : {}),
      file: place.path ?? file ?? '',
      line: place.path === undefined ? line : 0,
    },
  ]
}

/** The rules of parsed documents, as far as they can be read; problems go to `findings`. */
export const draftsOf = (
  documents: readonly (Node | undefined)[],
  findings: Findings,
  options: LanguageOptions
): Draft[] => {
  const reader = new Reader(findings)
  return documents.flatMap((node) =>
    node === undefined ? [] : readDocument(node, reader, options)
  )
}

/** Makes one ruleset of rules, or throws one error with all problems that were found. */
export const assembleDrafts = (
  drafts: readonly Draft[],
  files: readonly string[],
  findings: Findings
): Ruleset => {
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

/** Makes one ruleset of parsed documents, or throws one error with all their problems. */
export const assemble = (
  documents: readonly (Node | undefined)[],
  files: readonly string[],
  findings: Findings,
  options: LanguageOptions
): Ruleset => assembleDrafts(draftsOf(documents, findings, options), files, findings)
