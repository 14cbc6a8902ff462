import { EdgeError } from './error.ts'
import { nearest } from './nearest.ts'
import { checkNames, wrongOption } from './options.ts'

/** The stores that have a name; `FILE` stands for any path. */
const STORES = ['memory', 'none', 'sqlite:FILE', 'postgres://HOST/DATABASE']

/** The name of an event store: `memory`, `none`, a file of SQLite, or a database of PostgreSQL. */
export type StoreName =
  | 'memory'
  | 'none'
  | `sqlite:${string}`
  | `postgres://${string}`
  | `postgresql://${string}`

/** @throws EdgeError `unknown_store` naming the store that was most likely meant */
export const readStoreName = (name: string): StoreName => {
  if (name === 'memory' || name === 'none') return name
  if (/^(?:sqlite:.|postgres(?:ql)?:\/\/)/s.test(name)) return name as StoreName
  const [scheme = ''] = name.split(':', 1)
  const meant = nearest(
    scheme,
    STORES.map((store) => store.replace(/:.*/, ''))
  )
  const store = STORES.find((known) => known.startsWith(meant ?? known))
  const hint =
    meant === undefined ? `expected one of ${STORES.join(', ')}` : `did you mean ${store}?`
  // Whatever it was meant to be: before an @ there may be a password.
  throw new EdgeError('unknown_store', `store "${name.replace(/\/\/.*@/s, '//***@')}": ${hint}`)
}

const EVENT_OPTIONS = [
  'durability',
  'maxAgeDays',
  'maxBytes',
  'maxEvents',
  'maxHeldBytes',
  'onStoreFailure',
]

/**
 * The options of the event store, for programs that are written without types.
 *
 * @throws EdgeError `unknown_store`, `invalid_option`
 */
export const checkStoreOptions = (store: unknown, events: unknown, sinks?: unknown): void => {
  if (typeof store === 'string') readStoreName(store)
  if (sinks !== undefined && !Array.isArray(sinks)) {
    throw wrongOption('sinks', sinks, "a list, e.g. ['ndjson:events.ndjson']")
  }
  if (events === undefined) return
  if (typeof events !== 'object' || events === null || Array.isArray(events)) {
    throw wrongOption('events', events, 'an object such as { maxAgeDays: 30 }')
  }
  checkNames('member of option events', events, EVENT_OPTIONS)
}
