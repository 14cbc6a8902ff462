import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EdgeError, messageOf } from '../error.ts'

/** The newest that `GET /api/audit` shows; a file keeps all of them. */
const MAX_KEPT = 1_000
/** How much of the file is read at start: far more than the entries that are shown take. */
const TAIL_BYTES = 1_048_576
/** Only the owner of the process reads it. */
const FILE_MODE = 0o600

/** How the person or program behind a change proved who it is; `none` where the port asks for no token. */
export type Credential = 'none' | 'bearer' | 'session' | 'token'

/** One thing that somebody did on the admin port. */
export interface AuditEntry {
  /** ISO 8601 UTC. */
  readonly time: string
  /** `POST /api/rules/reload`, `login`, `locked out`. */
  readonly what: string
  /** Address at the other end of the connection. */
  readonly from: string
  readonly by: Credential
  /** Status of the answer; absent in the line that is written before a change is made. */
  readonly status?: number
  /** Why it was refused or failed. */
  readonly reason?: string
}

/** What was done, when and from where. */
export interface Audit {
  /**
   * Resolves when the entry is in the file, where there is one.
   *
   * @throws EdgeError `audit_failed`
   */
  write(entry: Omit<AuditEntry, 'time'>): Promise<void>
  /** Newest first. */
  recent(): readonly AuditEntry[]
}

const isEntry = (value: unknown): value is AuditEntry =>
  typeof value === 'object' &&
  value !== null &&
  ['time', 'what', 'from', 'by'].every(
    (key) => typeof (value as Record<string, unknown>)[key] === 'string'
  )

/** A line that a full disk or a kill cut short tells nothing; the file keeps it. */
const entryOf = (line: string): AuditEntry[] => {
  try {
    const value: unknown = JSON.parse(line)
    return isEntry(value) ? [value] : []
  } catch {
    return []
  }
}

/** The newest entries of a file, oldest first; none where it is not there or may not be read: writing tells what is wrong. */
const tailOf = (file: string): AuditEntry[] => {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch {
    return []
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) return []
    const from = Math.max(0, stat.size - TAIL_BYTES)
    const bytes = Buffer.alloc(stat.size - from)
    const read = readSync(fd, bytes, 0, bytes.length, from)
    const lines = bytes.toString('utf8', 0, read).split('\n')
    // The first line begins before the tail.
    return (from > 0 ? lines.slice(1) : lines).flatMap(entryOf).slice(-MAX_KEPT)
  } finally {
    closeSync(fd)
  }
}

/**
 * @param file gets one JSON object a line, and is where the newest entries of earlier runs are read from; absent: entries are kept in memory alone
 * @example const audit = createAudit('.edge1020/admin-audit.ndjson')
 */
export const createAudit = (file?: string, now: () => number = Date.now): Audit => {
  const kept: AuditEntry[] = file === undefined ? [] : tailOf(file)
  /** One line after the other: two appends at once may not keep their order. */
  let last: Promise<void> = Promise.resolve()
  return {
    write: async (given) => {
      const entry: AuditEntry = { time: new Date(now()).toISOString(), ...given }
      if (file !== undefined) {
        const written = last.then(async () => {
          // An edge that keeps its events in memory has made no data directory.
          await mkdir(dirname(file), { recursive: true })
          await appendFile(file, `${JSON.stringify(entry)}\n`, { mode: FILE_MODE })
        })
        last = written.catch(() => {})
        try {
          await written
        } catch (cause) {
          throw new EdgeError('audit_failed', `${file}: ${messageOf(cause)}`, { cause })
        }
      }
      kept.push(entry)
      if (kept.length > MAX_KEPT) kept.shift()
    },
    recent: () => kept.toReversed(),
  }
}
