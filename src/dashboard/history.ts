import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeDirectory } from '../directory.ts'
import { messageOf } from '../error.ts'

/** One saved change. */
export interface SavedChange {
  readonly file: string
  /** For people: `switched "no scripts" off`. */
  readonly what: string
  readonly atMs: number
  readonly before: string
  readonly afterHash: string
}

const MAX_CHANGES = 50
/** The limit for the texts before the changes. The newest change is kept whatever its length. */
const MAX_CHARS = 4 * 1024 * 1024
/** The file contains whole rule documents, so only its owner may read it. */
const OWNER_ONLY = 0o600

const TEXTS = ['file', 'what', 'before', 'afterHash'] as const

const isChange = (value: unknown): value is SavedChange => {
  if (typeof value !== 'object' || value === null) return false
  const found = value as Record<string, unknown>
  return TEXTS.every((key) => typeof found[key] === 'string') && typeof found.atMs === 'number'
}

const read = (file: string): SavedChange[] => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const found: unknown = JSON.parse(text)
  if (!Array.isArray(found) || !found.every(isChange)) throw new Error('expected a list of changes')
  return found
}

const bounded = (changes: readonly SavedChange[]): SavedChange[] => {
  let chars = 0
  return changes.slice(0, MAX_CHANGES).filter(({ before }, i) => {
    chars += before.length
    return i === 0 || chars <= MAX_CHARS
  })
}

/** The changes that *Undo* can revert, newest first: at most 50, with at most 4 MiB of text. */
export interface History {
  changes(): readonly SavedChange[]
  add(change: SavedChange): void
  /** Drops the newest change. */
  drop(): void
}

/**
 * @param file where the changes survive a restart; without it they last as long as the process
 * @param onError gets errors of reading and writing; the changes of this process stay
 * @example createHistory('.edge1020/undo.json', console.error).add(change)
 */
export const createHistory = (
  file: string | undefined,
  onError: (error: Error) => void
): History => {
  const report = (doing: string, error: unknown) =>
    onError(new Error(`${file}: the changes for undo were not ${doing}: ${messageOf(error)}`))
  let changes: SavedChange[] = []
  if (file !== undefined) {
    try {
      changes = bounded(read(file))
    } catch (error) {
      report('read', error)
    }
  }
  const keep = (next: readonly SavedChange[]) => {
    changes = bounded(next)
    if (file === undefined) return
    const part = `${file}.${process.pid}.part`
    try {
      makeDirectory(dirname(file))
      writeFileSync(part, JSON.stringify(changes), { mode: OWNER_ONLY, flush: true })
      renameSync(part, file)
    } catch (error) {
      report('written', error)
      try {
        unlinkSync(part)
      } catch {
        // The temporary file does not exist.
      }
    }
  }
  return {
    changes: () => changes,
    add: (change) => keep([change, ...changes]),
    drop: () => keep(changes.slice(1)),
  }
}
