import { readFileSync, statSync } from 'node:fs'
import { messageOf } from './error.ts'

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'it already exists',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  ENOENT: 'no such file',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of its path is not a directory',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8',
}

/** Why a file cannot be read or written, in words: Node's own messages repeat the path and name the system call. */
export const fileReason = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? messageOf(error)
}

/**
 * Reads a text file that has to be UTF-8. A byte order mark is left out.
 *
 * @param failed makes the error out of the reason: the caller knows the purpose of the file
 * @param maxBytes a larger file is refused before it is read
 * @throws what `failed` makes
 * @example readTextFile('blocked.html', (reason, cause) => new EdgeError('invalid_page', reason, { cause }))
 */
export const readTextFile = (
  file: string,
  failed: (reason: string, cause: unknown) => Error,
  maxBytes = Number.POSITIVE_INFINITY
): string => {
  try {
    const { size } = statSync(file)
    if (size > maxBytes) throw new Error(`it has ${size} bytes: expected at most ${maxBytes}`)
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (cause) {
    throw failed(fileReason(cause), cause)
  }
}
