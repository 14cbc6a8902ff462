import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, resolve } from 'node:path'

/** A file with the name of a journal that is not one, or that another user may have created. */
export class UntrustedJournal extends Error {}

/** A pipe must not block its reader, and a link must not lead elsewhere. Systems without these flags have 0 here. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW

/** The owner of the store's file can write to it anyway. */
const isTrusted = (uid: number, file: string): boolean =>
  process.getuid === undefined ||
  uid === process.getuid() ||
  uid === statSync(file, { throwIfNoEntry: false })?.uid

/**
 * Opens a journal of the store `file` for reading. Every user may write to the directory for temporary files, so a journal
 * there has to belong to this user or to the owner of the store's file.
 *
 * @returns its file descriptor
 * @throws UntrustedJournal, and the system's errors
 */
export const openJournal = (path: string, file: string): number => {
  const fd = openSync(path, FLAGS)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new UntrustedJournal('it is not a regular file')
    const isShared = dirname(path) === resolve(tmpdir())
    if (isShared && !isTrusted(stat.uid, file)) {
      throw new UntrustedJournal(`it belongs to another user (${stat.uid})`)
    }
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
