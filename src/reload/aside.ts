import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { readPageFile } from '../answers/node/own-page-file.ts'
import type { OwnPage } from '../answers/own-page.ts'
import { EdgeError } from '../error.ts'
import type { LoadOptions } from '../import/node/load.ts'
import { loadRulePaths } from '../import/node/load.ts'
import type { Lists } from '../language/compile.ts'
import { LIST_SLOTS } from '../lists/kind.ts'
import type { PreparedList } from '../lists/named.ts'
import { openLists } from '../lists/named.ts'
import type { RulesetParts } from '../rules/assemble.ts'
import { rulesetOf } from '../rules/assemble.ts'
import type { LanguageOptions } from '../rules/compile.ts'
import { listFilePath, readListFile } from '../rules/node/list-file.ts'
import type { ProductSlot } from '../rules/replace-rules.ts'
import { PRODUCT_SLOTS } from '../rules/replace-rules.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import type { ListCache } from './list-cache.ts'
import { cachedReader, fileState, LARGE_BYTES } from './list-cache.ts'
import type { LoadQuestion, OtherKinds, Question, Reply } from './messages.ts'
import { OPENED, unpacker } from './portable.ts'
import { workerFile } from './reload-worker-file.ts'

type Options = Pick<LoadOptions, 'vars' | 'varFiles' | 'env' | 'front'> & { lists?: Lists }

/** Loads rules beside the requests. */
export interface AsideLoader {
  /**
   * Loads rules. Large ones load in a thread, and take a few milliseconds of this thread at a time.
   *
   * @param active the active rules: their files and lists are probably those of the next rules
   * @throws EdgeError what `loadRulePaths` throws
   */
  load(paths: readonly string[], options: Options, active: Ruleset): Promise<Ruleset>
  /** Reads the list files of a caller that cannot wait for a thread, and loads the same rules again and again. */
  readonly readList: NonNullable<LanguageOptions['readList']>
}

/** The reason to load in a thread after all. */
class LargeList extends Error {}

const bytesOf = (path: string): number => {
  try {
    const stats = statSync(path)
    if (!stats.isDirectory()) return stats.size
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .reduce((sum, { name }) => sum + (fileState(join(path, name))?.bytes ?? 0), 0)
  } catch {
    // The reader of the file reports it.
    return 0
  }
}

const kindsOf = (lists: Lists | undefined, name: string): OtherKinds => {
  const kinds: OtherKinds = {}
  const sets = {
    ip: lists?.ip?.(name),
    asn: lists?.int?.(name),
    hostname: lists?.string?.(name),
  } as const
  for (const slot of LIST_SLOTS) {
    const set = sets[slot]
    if (set !== undefined) kinds[slot] = set.kind ?? null
  }
  return kinds
}

/** Puts the replies of the thread together. */
class Assembly {
  readonly #opened: Lists[] = []
  readonly #cache: ListCache
  /** The list files of the new rules. */
  readonly used: ListCache = new Map()
  readonly #unpack: ReturnType<typeof unpacker>
  readonly #account = emptyProducts()
  readonly #zones: Record<ProductSlot, Rule[]>[] = []
  #names = new Set<string>()
  #parents = new Set<string>()
  #numbers = new Set<number>()

  constructor(cache: ListCache, others: Lists | undefined) {
    this.#cache = cache
    const pages = new Map<string, OwnPage>()
    const readPage = (file: string): OwnPage => {
      const page = pages.get(file) ?? readPageFile(file)
      pages.set(file, page)
      return page
    }
    this.#unpack = unpacker({ opened: this.#opened, others, readPage })
  }

  #open(list: PreparedList): void {
    this.#opened.push(openLists({ [OPENED]: list }))
  }

  /** Takes one reply; returns the rules after the last one. */
  take(reply: Reply): Ruleset | undefined {
    switch (reply.kind) {
      case 'cached': {
        const file = this.#cache.get(reply.key)!
        this.used.set(reply.key, file)
        this.#open(file.list)
        return undefined
      }
      case 'entries': {
        const set = reply.to === 'names' ? this.#names : this.#parents
        for (const text of reply.texts) set.add(text)
        return undefined
      }
      case 'numbers':
        for (const number of reply.numbers) this.#numbers.add(number)
        return undefined
      case 'list':
        this.#list(reply)
        return undefined
      case 'rules': {
        const { zone, slot, rules } = reply
        if (zone !== undefined) this.#zones[zone] ??= emptyProducts()
        const products = zone === undefined ? this.#account : this.#zones[zone]!
        products[slot].push(...rules.map(this.#unpack.unpackRule))
        return undefined
      }
      case 'done':
        return rulesetOf({
          ...reply.parts,
          account: this.#account as unknown as RulesetParts['account'],
          zones: reply.zones.map(({ facts, lists, page }, i) => ({
            facts,
            lists,
            page: page && this.#unpack.unpackPage(page),
            own: (this.#zones[i] ?? emptyProducts()) as unknown as RulesetParts['account'],
          })),
        })
      default:
        throw new Error(`a reply of the kind ${reply.kind} is no part of the rules`)
    }
  }

  #list({ list: given, file }: Extract<Reply, { kind: 'list' }>): void {
    let list: PreparedList
    if (given === 'asn') {
      list = { kind: 'asn', numbers: this.#numbers }
      this.#numbers = new Set()
    } else if (given === 'string') {
      list = { kind: 'string', texts: this.#names }
      this.#names = new Set()
    } else if (given === 'hostname') {
      list = { kind: 'hostname', names: this.#names, parents: this.#parents }
      this.#names = new Set()
      this.#parents = new Set()
    } else list = given
    if (file !== undefined) {
      const { key, state, size } = file
      this.used.set(key, { state, size, list })
    }
    this.#open(list)
  }
}

const emptyProducts = (): Record<ProductSlot, Rule[]> =>
  Object.fromEntries(PRODUCT_SLOTS.map((slot) => [slot, [] as Rule[]])) as Record<
    ProductSlot,
    Rule[]
  >

/**
 * Creates a loader for rules that are read again while an edge answers. A document of a thousand rules and a list of 100,000 entries
 * take half a second each, in which no visitor would get an answer. The loader keeps the large list files of the active rules, so a
 * reload reads only those that changed.
 *
 * @param options.largeBytes rules with files of this size in sum, or a list file of this size, load in a thread
 * @example createAsideLoader().load(['rules/'], { lists }, edge.ruleset)
 */
export const createAsideLoader = ({ largeBytes = LARGE_BYTES } = {}): AsideLoader => {
  const cache: ListCache = new Map()

  /** Loads in this thread; `undefined` if that takes too long. */
  const loadSmall = (
    paths: readonly string[],
    options: Options,
    active: Ruleset
  ): Ruleset | undefined => {
    const files = new Set([...paths, ...active.files])
    let bytes = 0
    for (const file of files) bytes += bytesOf(file)
    if (bytes >= largeBytes) return undefined
    const readList: NonNullable<LanguageOptions['readList']> = (path, from) => {
      const file = listFilePath(path, from)
      if ((fileState(file)?.bytes ?? 0) >= largeBytes) throw new LargeList(file)
      return readListFile(path, from)
    }
    try {
      return loadRulePaths(paths, { ...options, readList, readPage: readPageFile })
    } catch (error) {
      if (error instanceof LargeList) return undefined
      throw error
    }
  }

  const questionOf = (
    paths: readonly string[],
    { vars, varFiles, front, lists }: Options,
    names: Iterable<string>,
    kept: ListCache
  ): LoadQuestion => ({
    kind: 'load',
    paths,
    options: { vars, varFiles, front },
    others: new Map([...names].map((name) => [name, kindsOf(lists, name)])),
    cached: new Map(
      [...kept].map(
        ([
          key,
          {
            state,
            size,
            list: { kind },
          },
        ]) => [key, { state, size, kind }]
      )
    ),
    largeBytes,
  })

  const loadInThread = async (
    paths: readonly string[],
    options: Options,
    active: Ruleset
  ): Promise<Ruleset> => {
    const worker = new Worker(workerFile, { name: 'edge1020 reload' })
    // A reload without a waiting caller does not keep the process running.
    worker.unref()
    const ask = async (question: Question): Promise<Reply> => {
      worker.postMessage(question)
      const [reply] = (await once(worker, 'message')) as [Reply]
      return reply
    }
    const names = new Set(active.lists)
    // Another load can change the cache before this one ends.
    const kept = new Map(cache)
    try {
      const assembly = new Assembly(kept, options.lists)
      let reply = await ask(questionOf(paths, options, names, kept))
      while (reply.kind === 'unknown') {
        for (const name of reply.names) names.add(name)
        reply = await ask(questionOf(paths, options, names, kept))
      }
      while (reply.kind !== 'failed') {
        const ruleset = assembly.take(reply)
        if (ruleset !== undefined) {
          cache.clear()
          for (const [key, file] of assembly.used) cache.set(key, file)
          return ruleset
        }
        reply = await ask({ kind: 'next' })
      }
      const { code, message, diagnostics } = reply
      if (code === undefined) throw new Error(message)
      throw EdgeError.received({ code, message, diagnostics })
    } finally {
      await worker.terminate()
    }
  }

  return {
    load: async (paths, options, active) =>
      loadSmall(paths, options, active) ?? loadInThread(paths, options, active),
    readList: cachedReader(cache, largeBytes),
  }
}
