import { join } from 'node:path'
import { EdgeError } from '../../error.ts'
import type { EventStore } from '../event.ts'
import { memoryStore } from '../memory.ts'
import { noStore } from '../none.ts'
import { isPostgres, withoutPassword } from './postgres/address.ts'
import { postgresStore } from './postgres.ts'
import { sqliteStore } from './sqlite.ts'
import type { StoreOptions } from './store-options.ts'

const DEFAULT_FILE = 'events.db'
const SQLITE = 'sqlite:'

/**
 * Opens the store of a command line or an option: `memory`, `none`, `sqlite:FILE`, `postgres://HOST/DATABASE`, or, without
 * a name, SQLite in the data directory.
 *
 * @throws EdgeError `unknown_store`, and the errors of the store itself
 * @example openStore('sqlite:/var/lib/edge1020/events.db', { dataDir: '.edge1020' })
 */
export const openStore = (
  spec: string | undefined,
  { dataDir, ...options }: { dataDir: string } & StoreOptions
): EventStore => {
  const { readOnly = false } = options
  if (spec === undefined) return sqliteStore(join(dataDir, DEFAULT_FILE), options)
  if (!readOnly && spec === 'memory') return memoryStore()
  if (!readOnly && spec === 'none') return noStore()
  if (spec.startsWith(SQLITE) && spec.length > SQLITE.length) {
    return sqliteStore(spec.slice(SQLITE.length), options)
  }
  if (isPostgres(spec)) return postgresStore(spec, { ...options, spillDirectory: dataDir })
  const shown = `store "${withoutPassword(spec)}"`
  throw new EdgeError(
    'unknown_store',
    readOnly
      ? `${shown}: expected sqlite:FILE or postgres://HOST/DATABASE, the only stores that another process can read`
      : `${shown}: expected memory, none, sqlite:FILE or postgres://HOST/DATABASE`
  )
}
