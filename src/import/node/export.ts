import { Findings } from '../../rules/findings.ts'
import { draftsIn } from '../../rules/load.ts'
import { readRuleFiles } from '../../rules/node/files.ts'
import { toApiJson } from '../export/json.ts'
import { toTerraform } from '../export/terraform.ts'
import { ownRules } from '../own.ts'
import type { ImportedRule, LeftOut } from '../rule.ts'
import { toDocument } from '../yaml.ts'
import { importRules } from './import.ts'
import type { LoadOptions } from './load.ts'
import { loadRulePaths } from './load.ts'

export const EXPORT_FORMATS = ['ruleset', 'terraform', 'yaml'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export interface Exported {
  readonly text: string
  readonly rules: readonly ImportedRule[]
  /** Rules, or parts of rules, that the format cannot express. */
  readonly leftOut: readonly LeftOut[]
}

const written = (
  rules: readonly ImportedRule[],
  format: ExportFormat
): { text: string; leftOut: readonly LeftOut[] } => {
  if (format === 'terraform') return toTerraform(rules)
  return format === 'yaml' ? toDocument(rules) : { text: toApiJson(rules), leftOut: [] }
}

/**
 * Writes rules of every format as a document of Cloudflare's API, as resources of its Terraform provider, or as edge1020's own.
 *
 * @throws EdgeError `invalid_rules`, `file_not_found`, `unreadable`, as when the rules load
 */
export const exportRules = (
  paths: readonly string[],
  format: ExportFormat,
  options: LoadOptions = {}
): Exported => {
  // Rejects the same files as `serve`, with the same messages.
  loadRulePaths(paths, options)
  const { vars, varFiles, env, ...language } = options
  const imported = importRules(paths, { vars, varFiles, env, fullNames: true, forLoading: true })
  const sources = imported.own.length === 0 ? [] : readRuleFiles(imported.own)
  const drafts = draftsIn(sources, new Findings(), language)
  const own = ownRules(drafts.rules, drafts.lists)
  const rules = [...own.rules, ...imported.rules]
  const { text, leftOut } = written(rules, format)
  return { text, rules, leftOut: [...imported.leftOut, ...own.leftOut, ...leftOut] }
}
