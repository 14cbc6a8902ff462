import { dirname, resolve } from 'node:path'
import { EdgeError } from '../../error.ts'
import { readTextFile } from '../../text-file.ts'
import type { ListFile } from '../compile.ts'

/** Cloudflare's lists hold 500,000 entries at most. */
const MAX_BYTES = 50_000_000

/**
 * Reads the file of a list for `loadRules`.
 *
 * @param from the document that names it, whose directory the path is relative to
 * @throws EdgeError `invalid_list`
 */
export const readListFile = (path: string, from: string): ListFile => {
  const file = from === '' ? path : resolve(dirname(from), path)
  const failed = (reason: string, cause: unknown) =>
    new EdgeError('invalid_list', `${file}: cannot be read: ${reason}`, { cause })
  return { file, text: readTextFile(file, failed, MAX_BYTES) }
}
