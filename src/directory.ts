import type { Stats } from 'node:fs'
import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileReason } from './text-file.ts'

/** The directory of the event store and of downloaded data, where nothing else is named. */
export const DATA_DIRECTORY = '.edge1020'

const statsOf = (path: string): Stats | undefined => {
  try {
    return statSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** Which of a directory and those above it are missing, the outermost first. */
const missingOf = (directory: string): string[] => {
  const missing: string[] = []
  for (let at = resolve(directory); ; at = dirname(at)) {
    const stats = statsOf(at)
    if (stats?.isDirectory()) return missing.reverse()
    if (stats !== undefined) throw new Error(`${at} is a file: expected a directory`)
    missing.push(at)
    // The root is always there; the check keeps a broken file system from going on for ever.
    if (at === dirname(at)) return missing.reverse()
  }
}

/**
 * Makes a directory and those above it. Node's own `recursive: true` never ends where a file system refuses new entries
 * with "no such file", as /proc does.
 *
 * @throws Error whose message is the reason in words, for the error of the caller
 */
export const makeDirectory = (directory: string): void => {
  let making = directory
  try {
    for (const one of missingOf(directory)) {
      making = one
      try {
        mkdirSync(one)
      } catch (error) {
        // Another process may have been faster.
        if (!statsOf(one)?.isDirectory()) throw error
      }
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    const reason =
      code === 'ENOENT' ? 'the file system does not allow new entries there' : fileReason(cause)
    throw new Error(`the directory ${making} cannot be created: ${reason}`, { cause })
  }
}
