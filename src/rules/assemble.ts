import { EdgeError } from '../error.ts'
import type { LanguageOptions } from './compile.ts'
import type { Drafts } from './document.ts'
import { readDocuments } from './document.ts'
import type { Draft } from './draft.ts'
import { checkIds } from './draft.ts'
import type { Findings } from './findings.ts'
import type { Node } from './node.ts'
import type { AccessRule } from './products/access.ts'
import type { AgentRule } from './products/agents.ts'
import type { Lockdown } from './products/lockdowns.ts'
import type { RateLimit } from './products/rate-limits.ts'
import { Reader } from './reader.ts'
import { renderDiagnostics } from './report.ts'
import type { Rule, Ruleset } from './rule.ts'
import { allRules } from './rule.ts'

const refuse = (findings: Findings, files: readonly string[]): EdgeError => {
  const all = findings.inSourceOrder(files)
  const errors = all.filter(({ severity }) => severity === 'error')
  const number = `${errors.length}${findings.isFull ? ' or more' : ''}`
  const count = number === '1' ? '1 problem' : `${number} problems`
  const message = `${renderDiagnostics(errors)}\n\n${count} in the rule documents: nothing was loaded`
  return new EdgeError('invalid_rules', message, { diagnostics: all })
}

const unique = (values: Iterable<string>) => [...new Set(values)]

const finished = (draft: Draft): Rule | undefined => {
  const { id, name, action, enabled, expression, description, page, response, skip, place } = draft
  // Without errors there is nothing missing; the check only tells the compiler so.
  if (id === undefined || action === undefined || expression === undefined) return undefined
  const { file, line } = place.span()
  return {
    id,
    name,
    action,
    enabled,
    expression,
    ...(description === undefined ? {} : { description }),
    ...(page === undefined ? {} : { page }),
    ...(response === undefined ? {} : { response }),
    ...(skip === undefined ? {} : { skip }),
    file: place.path ?? file ?? '',
    line: place.path === undefined ? line : 0,
  }
}

const LAST = Number.POSITIVE_INFINITY

/** The rules by product. */
const sorted = (drafts: readonly Draft[]) => {
  const access: AccessRule[] = []
  const lockdowns: Lockdown[] = []
  const agents: AgentRule[] = []
  const rules: Rule[] = []
  const rateLimits: RateLimit[] = []
  for (const draft of drafts) {
    const rule = finished(draft)
    if (rule === undefined || draft.parts === undefined) continue
    const { product, ...own } = draft.parts
    const whole = { ...rule, ...own }
    if (product === 'access') access.push(whole as AccessRule)
    else if (product === 'lockdown') lockdowns.push(whole as Lockdown)
    else if (product === 'agent') agents.push(whole as AgentRule)
    else if (product === 'rateLimit') rateLimits.push(whole as RateLimit)
    else rules.push(rule)
  }
  lockdowns.sort((x, y) => (x.priority ?? LAST) - (y.priority ?? LAST) || 0)
  return { access, lockdowns, agents, rules, rateLimits }
}

/** Names that a function finds in any of the rules. */
const inRules = (rules: readonly Rule[], find: (rule: Rule) => readonly string[]): string[] => {
  const found = new Set<string>()
  for (const rule of rules) for (const name of find(rule)) found.add(name)
  return [...found]
}

/** The expressions that a rule evaluates, whatever its product. */
const expressionsOf = (rule: Rule): Rule['expression'][] => {
  const { countingExpression, characteristics = [] } = rule as Partial<RateLimit>
  return [
    rule.expression,
    ...(countingExpression === undefined ? [] : [countingExpression]),
    ...characteristics.flatMap(({ expression }) => expression ?? []),
  ]
}

/** What parsed documents hold, as far as it can be read; problems go to `findings`. */
export const draftsOf = (
  documents: readonly (Node | undefined)[],
  findings: Findings,
  options: LanguageOptions
): Drafts =>
  readDocuments(
    documents.flatMap((node) => node ?? []),
    new Reader(findings),
    options
  )

/** Makes one ruleset of drafts, or throws one error with all problems that were found. */
export const assembleDrafts = (
  { rules: drafts, lists }: Drafts,
  files: readonly string[],
  findings: Findings
): Ruleset => {
  checkIds(drafts, findings)
  if (findings.hasErrors) throw refuse(findings, files)
  const products = sorted(drafts)
  const enabled = allRules(products).filter((rule) => rule.enabled)
  return {
    ...products,
    ownLists: lists.map(({ name, kind, size, file, line }) => ({ name, kind, size, file, line })),
    files,
    fields: inRules(enabled, (rule) => expressionsOf(rule).flatMap(({ fields }) => fields)),
    lists: inRules(enabled, (rule) => unique(expressionsOf(rule).flatMap((one) => one.lists))),
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
