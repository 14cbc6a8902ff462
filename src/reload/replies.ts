import { readPageFile } from '../answers/node/own-page-file.ts'
import { EdgeError, messageOf } from '../error.ts'
import { loadParts } from '../import/node/load.ts'
import type { Lists } from '../language/compile.ts'
import type { ListKind, ListSlot } from '../lists/kind.ts'
import type { PreparedList } from '../lists/named.ts'
import { prepareList } from '../lists/named.ts'
import type { RulesetParts } from '../rules/assemble.ts'
import type { LanguageOptions } from '../rules/compile.ts'
import { listFilePath, readListFile } from '../rules/node/list-file.ts'
import { PRODUCT_SLOTS } from '../rules/replace-rules.ts'
import type { Products, Rule } from '../rules/rule.ts'
import { fileState, listKey } from './list-cache.ts'
import type { FileKey, LoadQuestion, Reply } from './messages.ts'
import type { PortableRule } from './portable.ts'
import { packer } from './portable.ts'
import { prepareListFile } from './prepare-list-file.ts'

/** The asking thread compiles this many rules between two requests, in a few milliseconds. */
const RULES_PER_REPLY = 20
const TEXTS_PER_REPLY = 5_000
const NO_TEXTS: ReadonlySet<string> = new Set()

/** Stand-ins for the lists of another thread, so rules can be checked against their kinds. */
const standIns = (others: LoadQuestion['others'], unknown: Set<string>): Lists => {
  const find = (name: string, slot: ListSlot) => {
    const kinds = others.get(name)
    if (kinds === undefined) unknown.add(name)
    return kinds?.[slot]
  }
  const standIn = <Kind extends ListKind>(kind: Kind | null | undefined) =>
    kind === undefined ? undefined : { has: () => false, ...(kind === null ? {} : { kind }) }
  return {
    ip: (name) => standIn(find(name, 'ip') as 'ip' | null | undefined),
    int: (name) => standIn(find(name, 'asn') as 'asn' | null | undefined),
    string: (name) => standIn(find(name, 'hostname') as 'hostname' | 'string' | null | undefined),
  }
}

/** Reads list files, except for those that the asking thread has. */
const listReader = ({ cached, largeBytes }: LoadQuestion) => {
  const files = new Map<PreparedList, FileKey & { readonly isCached: boolean }>()
  const readList: NonNullable<LanguageOptions['readList']> = (path, from, kind) => {
    const file = listFilePath(path, from)
    const found = fileState(file)
    if (found === undefined || found.bytes < largeBytes) return readListFile(path, from)
    const key = listKey(file, kind)
    const { state } = found
    const known = cached.get(key)
    const isCached = known?.state === state
    const read = isCached
      ? { list: prepareList('list', { kind: known.kind, items: [] }), size: known.size }
      : prepareListFile(file, kind)
    if (read === undefined) return readListFile(path, from)
    files.set(read.list, { key, state, size: read.size, isCached })
    return { file, prepared: read.list, size: read.size }
  }
  return { files, readList }
}

function* slices<T>(all: Iterable<T>, most: number): Generator<T[]> {
  let slice: T[] = []
  for (const one of all) {
    slice.push(one)
    if (slice.length < most) continue
    yield slice
    slice = []
  }
  if (slice.length > 0) yield slice
}

function* listReplies(list: PreparedList, file: FileKey | undefined): Generator<Reply> {
  if (list.kind === 'ip') {
    yield { kind: 'list', list, file }
    return
  }
  if (list.kind === 'asn') {
    yield { kind: 'numbers', numbers: Float64Array.from(list.numbers) }
  } else {
    const { names, parents } =
      list.kind === 'string' ? { names: list.texts, parents: NO_TEXTS } : list
    for (const texts of slices(names, TEXTS_PER_REPLY))
      yield { kind: 'entries', to: 'names', texts }
    for (const texts of slices(parents, TEXTS_PER_REPLY)) {
      yield { kind: 'entries', to: 'parents', texts }
    }
  }
  yield { kind: 'list', list: list.kind, file }
}

function* rulesReplies(
  products: Products,
  pack: (rule: Rule) => PortableRule,
  zone?: number
): Generator<Extract<Reply, { kind: 'rules' }>> {
  for (const slot of PRODUCT_SLOTS) {
    for (const rules of slices<Rule>(products[slot], RULES_PER_REPLY)) {
      yield { kind: 'rules', slot, rules: rules.map(pack), ...(zone === undefined ? {} : { zone }) }
    }
  }
}

const failed = (error: unknown): Reply => ({
  kind: 'failed',
  code: error instanceof EdgeError ? error.code : undefined,
  message: messageOf(error),
  diagnostics: error instanceof EdgeError ? error.diagnostics : [],
})

/** Loads rules, and gives them in pieces that another thread can take in a few milliseconds each. */
export function* repliesTo(question: LoadQuestion): Generator<Reply> {
  const { paths, options, others } = question
  const unknown = new Set<string>()
  const { files, readList } = listReader(question)
  let parts: RulesetParts
  try {
    const lists = standIns(others, unknown)
    parts = loadParts(paths, {
      ...options,
      env: process.env,
      lists,
      readList,
      readPage: readPageFile,
    })
  } catch (error) {
    yield failed(error)
    return
  }
  // The names are also looked up in the lists from elsewhere, with other kinds.
  if (unknown.size > 0 && parts.warnings.some(({ code }) => code === 'unknown_list')) {
    yield { kind: 'unknown', names: [...unknown] }
    return
  }
  const numbers = new Map<PreparedList, number>()
  const { packRule, packPage } = packer(numbers)
  const rules = [
    ...rulesReplies(parts.account, packRule),
    ...parts.zones.flatMap(({ own }, zone) => [...rulesReplies(own, packRule, zone)]),
  ]
  for (const list of numbers.keys()) {
    const file = files.get(list)
    if (file?.isCached === true) yield { kind: 'cached', key: file.key }
    else yield* listReplies(list, file)
  }
  yield* rules
  const { lists, site, files: read, warnings } = parts
  yield {
    kind: 'done',
    zones: parts.zones.map(({ facts, page, lists: own }) => ({
      facts,
      lists: own,
      ...(page === undefined ? {} : { page: packPage(page) }),
    })),
    parts: { lists, files: read, warnings, ...(site === undefined ? {} : { site }) },
  }
}

/** Memory that changes hands without a copy. */
export const memoryOf = (reply: Reply): ArrayBuffer[] => {
  if (reply.kind === 'numbers') return [reply.numbers.buffer as ArrayBuffer]
  if (reply.kind !== 'list' || typeof reply.list === 'string') return []
  const { four, six } = reply.list.ranges
  return [four, six].flatMap(({ starts, values, hostBits }) =>
    [...starts, values, hostBits].map(({ buffer }) => buffer as ArrayBuffer)
  )
}
