import { EdgeError } from '../../error.ts'
import type { Lists } from '../../language/compile.ts'
import type { ListKind } from '../../lists/kind.ts'
import { KIND_NAMES } from '../../lists/kind.ts'
import type { ListEntries, PreparedList } from '../../lists/named.ts'
import { openLists, prepareList } from '../../lists/named.ts'
import type { LanguageOptions } from '../compile.ts'
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
  /** The file with the entries, if they are not in the document. */
  readonly from?: string
}

/** A list, possibly incomplete because of problems. */
export interface ListDraft extends OwnList {
  /** As written; absent for a list that another thread has read. */
  readonly items?: readonly (string | number)[]
  readonly lists: Lists
  readonly place: Place
  /** Returns the place of an entry, in the document or in the file of the list. */
  readonly lineOf?: (entry: string) => { readonly file?: string; readonly line: number } | undefined
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

interface ListParts {
  readonly items: readonly (string | number)[]
  readonly prepared?: { readonly list: PreparedList; readonly size: number }
  readonly kind: ListKind | undefined
  /** Returns the place of an entry, for messages. */
  readonly placeOf: (entry: string) => { place: Place; prefix: string } | undefined
  readonly lineOf?: ListDraft['lineOf']
  readonly from?: string
}

const itemsIn = (node: Node, kind: ListKind | undefined, reader: Reader): ListParts | undefined => {
  if (node.kind !== 'list') return reader.wrongType(node, 'a list of entries')
  const items = node.items.flatMap((item) => itemText(item, reader) ?? [])
  const placeOf = (entry: string) => {
    const found = node.items.find((item) => item.kind === 'scalar' && String(item.value) === entry)
    return found && { place: found.place, prefix: '' }
  }
  const lineOf = (entry: string) => {
    const { file = '', line } = placeOf(entry)?.place.span() ?? {}
    return line === undefined ? undefined : { file, line }
  }
  return { items, kind, placeOf, lineOf }
}

const fileIn = (
  { value }: Entry,
  kind: ListKind | undefined,
  reader: Reader,
  readFile: LanguageOptions['readList']
): ListParts | undefined => {
  const path = reader.text(value, 'the path of a file with one entry per line, or CSV')
  if (path === undefined) return undefined
  if (readFile === undefined) {
    const message = 'this runtime cannot read files: put the entries into `items`'
    reader.findings.error(path.place, 'invalid_list', message)
    return undefined
  }
  try {
    const { file, ...read } = readFile(path.value, path.place.span().file ?? '', kind)
    if ('prepared' in read) {
      const prepared = { list: read.prepared, size: read.size }
      return { items: [], prepared, kind, placeOf: () => undefined, from: file }
    }
    const { entries } = read
    const placeOf = (entry: string) => {
      const line = entries.find((one) => one.text === entry)?.line
      return { place: path.place, prefix: `${file}:${line ?? 1}: ` }
    }
    const lineOf = (text: string) => {
      const line = entries.find((one) => one.text === text)?.line
      return line === undefined ? undefined : { file, line }
    }
    return { items: entries.map((entry) => entry.text), kind, placeOf, lineOf, from: file }
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    reader.findings.error(path.place, error.code, error.message)
    return undefined
  }
}

const partsOf = (
  value: Node,
  reader: Reader,
  readFile: LanguageOptions['readList']
): ListParts | undefined => {
  if (value.kind === 'list') return itemsIn(value, undefined, reader)
  const expected = 'a list of entries, or a mapping with `items` or `file`, and `kind`'
  const map = reader.map(value, expected)
  if (map === undefined) return undefined
  const { found, meant } = reader.entries(map, LIST_KEYS, 'a list')
  const { items, file } = found
  const kind = found.kind && readKind(found.kind, reader)
  if (items !== undefined && file !== undefined) {
    const message = 'the list has both `items` and `file`: expected one of them'
    reader.findings.error(file.keyPlace, 'conflicting_keys', message)
    return undefined
  }
  if (items !== undefined) return itemsIn(items.value, kind, reader)
  if (file !== undefined) return fileIn(file, kind, reader, readFile)
  if (!meant.has('items') && !meant.has('file')) {
    reader.findings.error(map.place, 'missing_key', 'the list has no `items` and no `file`')
  }
  return undefined
}

const readList = (
  { key, keyPlace, value }: Entry,
  reader: Reader,
  readFile: LanguageOptions['readList']
): ListDraft | undefined => {
  const before = reader.findings.errors
  const parts = partsOf(value, reader, readFile)
  if (parts === undefined || reader.findings.errors > before) return undefined
  const { items, prepared, kind, placeOf, lineOf, from } = parts
  const entries: ListEntries = kind === undefined ? items : { kind, items }
  try {
    const list = prepared?.list ?? prepareList(key, entries)
    const place = keyPlace
    const { file = '', line } = place.span()
    return {
      name: key,
      kind: list.kind,
      size: prepared?.size ?? items.length,
      ...(prepared === undefined ? { items } : {}),
      file: place.path ?? file,
      line: place.path === undefined ? line : 0,
      ...(from === undefined ? {} : { from }),
      lists: openLists({ [key]: list }),
      place,
      ...(lineOf === undefined ? {} : { lineOf }),
    }
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    const culprit = items.find((item) => error.message.includes(`: ${JSON.stringify(item)}:`))
    const { place, prefix } = (culprit === undefined ? undefined : placeOf(String(culprit))) ?? {
      place: keyPlace,
      prefix: '',
    }
    reader.findings.error(place, error.code, `${prefix}${error.message}`)
    return undefined
  }
}

/** Reads `lists:` of one document: the entries of each list by its name, without `$`. */
export const readLists = (
  node: Node,
  reader: Reader,
  readFile?: LanguageOptions['readList']
): ListDraft[] => {
  const map = reader.map(node, 'a mapping of list names to their entries')
  return map === undefined
    ? []
    : map.entries.flatMap((entry) => readList(entry, reader, readFile) ?? [])
}
