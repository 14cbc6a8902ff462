import { join } from 'node:path'
import { EdgeError } from '../../error.ts'
import type { EventStore } from '../event.ts'
import { memoryStore } from '../memory.ts'
import { noStore } from '../none.ts'
import type { SqliteOptions } from './sqlite.ts'
import { sqliteStore } from './sqlite.ts'

const DEFAULT_FILE = 'events.db'
const SQLITE = 'sqlite:'

/**
 * Opens the store that a command line or an option names: `memory`, `none`, `sqlite:FILE`, or, without a name, SQLite in the
 * data directory.
 *
 * @throws EdgeError `unknown_store`, and what the store itself throws
 * @example openStore('sqlite:/var/lib/edge1020/events.db', { dataDir: '.edge1020' })
 */
export const openStore = (
  spec: string | undefined,
  { dataDir, ...options }: { dataDir: string } & SqliteOptions
): EventStore => {
  const { readOnly = false } = options
  if (spec === undefined) return sqliteStore(join(dataDir, DEFAULT_FILE), options)
  if (!readOnly && spec === 'memory') return memoryStore()
  if (!readOnly && spec === 'none') return noStore()
  if (spec.startsWith(SQLITE) && spec.length > SQLITE.length) {
    return sqliteStore(spec.slice(SQLITE.length), options)
  }
  throw new EdgeError(
    'unknown_store',
    readOnly
      ? `store "${spec}": expected sqlite:FILE, the only store that another process can read`
      : `store "${spec}": expected memory, none or sqlite:FILE`
  )
}
