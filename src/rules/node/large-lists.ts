import { once } from 'node:events'
import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { LanguageOptions } from '../compile.ts'
import type { Ruleset } from '../rule.ts'
import { listFilePath, readListFile } from './list-file.ts'
import { workerFile } from './list-worker-file.ts'
import type { ListQuestion, ListReply } from './prepare-list-file.ts'
import { prepareListFile } from './prepare-list-file.ts'

/** Reading a smaller file takes about 2 ms: less than passing it to another thread costs. */
const LARGE_BYTES = 32_768
/** A document that names other files each time it is read would never end. */
const MOST_ROUNDS = 3

type ReadList = NonNullable<LanguageOptions['readList']>
type Load = (readList: ReadList) => Ruleset

interface Known {
  /** Of the file when the thread was asked to read it. */
  readonly state: string
  readonly reply: ListReply
}

/** What a file is: one that is renamed over it, or written to, is another. `undefined` where it cannot be told. */
const stateOf = (file: string): { state: string; bytes: number } | undefined => {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true })
    return { state: `${ino} ${size} ${mtimeNs} ${ctimeNs}`, bytes: Number(size) }
  } catch {
    return undefined
  }
}

/** Loads rules whose large lists another thread reads. */
export interface LargeLists {
  /**
   * Calls `load` until it has met no list that is still to be read: once where no list is large, or none has changed.
   *
   * @throws what `load` throws
   */
  load(load: Load): Promise<Ruleset>
  /**
   * For who cannot wait for the thread, and loads the same rules again and again: a large list is read once, and then again when its file
   * changed.
   */
  readonly readList: ReadList
}

/**
 * Reads the files of large lists in a thread of its own: a list of 100,000 addresses takes 0.3 s, in which no visitor would get an answer.
 * It keeps the lists of the rules in force, so that a reload reads only the files that changed.
 *
 * @param options.largeBytes files of at least this size are read in the thread
 * @example createLargeLists().load((readList) => loadRulePaths(['rules/'], { readList }))
 */
export const createLargeLists = ({ largeBytes = LARGE_BYTES } = {}): LargeLists => {
  let known = new Map<string, Known>()

  const keyOf = ({ file, kind }: ListQuestion) => `${kind ?? ''} ${file}`

  const askThread = async (questions: readonly ListQuestion[]): Promise<void> => {
    const worker = new Worker(workerFile, { name: 'edge1020 lists' })
    // A reload that nobody waits for any more keeps no process running.
    worker.unref()
    try {
      for (const question of questions) {
        const before = stateOf(question.file)
        worker.postMessage(question)
        const [reply] = (await once(worker, 'message')) as [ListReply]
        if (before !== undefined) known.set(keyOf(question), { state: before.state, reply })
      }
    } finally {
      await worker.terminate()
    }
  }

  const attempt = (load: Load, isLast: boolean) => {
    const missing: ListQuestion[] = []
    const used = new Map<string, Known>()
    const readList: ReadList = (path, from, kind) => {
      const question = { file: listFilePath(path, from), kind }
      const file = stateOf(question.file)
      if (file === undefined || file.bytes < largeBytes) return readListFile(path, from)
      const found = known.get(keyOf(question))
      if (found?.state !== file.state) {
        if (isLast) return readListFile(path, from)
        missing.push(question)
        // Anything, as these rules will not be in force: an empty list of the kind that the document says or may mean.
        return { file: question.file, entries: [] }
      }
      used.set(keyOf(question), found)
      if (found.reply === undefined) return readListFile(path, from)
      return { file: question.file, prepared: found.reply.list, size: found.reply.size }
    }
    const run = (): Ruleset | undefined => {
      try {
        return load(readList)
      } catch (error) {
        if (missing.length > 0) return undefined
        throw error
      }
    }
    return { ruleset: run(), missing, used }
  }

  const readOnce: ReadList = (path, from, kind) => {
    const file = listFilePath(path, from)
    const state = stateOf(file)
    if (state === undefined || state.bytes < largeBytes) return readListFile(path, from)
    const key = keyOf({ file, kind })
    let found = known.get(key)
    if (found?.state !== state.state) {
      found = { state: state.state, reply: prepareListFile({ file, kind }) }
      known.set(key, found)
    }
    if (found.reply === undefined) return readListFile(path, from)
    return { file, prepared: found.reply.list, size: found.reply.size }
  }

  return {
    readList: readOnce,
    load: async (load) => {
      for (let round = 1; ; round++) {
        const { ruleset, missing, used } = attempt(load, round === MOST_ROUNDS)
        if (missing.length === 0 && ruleset !== undefined) {
          known = used
          return ruleset
        }
        await askThread(missing)
      }
    },
  }
}
