import type { View } from '../terraform/view.ts'
import { DocumentProblem, type Parsed, type ParsedDocument, parseWithPlaces } from './json-view.ts'
import {
  byPriority,
  filterWithin,
  readAccessRule,
  readFirewallRule,
  readLockdown,
  readOldRateLimit,
  readUserAgentRule,
} from './legacy.ts'
import { Lists } from './lists.ts'
import { Found, textOrNothing } from './read.ts'
import { readRuleset } from './rulesets.ts'
import { namedZone, readZone } from './zones.ts'

const CUSTOM = 'http_request_firewall_custom'
const RATE_LIMIT = 'http_ratelimit'

/** Members that Cloudflare's rules have and edge1020's own do not. */
const THEIRS = [
  'action_parameters',
  'categories',
  'last_updated',
  'logging',
  'ratelimit',
  'ref',
  'version',
]
/** Members that only edge1020's own rules have. */
const OURS = ['name', 'page', 'when']

type Kind =
  | 'access'
  | 'filter'
  | 'firewall'
  | 'item'
  | 'list'
  | 'lockdown'
  | 'rate'
  | 'rule'
  | 'ruleset'
  | 'ua'
  | 'zone'

const LIST_KINDS = new Set(['ip', 'asn', 'hostname', 'redirect'])

/** The kind of an object of the API, by its members. */
const kindOf = (view: View): Kind | undefined => {
  const names = new Set(view.names())
  const has = (...all: string[]) => all.every((name) => names.has(name))
  if (has('filter', 'action')) return 'firewall'
  if (has('mode', 'configuration')) {
    const [configuration] = view.children('configuration')
    const target = configuration === undefined ? undefined : textOrNothing(configuration, 'target')
    return target === 'ua' ? 'ua' : 'access'
  }
  if (has('urls', 'configurations')) return 'lockdown'
  if (has('threshold', 'match')) return 'rate'
  if (has('kind') && LIST_KINDS.has(textOrNothing(view, 'kind') ?? '')) return 'list'
  if (has('name', 'name_servers', 'status')) return 'zone'
  if (has('rules') || has('phase')) return 'ruleset'
  if (has('action') && has('expression')) return 'rule'
  if (has('expression')) return 'filter'
  if (has('ip') || has('asn') || has('hostname') || has('redirect')) return 'item'
  return undefined
}

/** True for a rule in the form of Cloudflare's API, false for one of edge1020's own. */
const isTheirs = (rule: View): boolean => {
  const names = rule.names()
  if (OURS.some((name) => names.includes(name))) return false
  if (THEIRS.some((name) => names.includes(name))) return true
  return names.includes('expression') && names.includes('action') && !names.includes('id')
}

/** True for an object that only Cloudflare's API has. */
const isOfTheApi = (view: View): boolean => {
  const kind = kindOf(view)
  if (kind === 'rule') return isTheirs(view)
  if (kind === 'filter') return !OURS.some((name) => view.names().includes(name))
  if (kind !== 'ruleset') return kind !== undefined
  return view.names().includes('phase') || view.children('rules').some(isTheirs)
}

/**
 * True for edge1020's own documents, and for every document that is not Cloudflare's. The reader of our own rules then reports its
 * problems, so no document with rules is ignored.
 */
export const isOwnDocument = ({ kind, view, items }: ParsedDocument): boolean => {
  if (kind === 'list') return !items.some((item) => isOfTheApi(item.view))
  if (kind !== 'object') return true
  const names = view.names()
  if (['result', 'success', 'interactions'].some((name) => names.includes(name))) return false
  return !isOfTheApi(view)
}

/** Reads documents of Cloudflare's API, and joins data that is spread over several documents. */
export class ApiDocuments {
  readonly #lists = new Lists()
  readonly #filters = new Map<string, View>()
  readonly #firewall: View[] = []
  /** Files that cannot be used. */
  readonly broken: { source: string; what: string; reason: string }[] = []

  constructor(readonly found: Found) {}

  read(file: string, document: ParsedDocument): void {
    if (document.view.names().includes('interactions')) this.#recorded(file, document)
    else this.#document(file, document)
  }

  #document(file: string, document: ParsedDocument): void {
    const { view } = document
    const names = document.kind === 'object' ? view.names() : []
    if (names.includes('success') || names.includes('result')) {
      if (view.value('success') === false) {
        const said = view
          .children('errors')
          .map((error) =>
            `${textOrNothing(error, 'code') ?? ''} ${textOrNothing(error, 'message') ?? ''}`.trim()
          )
        this.broken.push({
          source: file,
          what: 'the response',
          reason: `the API answered ${said.join(', ') || 'without success'}`,
        })
        return
      }
      const result = document.child('result')
      if (result !== undefined) this.#parsed(file, result)
      return
    }
    this.#parsed(file, document)
  }

  /** Responses in a recording of HTTP exchanges. */
  #recorded(file: string, document: ParsedDocument): void {
    for (const interaction of document.view.children('interactions')) {
      const [response] = interaction.children('response')
      const body = response === undefined ? undefined : textOrNothing(response, 'body')
      if (body === undefined || !/^\s*[[{]/.test(body)) continue
      try {
        this.#document(file, parseWithPlaces(interaction.place, body))
      } catch (error) {
        if (!(error instanceof DocumentProblem)) throw error
        this.broken.push({ source: interaction.place, what: 'the response', reason: error.message })
      }
    }
  }

  #parsed(file: string, parsed: Parsed): void {
    const views = parsed.kind === 'list' ? parsed.items.map(({ view }) => view) : [parsed.view]
    const bare = views.filter((view) => kindOf(view) === 'rule')
    if (bare.length > 0) this.#bareRules(parsed.view.place, bare)
    for (const view of views) this.#object(file, view)
  }

  /** Rules without their ruleset. */
  #bareRules(place: string, rules: readonly View[]): void {
    const limits = rules.filter((rule) => rule.names().includes('ratelimit'))
    const others = rules.filter((rule) => !limits.includes(rule))
    for (const [phase, list] of [
      [CUSTOM, others],
      [RATE_LIMIT, limits],
    ] as const) {
      if (list.length === 0) continue
      const ruleset: View = {
        place,
        value: () => undefined,
        children: (name) => (name === 'rules' ? list : []),
        names: () => ['rules'],
      }
      readRuleset(ruleset, this.found, undefined, phase)
    }
  }

  #object(file: string, view: View): void {
    const { found } = this
    const named = namedZone(view)
    if (named !== undefined) found.zones.push(named)
    switch (kindOf(view)) {
      case 'ruleset': {
        const isLimits = view.children('rules').some((rule) => rule.names().includes('ratelimit'))
        readRuleset(view, found, undefined, isLimits ? RATE_LIMIT : CUSTOM)
        break
      }
      case 'firewall':
        this.#firewall.push(view)
        break
      case 'filter': {
        const id = textOrNothing(view, 'id')
        if (id !== undefined) this.#filters.set(id, view)
        break
      }
      case 'access':
        readAccessRule(view, found)
        break
      case 'ua':
        readUserAgentRule(view, found)
        break
      case 'lockdown':
        readLockdown(view, found)
        break
      case 'rate':
        readOldRateLimit(view, found)
        break
      case 'list':
        this.#lists.list(view, textOrNothing(view, 'id') ?? '')
        break
      case 'item':
        this.#lists.item(listNameOf(file), view, 'a list item')
        break
      case 'rule':
        break
      case 'zone': {
        const zone = readZone(view)
        if (zone !== undefined) found.zones.push(zone)
        break
      }
      default:
        found.warn(view.place, 'it contains no rules and no lists of Cloudflare')
    }
  }

  /** Reads the parts that need all documents: lists with their items, firewall rules with their filters. */
  finish(): void {
    this.#lists.readInto(this.found)
    const firewall = new Found()
    for (const rule of this.#firewall) {
      readFirewallRule(rule, firewall, (view) => {
        const within = filterWithin(view)
        if (within?.names().includes('expression')) return within
        const id = within === undefined ? undefined : textOrNothing(within, 'id')
        return id === undefined ? undefined : this.#filters.get(id)
      })
    }
    this.found.rules.push(...byPriority(firewall.rules))
    this.found.leftOut.push(...firewall.leftOut)
  }
}

/** The list of a file with items: `offices.items.json` and `offices.json` belong to `offices`. */
const listNameOf = (file: string): string =>
  (file.split(/[\\/]/).at(-1) ?? file).replace(/(?:[._-]items)?\.(?:json|ya?ml)$/i, '')
