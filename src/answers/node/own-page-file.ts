import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { EdgeError } from '../../error.ts'
import type { OwnPage } from '../own-page.ts'
import { readOwnPage } from '../own-page.ts'

/** No page of legal size is larger; nothing beyond is read into memory. */
const MAX_BYTES = 8_000_000

/**
 * Reads an owner's own page from a file.
 *
 * @param from the document that names it, whose directory the path is relative to; '' for the working directory
 * @throws EdgeError `invalid_page`
 * @example readPageFile('pages/blocked.html')
 */
export const readPageFile = (path: string, from = ''): OwnPage => {
  const file = from === '' ? path : resolve(dirname(from), path)
  try {
    if (statSync(file).size > MAX_BYTES) {
      throw new EdgeError('invalid_page', `${file}: larger than 1.5 MB`)
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
    return readOwnPage({ file, text })
  } catch (cause) {
    if (cause instanceof EdgeError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    const reason =
      code === 'ENOENT'
        ? 'no such file'
        : code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
          ? 'it is not UTF-8'
          : message
    throw new EdgeError('invalid_page', `${file}: cannot be read: ${reason}`, { cause })
  }
}
