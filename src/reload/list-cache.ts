import { statSync } from 'node:fs'
import type { ListKind } from '../lists/kind.ts'
import type { LanguageOptions } from '../rules/compile.ts'
import { listFilePath, readListFile } from '../rules/node/list-file.ts'
import type { PreparedFile } from './prepare-list-file.ts'
import { prepareListFile } from './prepare-list-file.ts'

/** The edge reads a smaller file in about 2 ms: less than a thread costs. */
export const LARGE_BYTES = 32_768

/** A list file, and the kind that its document declares. */
export const listKey = (file: string, kind: ListKind | undefined): string => `${kind ?? ''} ${file}`

/** Identifies the content of a file: a write and a rename over it change it. `undefined` for a file that is not there. */
export const fileState = (file: string): { state: string; bytes: number } | undefined => {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true })
    return { state: `${ino} ${size} ${mtimeNs} ${ctimeNs}`, bytes: Number(size) }
  } catch {
    return undefined
  }
}

/** A large list file as it was read. */
export interface CachedFile extends PreparedFile {
  /** Of the file before it was read. */
  readonly state: string
}

/** The large list files of the active rules, by `listKey`. */
export type ListCache = Map<string, CachedFile>

/**
 * Reads list files for a caller that loads the same rules again and again. It reads a large file once, and again after a change.
 *
 * @example loadRulePaths(['rules/'], { readList: cachedReader(cache) })
 */
export const cachedReader =
  (cache: ListCache, largeBytes = LARGE_BYTES): NonNullable<LanguageOptions['readList']> =>
  (path, from, kind) => {
    const file = listFilePath(path, from)
    const found = fileState(file)
    if (found === undefined || found.bytes < largeBytes) return readListFile(path, from)
    const key = listKey(file, kind)
    let cached = cache.get(key)
    if (cached?.state !== found.state) {
      const prepared = prepareListFile(file, kind)
      if (prepared === undefined) return readListFile(path, from)
      cached = { state: found.state, ...prepared }
      cache.set(key, cached)
    }
    return { file, prepared: cached.list, size: cached.size }
  }
