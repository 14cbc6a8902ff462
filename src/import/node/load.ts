import { EdgeError } from '../../error.ts'
import type { Lists } from '../../language/compile.ts'
import type { ListSlot } from '../../lists/kind.ts'
import { LIST_SLOTS } from '../../lists/kind.ts'
import type { PreparedList } from '../../lists/named.ts'
import { openLists, prepareList } from '../../lists/named.ts'
import type { RulesetParts } from '../../rules/assemble.ts'
import { partsOf, rulesetOf } from '../../rules/assemble.ts'
import type { LanguageOptions } from '../../rules/compile.ts'
import type { Drafts } from '../../rules/document.ts'
import type { Draft } from '../../rules/draft.ts'
import { Findings } from '../../rules/findings.ts'
import { joinLists } from '../../rules/lists.ts'
import type { RuleSource } from '../../rules/load.ts'
import { draftsIn } from '../../rules/load.ts'
import { readRuleFiles } from '../../rules/node/files.ts'
import { readListFile } from '../../rules/node/list-file.ts'
import type { Place } from '../../rules/node.ts'
import type { Ruleset } from '../../rules/rule.ts'
import type { ZoneFacts } from '../../rules/zones.ts'
import { customRulesets, executedBy, withExecuted } from '../execute.ts'
import type { LeftOut } from '../rule.ts'
import { draftsOf } from '../ruleset.ts'
import { factsOf, joinZones, otherZone, Zones } from '../zones.ts'
import type { Imported, ImportOptions } from './import.ts'
import { importRules } from './import.ts'

const KINDS: ReadonlySet<string> = new Set(LIST_SLOTS)

/** Lists of the configuration, for the `$names` in its rules. */
const listsIn = ({ rules }: Imported, warn: (source: string, message: string) => void): Lists => {
  const prepared: [string, PreparedList][] = []
  for (const { product, name = '', kind = '', entries = [], source } of rules) {
    if (product !== 'list' || !KINDS.has(kind)) continue
    const list = {
      kind: kind as ListSlot,
      items: entries.map(({ value }) => value),
    }
    try {
      prepared.push([name, prepareList(name, list)])
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error
      warn(source, error.message)
    }
  }
  return openLists(Object.fromEntries(prepared))
}

const refuse = (broken: readonly LeftOut[]): EdgeError => {
  const lines = broken.map(({ source, reason }) => `${source}: error: ${reason}`)
  return new EdgeError(
    'invalid_rules',
    `${lines.join('\n')}\n\n${lines.length === 1 ? '1 file' : `${lines.length} files`} cannot be read: nothing was loaded`
  )
}

/** A place in a file with only a name and a line. */
const namedPlace = (source: string, text: string): Place => ({
  span: () => {
    const [, file = source, line = '1'] = /^(.*):(\d+)$/.exec(source) ?? []
    return {
      file,
      line: Number(line),
      column: 1,
      length: Math.max(1, text.length),
      sourceLine: text,
    }
  },
  part: () => undefined,
})

/** The place before all paths, for rules without a file. */
const FRONT = -1

interface Placed {
  readonly draft: Draft
  /** True for rules of the account, which run before those of the zone. */
  readonly isOfAccount: boolean
  /** The zone of a rule, if the rules belong to several. */
  readonly zone?: ZoneFacts | undefined
  /** The index of their path. */
  readonly position: number
}

/** Source: https://developers.cloudflare.com/waf/reference/phases/ */
const inOrder = (placed: readonly Placed[]): Draft[] =>
  [...placed]
    .sort((a, b) => Number(b.isOfAccount) - Number(a.isOfAccount) || a.position - b.position)
    .map(({ draft }) => draft)

export interface LoadOptions
  extends LanguageOptions,
    Omit<ImportOptions, 'fullNames' | 'forLoading'> {
  /** Documents as objects. Their rules run before those of the paths. */
  front?: readonly unknown[] | undefined
  /** Texts that replace own documents on the disk, by file name, to try a change. */
  readonly replaced?: ReadonlyMap<string, string> | undefined
}

/** The readable contents of files and folders. */
export interface LoadedDrafts {
  readonly drafts: Drafts
  /** Every file that was read. */
  readonly files: readonly string[]
  /** The documents of edge1020's own among them. */
  readonly own: readonly RuleSource[]
  /** Identifies the ruleset of a draft that does not come from edge1020's own documents. */
  readonly groups: ReadonlyMap<Draft, string>
  /** Unreadable files. */
  readonly broken: readonly LeftOut[]
}

/** Reads rules of every format, and adds problems to `findings`. */
export const draftsInPaths = (
  paths: readonly string[],
  findings: Findings,
  { vars, varFiles, env, replaced, front = [], ...options }: LoadOptions = {}
): LoadedDrafts => {
  const imported = importRules(paths, { vars, varFiles, env, fullNames: true, forLoading: true })
  const warn = (source: string, message: string, help?: string) =>
    findings.warn(namedPlace(source, message), 'not_loaded', message, help)
  const lists = joinLists(options.lists ?? {}, listsIn(imported, warn))
  const language = { readList: readListFile, ...options, lists }
  const ownFiles = imported.own.map((path) =>
    readRuleFiles([path]).map(({ file, text }) => ({ file, text: replaced?.get(file) ?? text }))
  )
  const sources = ownFiles.flat()
  const own = draftsIn(sources, findings, language, front)
  const taken = new Set(
    [...own.rules, ...(own.zones ?? []).flatMap(({ rules }) => rules)].flatMap(({ id }) => id ?? [])
  )
  const known = joinLists(...own.lists.map((list) => list.lists), lists)
  const positions = new Map(
    ownFiles.flatMap((found, i) =>
      found.map(({ file }) => [file, imported.ownPositions[i]!] as const)
    )
  )
  const placed: Placed[] = own.rules.map((draft) => ({
    draft,
    isOfAccount: false,
    position: positions.get(draft.place.span().file ?? '') ?? FRONT,
  }))
  const groups = new Map<Draft, string>()
  const custom = customRulesets(imported.rules)
  const executed = executedBy(imported.rules)
  const zonesOf = new Zones(imported.zones)
  const { known: knownZones, all: allZones } = zonesOf.count(imported.rules)
  const ownZones = own.zones ?? []
  const hasZones =
    ownZones.length > 0 ? knownZones.length > 0 : knownZones.length > 0 && allZones > 1
  const ends = [...imported.rulesAfter, imported.rules.length]
  for (const [position, end] of ends.entries()) {
    const rules = imported.rules.slice(ends[position - 1] ?? 0, end)
    for (const rule of withExecuted(rules, custom, executed)) {
      const drafts = draftsOf([rule], { ...language, lists: known }, findings, taken)
      const isOfAccount = rule.ruleset === 'root'
      const group = `${rule.ruleset ?? 'zone'} ${rule.zone ?? rule.resource ?? rule.source}`
      for (const draft of drafts) groups.set(draft, group)
      const found = zonesOf.of(rule)
      const zone =
        hasZones && !isOfAccount
          ? found === undefined
            ? otherZone(rule)
            : factsOf(found)
          : undefined
      placed.push(...drafts.map((draft) => ({ draft, isOfAccount, position, zone })))
    }
  }
  for (const { source, what, reason } of imported.leftOut)
    warn(source, `${what} is left out: ${reason}`)
  for (const text of imported.warnings) {
    const [, source = '', message = text] = /^(.*?:\d+): ([\s\S]*)$/.exec(text) ?? []
    warn(source, message)
  }
  const zones = joinZones(
    ownZones,
    placed.flatMap(({ draft, zone }) => (zone === undefined ? [] : [{ draft, zone }]))
  )
  const [only] = knownZones
  const site = hasZones || ownZones.length > 0 || only === undefined ? undefined : factsOf(only)
  const all = inOrder(placed.filter(({ zone }) => zone === undefined))
  if (imported.files.length > 0 && !placed.some(({ draft }) => draft.enabled)) {
    warn(imported.files[0]!, 'no rule is active: every request passes')
  }
  const files = [...sources.map(({ file }) => file), ...imported.files]
  return {
    drafts: { ...own, rules: all, zones, ...(site === undefined ? {} : { site }) },
    files,
    own: sources,
    groups,
    broken: imported.broken,
  }
}

/**
 * Loads rules from files and folders of every format: edge1020's own YAML and JSON, documents of Cloudflare's API, Terraform and
 * OpenTofu folders, plans and states. Rules are in the order of the paths.
 *
 * @throws EdgeError `invalid_rules`, `file_not_found`, `unreadable`
 * @example loadRulePaths(['terraform/cloudflare'], { vars: ['zone=shop.example'] })
 */
export const loadRulePaths = (paths: readonly string[], options: LoadOptions = {}): Ruleset =>
  rulesetOf(loadParts(paths, options))

/** The same as parts, for a thread that passes them on. */
export const loadParts = (paths: readonly string[], options: LoadOptions = {}): RulesetParts => {
  const findings = new Findings()
  const { drafts, files, broken } = draftsInPaths(paths, findings, options)
  if (broken.length > 0) throw refuse(broken)
  return partsOf(drafts, files, findings)
}
