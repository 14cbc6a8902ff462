import { EdgeError } from '../../../error.ts'

/** A PostgreSQL server and a database, from an option. */
export interface PostgresAddress {
  /** For the driver. It can contain a password, so it is never shown. */
  readonly url: string
  /** For people: `postgres db.internal:5432/edge`. */
  readonly name: string
}

const SCHEMES = ['postgres:', 'postgresql:']
const DEFAULT_PORT = '5432'

/** Any text from the scheme to the last `@` can be a password, and so can any parameter. */
export const withoutPassword = (spec: string): string =>
  spec.replace(/\/\/.*@/s, '//***@').replace(/\?.*$/s, '')

/**
 * The same store for a command to copy. The password then comes from `PGPASSWORD` or `.pgpass`.
 *
 * @example copyable('postgres://edge:secret@db.internal/edge') // 'postgres://edge@db.internal/edge'
 */
export const copyable = (spec: string): string =>
  isPostgres(spec)
    ? spec.replace(/\/\/([^:@/]*):.*@/s, '//$1@').replace(/([?&])password=[^&]*&?/g, '$1')
    : spec

export const isPostgres = (spec: string): boolean =>
  SCHEMES.some((scheme) => spec.toLowerCase().startsWith(`${scheme}//`))

/**
 * A password with an unescaped `/`, `?` or `#` can look like an address: in `postgres://edge:12/ab@db/site` the host is
 * `edge` and the port 12. The rest of the password, up to the `@`, is then in a part that messages show.
 */
const hasTornPassword = ({ pathname, search, hash }: URL): boolean =>
  pathname.includes('@') || /^\?[^=]*@/.test(search) || hash.includes('@')

/**
 * Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`. Without a host it uses `?host=`, else `PGHOST`, else this
 * machine.
 *
 * @throws EdgeError `unknown_store`
 * @example readAddress('postgres://edge@db.internal/edge').name // 'postgres db.internal:5432/edge'
 */
export const readAddress = (spec: string): PostgresAddress => {
  let parsed: URL | undefined
  try {
    // A URL of this scheme needs a host, but the driver does not.
    parsed = new URL(spec.replace(/^[a-z]+:\/\/(?=[/?]|$)/i, '$&localhost'))
  } catch {
    // The message below states the expectation.
  }
  if (parsed === undefined || hasTornPassword(parsed)) {
    throw new EdgeError(
      'unknown_store',
      `store "${withoutPassword(spec)}": expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password as %XX`
    )
  }
  const socket = parsed.searchParams.get('host')
  const isNamed = spec.replace(/^[a-z]+:\/\//i, '').search(/^[/?]|^$/) < 0
  const host = socket ?? (isNamed ? parsed.hostname : (process.env['PGHOST'] ?? 'localhost'))
  const port =
    parsed.port || (parsed.searchParams.get('port') ?? process.env['PGPORT'] ?? DEFAULT_PORT)
  const database = parsed.pathname.slice(1) || (process.env['PGDATABASE'] ?? '')
  return { url: spec, name: `postgres ${host}:${port}${database === '' ? '' : `/${database}`}` }
}
