import type { PageChoice } from '../answers/answer.ts'
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
import type { OwnList } from './products/lists.ts'
import type { Lockdown } from './products/lockdowns.ts'
import type { RateLimit } from './products/rate-limits.ts'
import { Reader } from './reader.ts'
import { renderDiagnostics } from './report.ts'
import type { Products, Rule, Ruleset } from './rule.ts'
import { allRules } from './rule.ts'
import type { ZoneFacts, ZoneRules } from './zones.ts'

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
  // Without errors nothing is missing; the check is for the compiler.
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

const byPriority = (x: Lockdown, y: Lockdown): number =>
  x.priority === y.priority ? 0 : (x.priority ?? LAST) - (y.priority ?? LAST)

/** The rules by product. */
const sorted = (drafts: readonly Draft[]): Products => {
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
  lockdowns.sort(byPriority)
  return { access, lockdowns, agents, rules, rateLimits }
}

/** Returns the distinct names that a function finds in the rules. */
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

/** Reads the rules of parsed documents; problems go to `findings`. */
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

/** Applies a zone's page to each of its rules without its own page. */
const withPage = <R extends Rule>(rule: R, page: PageChoice | undefined): R =>
  page === undefined || rule.page !== undefined ? rule : { ...rule, page }

const merged = (account: Products, own: Products, page: PageChoice | undefined): Products => {
  const both = <R extends Rule>(first: readonly R[], second: readonly R[]) =>
    [...first, ...second].map((rule) => withPage(rule, page))
  return {
    access: both(account.access, own.access),
    lockdowns: both(account.lockdowns, own.lockdowns).sort(byPriority),
    agents: both(account.agents, own.agents),
    rules: both(account.rules, own.rules),
    rateLimits: both(account.rateLimits, own.rateLimits),
  }
}

const readBy = (rules: readonly Rule[]): Pick<Ruleset, 'fields' | 'lists'> => {
  const enabled = rules.filter((rule) => rule.enabled)
  return {
    fields: inRules(enabled, (rule) => expressionsOf(rule).flatMap(({ fields }) => fields)),
    lists: inRules(enabled, (rule) => unique(expressionsOf(rule).flatMap((one) => one.lists))),
  }
}

/** A zone's part of a ruleset. */
export interface ZoneParts {
  readonly facts: ZoneFacts
  readonly page: PageChoice | undefined
  readonly own: Products
  readonly lists: readonly OwnList[]
}

/** A ruleset before the rules of the account and of each zone become one. */
export interface RulesetParts {
  readonly account: Products
  readonly zones: readonly ZoneParts[]
  readonly lists: readonly OwnList[]
  readonly site?: ZoneFacts
  readonly files: readonly string[]
  readonly warnings: Ruleset['warnings']
}

/** Makes the parts of one ruleset of drafts, or throws one error with all problems that were found. */
export const partsOf = (
  { rules: drafts, lists, zones: zoneDrafts = [], site }: Drafts,
  documents: readonly string[],
  findings: Findings
): RulesetParts => {
  // Files of lists belong to the ruleset too: a reload must check them.
  const ofLists = [...lists, ...zoneDrafts.flatMap((zone) => zone.lists)]
  const files = [...documents, ...unique(ofLists.flatMap(({ from }) => from ?? []))]
  // Rules of two zones never judge one request: they may have the same id.
  if (zoneDrafts.length === 0) checkIds(drafts, findings)
  for (const { rules } of zoneDrafts) checkIds([...drafts, ...rules], findings)
  if (findings.hasErrors) throw refuse(findings, files)
  return {
    account: sorted(drafts),
    zones: zoneDrafts.map(({ head, page, rules, lists: zoneLists }): ZoneParts => {
      const { name, hosts, isDefault, plan } = head
      return {
        facts: { name, hosts, isDefault, ...(plan === undefined ? {} : { plan }) },
        page,
        own: sorted(rules),
        lists: zoneLists.map(listFacts),
      }
    }),
    lists: lists.map(listFacts),
    ...(site === undefined ? {} : { site }),
    files,
    warnings: findings.inSourceOrder(files),
  }
}

/** Joins the parts of a ruleset. In each zone, the rules of the account precede its own. */
export const rulesetOf = ({
  account,
  zones: zoneParts,
  lists,
  site,
  files,
  warnings,
}: RulesetParts): Ruleset => {
  const zones = zoneParts.map(({ facts, page, own, lists: zoneLists }): ZoneRules => {
    const products = merged(account, own, page)
    return {
      ...facts,
      own,
      ruleset: {
        ...products,
        accountRules: account.rules.length,
        zones: [],
        ownLists: [...lists, ...zoneLists],
        files,
        ...readBy(allRules(products)),
        warnings: [],
      },
    }
  })
  return {
    ...account,
    zones,
    ownLists: lists,
    ...(site === undefined ? {} : { site }),
    files,
    ...readBy(allRules({ ...account, zones })),
    warnings,
  }
}

/** Makes one ruleset of drafts, or throws one error with all problems that were found. */
export const assembleDrafts = (
  drafts: Drafts,
  documents: readonly string[],
  findings: Findings
): Ruleset => rulesetOf(partsOf(drafts, documents, findings))

const listFacts = ({ name, kind, size, file, line, from }: OwnList): OwnList => ({
  name,
  kind,
  size,
  file,
  line,
  ...(from === undefined ? {} : { from }),
})

/** Makes one ruleset of parsed documents, or throws one error with all their problems. */
export const assemble = (
  documents: readonly (Node | undefined)[],
  files: readonly string[],
  findings: Findings,
  options: LanguageOptions
): Ruleset => assembleDrafts(draftsOf(documents, findings, options), files, findings)
