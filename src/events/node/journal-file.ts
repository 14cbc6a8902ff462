import { close, fdatasync, fstat, ftruncate, open, unlink, write } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const openFile = promisify(open)
const closeFile = promisify(close)
const truncate = promisify(ftruncate)
const stat = promisify(fstat)
const remove = promisify(unlink)

/** Events name visitors: nobody else may read them. */
const OWNER_ONLY = 0o600

/** One journal: lines that are only ever added, by one write at a time. */
export class JournalFile {
  /** Everything up to here is written: what follows may be the torn beginning of a line. */
  bytes = 0
  /** Events in these bytes. */
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

  /** Undefined where all of it is written. */
  append(lines: Buffer): Promise<Error | undefined> {
    return new Promise((resolve) => {
      const finish = (error: Error | null) => {
        if (error === null) this.bytes += lines.length
        resolve(error ?? undefined)
      }
      const next = (from: number) => {
        write(this.fd, lines, from, lines.length - from, null, (error, written) => {
          if (error !== null) finish(error)
          // A disk that is nearly full takes a part; what is wrong comes with the next try.
          else if (from + written < lines.length) next(from + written)
          else if (this.flushes) fdatasync(this.fd, finish)
          else finish(null)
        })
      }
      next(0)
    })
  }

  /** Takes away what a failed write left, so that its lines are not there twice once they are written elsewhere. */
  async abandon(): Promise<void> {
    try {
      // A file that somebody cut off must stay as short as it is, so that this shows.
      if ((await stat(this.fd)).size > this.bytes) await truncate(this.fd, this.bytes)
    } catch {
      // Of a disk that takes nothing at all. Whoever reads the file later leaves a torn line out.
    }
    if (this.bytes === 0) await remove(this.path).catch(() => {})
    await this.end()
  }

  async end(): Promise<void> {
    await closeFile(this.fd).catch(() => {
      // The file is left in any case.
    })
  }
}
