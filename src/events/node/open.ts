import { join } from 'node:path'
import { EdgeError } from '../../error.ts'
import type { EventStore } from '../event.ts'
import { memoryStore } from '../memory.ts'
import { sqliteStore } from './sqlite.ts'

const DEFAULT_FILE = 'events.db'
const SQLITE = 'sqlite:'

/**
 * Opens the store that a command line or an option names: `memory`, `sqlite:FILE`, or, without a name, SQLite in the
 * data directory.
 *
 * @throws EdgeError `unknown_store`, and what the store itself throws
 * @example openStore('sqlite:/var/lib/edge1020/events.db', { dataDir: '.edge1020' })
 */
export const openStore = (
  spec: string | undefined,
  { dataDir, readOnly = false }: { dataDir: string; readOnly?: boolean }
): EventStore => {
  if (spec === undefined) return sqliteStore(join(dataDir, DEFAULT_FILE), { readOnly })
  if (spec === 'memory') return memoryStore()
  if (spec.startsWith(SQLITE) && spec.length > SQLITE.length) {
    return sqliteStore(spec.slice(SQLITE.length), { readOnly })
  }
  throw new EdgeError('unknown_store', `store "${spec}": expected memory or sqlite:FILE`)
}
