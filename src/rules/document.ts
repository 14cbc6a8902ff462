import type { PageChoice } from '../answers/answer.ts'
import { nearest } from '../nearest.ts'
import type { LanguageOptions } from './compile.ts'
import type { Draft } from './draft.ts'
import { DOCUMENT_KEYS, PRODUCT_KEYS, RULE_KEYS, ZONE_KEYS } from './keys.ts'
import { joinLists } from './lists.ts'
import type { Entry, MapNode, Node } from './node.ts'
import { readPageChoice } from './page.ts'
import { readAccess } from './products/access.ts'
import { readAgents } from './products/agents.ts'
import { readRule } from './products/custom.ts'
import type { ListDraft } from './products/lists.ts'
import { readLists } from './products/lists.ts'
import { readLockdown } from './products/lockdowns.ts'
import { readRateLimit } from './products/rate-limits.ts'
import type { Reader } from './reader.ts'
import type { ZoneHead } from './zones.ts'
import { checkZones, readZoneHead } from './zones.ts'

/** The readable content of documents. */
export interface Drafts {
  readonly rules: readonly Draft[]
  readonly lists: readonly ListDraft[]
  readonly zones?: readonly ZoneDraft[]
}

/** One zone, as far as it could be read. */
export interface ZoneDraft {
  readonly head: ZoneHead
  readonly page: PageChoice | undefined
  readonly rules: readonly Draft[]
  readonly lists: readonly ListDraft[]
}

type ReadItem = (
  node: Node,
  reader: Reader,
  options: LanguageOptions
) => Draft | readonly Draft[] | undefined

/** One reader a product. */
const READERS: Readonly<Record<(typeof PRODUCT_KEYS)[number], ReadItem>> = {
  access: readAccess,
  lockdown: readLockdown,
  user_agents: readAgents,
  rules: readRule,
  rate_limits: readRateLimit,
}

/** A rule where a document is expected: it says what it does to which requests, and no key could mean `rules`. */
const isOneRule = ({ entries }: MapNode): boolean =>
  entries.some(({ key }) => key === 'action' || key === 'when' || key === 'expression') &&
  entries.every(({ key }) => nearest(key, ['rules']) === undefined)

const itemsOf = ({ key, value }: Entry, reader: Reader): readonly Node[] => {
  if (value.kind === 'list') return value.items
  const isNothing = value.kind === 'scalar' && value.value === null
  const help = isNothing
    ? `for a document without ${key === 'rules' ? 'rules' : 'them'} write \`${key}: []\``
    : value.kind === 'map'
      ? 'write `- ` before the first key of each rule'
      : undefined
  reader.wrongType(value, 'a list of rules, each starting with `- `', help)
  return []
}

type Found = Partial<Record<keyof typeof DOCUMENT_KEYS, Entry>>
type Products = Partial<Record<(typeof PRODUCT_KEYS)[number], Entry>>

const readKeys = (node: Node, reader: Reader): Found | undefined => {
  const help = node.kind === 'list' ? 'put the list below `rules:`' : undefined
  const map = reader.map(node, 'a mapping with `rules:`', help)
  if (map === undefined) return undefined
  if (isOneRule(map)) {
    const advice = 'put it in a list, `rules: [ … ]`'
    reader.findings.error(map.place, 'missing_key', 'this is one rule: expected a document', advice)
    return undefined
  }
  const { found, meant } = reader.entries(map, DOCUMENT_KEYS, 'the document', (key) =>
    Object.hasOwn(RULE_KEYS, key) ? 'rules are items of the list below `rules:`' : undefined
  )
  const { name, $schema } = found
  if (name !== undefined) reader.text(name.value, 'a name')
  if ($schema !== undefined) reader.text($schema.value, 'the address of the schema')
  const holds = [...PRODUCT_KEYS, 'lists', 'zones'] as const
  if (!holds.some((key) => found[key] !== undefined || meant.has(key))) {
    const smallest = 'the smallest document is `rules: []`'
    reader.findings.error(map.place, 'missing_key', 'the document has no `rules`', smallest)
  }
  return found
}

/** Two lists of one name would be one that holds half of what it says. */
const checkNames = (lists: readonly ListDraft[], reader: Reader) => {
  const first = new Map<string, ListDraft>()
  for (const list of lists) {
    const earlier = first.get(list.name)
    first.set(list.name, earlier ?? list)
    if (earlier === undefined) continue
    const place = earlier.line === 0 ? earlier.file : `${earlier.file}:${earlier.line}`
    const message = `the list \`$${list.name}\` is already at ${place}`
    reader.findings.error(list.place, 'duplicate_list', message)
  }
}

const readProducts = (found: Products, reader: Reader, options: LanguageOptions): Draft[] =>
  PRODUCT_KEYS.flatMap((key) => {
    const entry = found[key]
    if (entry === undefined) return []
    return itemsOf(entry, reader).flatMap((item) => READERS[key](item, reader, options) ?? [])
  })

/** A zone's lists are known to its own rules only, and win over those of the document. */
const readZone = (node: Node, reader: Reader, options: LanguageOptions): ZoneDraft | undefined => {
  const map = reader.map(node, 'a zone: a mapping with `name` and the rules of its products')
  if (map === undefined) return undefined
  const { found } = reader.entries(map, ZONE_KEYS, 'a zone')
  const head = readZoneHead(map, found, reader)
  const lists =
    found.lists === undefined ? [] : readLists(found.lists.value, reader, options.readList)
  checkNames(lists, reader)
  const known = joinLists(...lists.map((list) => list.lists), options.lists ?? {})
  const rules = readProducts(found, reader, { ...options, lists: known })
  const page = found.page && readPageChoice(found.page, reader, options.readPage)
  return head && { head, page, rules, lists }
}

/** Reads documents into drafts; everything that is wrong with them goes to the findings. Their lists are of all of them. */
export const readDocuments = (
  nodes: readonly Node[],
  reader: Reader,
  options: LanguageOptions
): Drafts => {
  const documents = nodes.flatMap((node) => readKeys(node, reader) ?? [])
  const lists = documents.flatMap(({ lists: entry }) =>
    entry === undefined ? [] : readLists(entry.value, reader, options.readList)
  )
  checkNames(lists, reader)
  const known = joinLists(...lists.map((list) => list.lists), options.lists ?? {})
  const all = lists.length === 0 ? options : { ...options, lists: known }
  const rules = documents.flatMap((found) => readProducts(found, reader, all))
  const zones = documents.flatMap(({ zones: entry }) =>
    entry === undefined
      ? []
      : itemsOf(entry, reader).flatMap((node) => readZone(node, reader, all) ?? [])
  )
  checkZones(
    zones.map(({ head }) => head),
    reader
  )
  return { rules, lists, zones }
}
