import { dirname, resolve } from 'node:path'
import { EdgeError } from '../../error.ts'
import { readTextFile } from '../../text-file.ts'
import type { ListFile } from '../compile.ts'
import { listFileEntries } from './list-entries.ts'

/** Cloudflare's lists have at most 500,000 entries. */
const MAX_BYTES = 50_000_000

/** @param from the document with the path, which is relative to the document's directory */
export const listFilePath = (path: string, from: string): string =>
  from === '' ? path : resolve(dirname(from), path)

/**
 * Reads the file of a list for `loadRules`.
 *
 * @throws EdgeError `invalid_list`
 */
export const readListFile = (path: string, from: string): ListFile => {
  const file = listFilePath(path, from)
  const failed = (reason: string, cause: unknown) =>
    new EdgeError('invalid_list', `${file}: cannot be read: ${reason}`, { cause })
  return { file, entries: listFileEntries(readTextFile(file, failed, MAX_BYTES)) }
}
