import { EdgeError } from '../../../error.ts'
import { ADDED_COLUMNS, COLUMN_NAMES, COLUMNS, OLD_KIND } from '../columns.ts'
import type { Client } from './driver.ts'

export const EVENTS = 'edge1020_events'
export const GAPS = 'edge1020_gaps'
export const FACTS = 'edge1020_facts'
const MIGRATIONS = 'edge1020_migrations'

/** Identifies the locks that edges of one database share. The numbers are unlikely to collide with another program's. */
export const LOCKS = { schema: 0xed9e1020, retention: 0xed9e1021 } as const

const NUMBERS = new Set(
  Object.values(COLUMNS)
    .filter(({ kind }) => kind === 'number')
    .map(({ column }) => column)
)

/** The values of a row, in the order of the parameters of an insert. */
export const ROW: readonly string[] = ['ms', ...COLUMN_NAMES]
/** Texts are compared byte by byte, so all stores sort alike, and only A–Z have two cases. */
const TEXT = 'text COLLATE "C"'

/** Scores may be fractions. */
const SCORES = ['score', 'bot_score']
export const typeOf = (column: string): string =>
  SCORES.includes(column)
    ? 'double precision'
    : column === 'ms' || NUMBERS.has(column)
      ? 'bigint'
      : TEXT

export const isNumber = (column: string): boolean => NUMBERS.has(column)

const defaultOf = (column: string): string =>
  column === 'kind' ? `'${OLD_KIND}'` : isNumber(column) ? '0' : "''"
const columnOf = (name: string): string =>
  `${name} ${typeOf(name)} NOT NULL${name === 'ms' ? '' : ` DEFAULT ${defaultOf(name)}`}`

/** One list of statements for each version; the first one starts from nothing. */
const STEPS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE ${EVENTS} (${ROW.map(columnOf).join(', ')}, PRIMARY KEY (ms, ray, match_index))`,
    `CREATE INDEX ${EVENTS}_ray ON ${EVENTS} (ray)`,
    `CREATE INDEX ${EVENTS}_ip ON ${EVENTS} (ip, ms)`,
    `CREATE TABLE ${GAPS} (first_ray text NOT NULL, last_ray text NOT NULL, from_ms bigint NOT NULL, to_ms bigint NOT NULL, ` +
      'count bigint NOT NULL, reason text NOT NULL)',
    `CREATE TABLE ${FACTS} (name text PRIMARY KEY, value bigint NOT NULL)`,
  ],
  ...ADDED_COLUMNS.map((names) =>
    names.map((name) => `ALTER TABLE ${EVENTS} ADD COLUMN IF NOT EXISTS ${columnOf(name)}`)
  ),
]
export const SCHEMA_VERSION = STEPS.length

const versionOf = async (client: Client): Promise<number | undefined> => {
  const { rows } = await client.query<{ found: boolean }>(
    'SELECT count(*) > 0 AS found FROM information_schema.tables WHERE table_name = $1 AND table_schema = current_schema()',
    [MIGRATIONS]
  )
  if (rows[0]?.found !== true) return undefined
  const found = await client.query<{ version: number | null }>(
    `SELECT max(version) AS version FROM ${MIGRATIONS}`
  )
  return found.rows[0]?.version ?? 0
}

const checkVersion = (name: string, version: number): void => {
  if (version <= SCHEMA_VERSION) return
  throw new EdgeError(
    'store_version',
    `${name} has schema version ${version}: this edge1020 reads version ${SCHEMA_VERSION}; use the edge1020 that made it, or another database`
  )
}

const checkEncoding = async (client: Client, name: string): Promise<void> => {
  const { rows } = await client.query<{ server_encoding: string }>('SHOW server_encoding')
  const encoding = rows[0]?.server_encoding
  if (encoding === 'UTF8') return
  throw new EdgeError(
    'store_failed',
    `${name} has the encoding ${encoding}: expected UTF8 (CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0)`
  )
}

/**
 * Creates missing tables, and upgrades tables of an older version of this program. Other edges may do the same at the same
 * time. A user without the right to create tables needs existing ones.
 *
 * @returns whether it created them from nothing
 * @throws EdgeError `store_version`, and the server's errors
 */
export const prepareSchema = async (client: Client, name: string): Promise<boolean> => {
  const known = await versionOf(client)
  if (known !== undefined) checkVersion(name, known)
  if (known === SCHEMA_VERSION) return false
  await checkEncoding(client, name)
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCKS.schema])
    const version = (await versionOf(client)) ?? 0
    checkVersion(name, version)
    if (version === 0) {
      await client.query(
        `CREATE TABLE IF NOT EXISTS ${MIGRATIONS} (version integer PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT now())`
      )
    }
    for (const [index, statements] of STEPS.entries()) {
      if (index < version) continue
      for (const statement of statements) await client.query(statement)
      await client.query(`INSERT INTO ${MIGRATIONS} (version) VALUES ($1)`, [index + 1])
    }
    await client.query('COMMIT')
    return version === 0
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      // The connection is lost, and the transaction with it.
    })
    throw error
  }
}

/** @throws EdgeError `store_not_found`, `store_version` */
export const findSchema = async (client: Client, name: string): Promise<void> => {
  const version = await versionOf(client)
  if (version === undefined || version === 0) {
    throw new EdgeError(
      'store_not_found',
      `no event store at ${name}: start \`edge1020 serve\` with the same --store first`
    )
  }
  checkVersion(name, version)
}
