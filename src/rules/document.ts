import type { PageChoice } from '../answers/answer.ts'
import { nearest } from '../nearest.ts'
import type { LanguageOptions } from './compile.ts'
import type { Draft } from './draft.ts'
import { DOCUMENT_KEYS, PRODUCT_KEYS, RULE_KEYS, ZONE_KEYS } from './keys.ts'
import { joinLists } from './lists.ts'
import type { Entry, MapNode, Node } from './node.ts'
import { readRule } from './products/custom.ts'
import type { ListDraft } from './products/lists.ts'
import type { Reader } from './reader.ts'
import { readers } from './readers.ts'
import type { ZoneFacts, ZoneHead } from './zones.ts'

/** The readable content of documents. */
export interface Drafts {
  readonly rules: readonly Draft[]
  readonly lists: readonly ListDraft[]
  readonly zones?: readonly ZoneDraft[]
  /** The zone of all rules, if there is only one and a configuration names it. It has every host. */
  readonly site?: ZoneFacts
}

/** A zone, possibly incomplete because of problems. */
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
const READERS: Readonly<Record<(typeof PRODUCT_KEYS)[number], () => ReadItem>> = {
  access: () => readers.needed.readAccess,
  lockdown: () => readers.needed.readLockdown,
  user_agents: () => readers.needed.readAgents,
  rules: () => readRule,
  rate_limits: () => readers.needed.readRateLimit,
}

/**
 * True for a rule in place of a document: it has an action or a condition, and no key resembles `rules`.
 */
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

/** Two lists with the same name would hide each other's entries. */
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
    const items = itemsOf(entry, reader)
    if (items.length === 0) return []
    const read = READERS[key]()
    return items.flatMap((item) => read(item, reader, options) ?? [])
  })

/** Only a zone's own rules can use its lists, which take precedence over the document's. */
const readZone = (node: Node, reader: Reader, options: LanguageOptions): ZoneDraft | undefined => {
  const map = reader.map(node, 'a zone: a mapping with `name` and the rules of its products')
  if (map === undefined) return undefined
  const { found } = reader.entries(map, ZONE_KEYS, 'a zone')
  const head = readers.needed.readZoneHead(map, found, reader)
  const lists =
    found.lists === undefined
      ? []
      : readers.needed.readLists(found.lists.value, reader, options.readList)
  checkNames(lists, reader)
  const known = joinLists(...lists.map((list) => list.lists), options.lists ?? {})
  const rules = readProducts(found, reader, { ...options, lists: known })
  const page = found.page && readers.needed.readPageChoice(found.page, reader, options.readPage)
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
    entry === undefined ? [] : readers.needed.readLists(entry.value, reader, options.readList)
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
  if (zones.length > 0) {
    const heads = zones.map(({ head }) => head)
    readers.needed.checkZones(heads, reader)
  }
  return { rules, lists, zones }
}
