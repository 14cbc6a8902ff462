import { dirname, resolve } from 'node:path'
import { EdgeError } from '../../error.ts'
import { readTextFile } from '../../text-file.ts'
import type { ListFile } from '../compile.ts'
import { listFileEntries } from './list-entries.ts'

/** Cloudflare's lists hold 500,000 entries at most. */
const MAX_BYTES = 50_000_000

/** @param from the document that names the path, whose directory it is relative to */
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
