import { close, fdatasync, fstat, ftruncate, open, unlink, write } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const openFile = promisify(open)
const closeFile = promisify(close)
const truncate = promisify(ftruncate)
const stat = promisify(fstat)
const remove = promisify(unlink)

/** Events identify visitors, so only the owner may read them. */
const OWNER_ONLY = 0o600

/** One journal: lines are only appended, by one write at a time. */
export class JournalFile {
  /** Everything up to here is written. The bytes after it may be an incomplete line. */
  bytes = 0
  /** The number of events in these bytes. */
  events = 0
  readonly path: string

  private constructor(
    readonly fd: number,
    readonly directory: string,
    readonly name: string,
    readonly flushes: boolean
  ) {
    this.path = join(directory, name)
  }

  static async create(directory: string, name: string, flushes: boolean): Promise<JournalFile> {
    const fd = await openFile(join(directory, name), 'ax', OWNER_ONLY)
    return new JournalFile(fd, directory, name, flushes)
  }

  /** Undefined if all of it was written. */
  append(lines: Buffer): Promise<Error | undefined> {
    return new Promise((resolve) => {
      const finish = (error: Error | null) => {
        if (error === null) this.bytes += lines.length
        resolve(error ?? undefined)
      }
      const next = (from: number) => {
        write(this.fd, lines, from, lines.length - from, null, (error, written) => {
          if (error !== null) finish(error)
          // A nearly full disk takes a part; the next attempt gives the error.
          else if (from + written < lines.length) next(from + written)
          else if (this.flushes) fdatasync(this.fd, finish)
          else finish(null)
        })
      }
      next(0)
    })
  }

  /** Removes the rest of a failed write, so that its lines do not exist twice after they are written elsewhere. */
  async abandon(): Promise<void> {
    try {
      // A file that was truncated from outside must keep its length, so that the truncation is noticed.
      if ((await stat(this.fd)).size > this.bytes) await truncate(this.fd, this.bytes)
    } catch {
      // The disk takes nothing at all. Later readers skip an incomplete line.
    }
    if (this.bytes === 0) await remove(this.path).catch(() => {})
    await this.end()
  }

  async end(): Promise<void> {
    await closeFile(this.fd).catch(() => {
      // The file is abandoned in any case.
    })
  }
}
