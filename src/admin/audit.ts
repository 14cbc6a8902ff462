import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EdgeError, messageOf } from '../error.ts'

/** Number of entries that `GET /api/audit` shows, the newest ones. The file keeps all entries. */
const MAX_KEPT = 1_000
/** Bytes read from the end of the file at start: far more than the shown entries need. */
const TAIL_BYTES = 1_048_576
/** Only the user of the process can read the file. */
const FILE_MODE = 0o600

/** The credential of the caller; `none` if the port requires no token. */
export type Credential = 'none' | 'bearer' | 'session' | 'token'

/** One action on the admin port. */
export interface AuditEntry {
  /** ISO 8601 UTC. */
  readonly time: string
  /** `POST /api/rules/reload`, `login`, `locked out`. */
  readonly what: string
  /** Address of the peer. */
  readonly from: string
  readonly by: Credential
  /** Status of the answer; absent in the line before a change. */
  readonly status?: number
  /** The reason of a refusal or failure. */
  readonly reason?: string
}

/** The log of actions, with time and address. */
export interface Audit {
  /**
   * Resolves when the entry is in the file; without a file, at once.
   *
   * @throws EdgeError `audit_failed`
   */
  write(entry: Omit<AuditEntry, 'time'>): Promise<void>
  /** Returns the newest entries, newest first. */
  recent(): readonly AuditEntry[]
}

const isEntry = (value: unknown): value is AuditEntry =>
  typeof value === 'object' &&
  value !== null &&
  ['time', 'what', 'from', 'by'].every(
    (key) => typeof (value as Record<string, unknown>)[key] === 'string'
  )

/** Parses a line. Returns nothing for a line that a full disk or a kill has cut; the file keeps it. */
const entryOf = (line: string): AuditEntry[] => {
  try {
    const value: unknown = JSON.parse(line)
    return isEntry(value) ? [value] : []
  } catch {
    return []
  }
}

/** Returns the newest entries of a file, oldest first; none if the file cannot be read. A later write reports the reason. */
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
    // The first line may start before the tail.
    return (from > 0 ? lines.slice(1) : lines).flatMap(entryOf).slice(-MAX_KEPT)
  } finally {
    closeSync(fd)
  }
}

/**
 * Creates the log, with the newest entries of earlier runs.
 *
 * @param file gets one JSON object per line; if absent, entries are only in memory
 * @example const audit = createAudit('.edge1020/admin-audit.ndjson')
 */
export const createAudit = (file?: string, now: () => number = Date.now): Audit => {
  const kept: AuditEntry[] = file === undefined ? [] : tailOf(file)
  /** The previous write. Writes run one after another, because concurrent appends may change their order. */
  let last: Promise<void> = Promise.resolve()
  return {
    write: async (given) => {
      const entry: AuditEntry = { time: new Date(now()).toISOString(), ...given }
      if (file !== undefined) {
        const written = last.then(async () => {
          // An edge with events in memory creates no data directory.
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
