import { EdgeError } from '../../error.ts'
import type { Lists } from '../../language/compile.ts'
import type { ListKind } from '../../lists/kind.ts'
import { KIND_NAMES } from '../../lists/kind.ts'
import type { ListEntries } from '../../lists/named.ts'
import { listsOf } from '../../lists/named.ts'
import { LIST_KEYS } from '../keys.ts'
import type { Entry, Node, Place } from '../node.ts'
import { inBackticks } from '../node.ts'
import type { Reader } from '../reader.ts'

/** One list that a document fills. */
export interface OwnList {
  /** Without `$`. */
  readonly name: string
  readonly kind: ListKind
  /** Number of its entries. */
  readonly size: number
  readonly file: string
  /** 1-based; 0 for a list passed as an object. */
  readonly line: number
}

/** A list as far as it could be read. */
export interface ListDraft extends OwnList {
  /** As written. */
  readonly items: readonly (string | number)[]
  readonly lists: Lists
  readonly place: Place
}

const KINDS = Object.keys(KIND_NAMES) as ListKind[]

const readKind = (entry: Entry, reader: Reader): ListKind | undefined => {
  const text = reader.text(entry.value, KINDS.join(', '))
  const kind = KINDS.find((known) => known === text?.value)
  if (text === undefined || kind !== undefined) return kind
  const message = `unknown kind of list ${inBackticks(text.value)}: expected one of ${KINDS.join(', ')}`
  reader.findings.error(text.place, 'invalid_list', message)
  return undefined
}

const itemText = (item: Node, reader: Reader): string | number | undefined =>
  item.kind === 'scalar' && typeof item.value === 'number'
    ? item.value
    : reader.text(item, 'an entry of the list')?.value

const partsOf = (value: Node, reader: Reader): { items: Node; kind?: ListKind } | undefined => {
  if (value.kind === 'list') return { items: value }
  const map = reader.map(value, 'a list of entries, or a mapping with `kind` and `items`')
  if (map === undefined) return undefined
  const { found, meant } = reader.entries(map, LIST_KEYS, 'a list')
  if (found.items === undefined) {
    if (!meant.has('items')) {
      reader.findings.error(map.place, 'missing_key', 'the list has no `items`')
    }
    return undefined
  }
  const kind = found.kind && readKind(found.kind, reader)
  return { items: found.items.value, ...(kind === undefined ? {} : { kind }) }
}

/** The kind of a list that could be made: the one set that it is in. */
const kindIn = (lists: Lists, name: string): ListKind =>
  lists.ip?.(name) !== undefined ? 'ip' : lists.int?.(name) !== undefined ? 'asn' : 'hostname'

const readList = ({ key, keyPlace, value }: Entry, reader: Reader): ListDraft | undefined => {
  const before = reader.findings.errors
  const parts = partsOf(value, reader)
  if (parts === undefined) return undefined
  const { items: node, kind: given } = parts
  if (node.kind !== 'list') return reader.wrongType(node, 'a list of entries')
  const items = node.items.flatMap((item) => itemText(item, reader) ?? [])
  if (reader.findings.errors > before) return undefined
  const entries: ListEntries = given === undefined ? items : { kind: given, items }
  try {
    const lists = listsOf({ [key]: entries })
    const place = keyPlace
    const { file = '', line } = place.span()
    return {
      name: key,
      kind: kindIn(lists, key),
      size: items.length,
      items,
      file: place.path ?? file,
      line: place.path === undefined ? line : 0,
      lists,
      place,
    }
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    const culprit = node.items.find(
      (item) => item.kind === 'scalar' && error.message.includes(`: ${JSON.stringify(item.value)}:`)
    )
    reader.findings.error(culprit?.place ?? keyPlace, error.code, error.message)
    return undefined
  }
}

/** Reads `lists:` of one document: the entries of each list by its name, without `$`. */
export const readLists = (node: Node, reader: Reader): ListDraft[] => {
  const map = reader.map(node, 'a mapping of list names to their entries')
  return map === undefined ? [] : map.entries.flatMap((entry) => readList(entry, reader) ?? [])
}
