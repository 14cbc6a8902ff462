import { dirname, resolve } from 'node:path'
import { EdgeError } from '../../error.ts'
import { readTextFile } from '../../text-file.ts'
import type { OwnPage } from '../own-page.ts'
import { readOwnPage } from '../own-page.ts'

/** No valid page is larger, so nothing beyond is read into memory. */
const MAX_BYTES = 8_000_000

/**
 * Reads an owner's own page from a file.
 *
 * @param from the document that names the page; the path is relative to its directory. '' for the working directory
 * @throws EdgeError `invalid_page`
 * @example readPageFile('pages/blocked.html')
 */
export const readPageFile = (path: string, from = ''): OwnPage => {
  const file = from === '' ? path : resolve(dirname(from), path)
  const text = readTextFile(
    file,
    (reason, cause) =>
      new EdgeError('invalid_page', `${file}: cannot be read: ${reason}`, { cause }),
    MAX_BYTES
  )
  return readOwnPage({ file, text })
}
