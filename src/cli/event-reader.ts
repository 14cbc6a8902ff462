import { openStore } from '../events/node/open.ts'
import { TOKEN_VARIABLE } from './admin-flags.ts'
import type { Arguments, Flag, Io } from './command.ts'
import { usageError } from './command.ts'
import { DEFAULT_ADMIN, DEFAULT_DATA } from './defaults.ts'
import type { EventReader } from './running-edge.ts'
import { findRunningEdge, runningEdge } from './running-edge.ts'

/** The flags that select the source of events. */
export const READER_FLAGS: Record<string, Flag> = {
  admin: {
    value: 'URL',
    help: 'ask the running edge at this admin address: a URL, HOST:PORT or a port',
  },
  'admin-token': {
    value: 'TOKEN',
    help: `token of the admin port, if it requires one; the variable ${TOKEN_VARIABLE} is safer`,
  },
  data: {
    value: 'DIR',
    default: DEFAULT_DATA,
    help: 'read the event store in this directory instead of asking a running edge',
  },
  store: {
    value: 'SPEC',
    help: 'read another event store: sqlite:FILE or postgres://HOST/DATABASE',
  },
}

export const adminToken = (args: Arguments): string | undefined =>
  args.text('admin-token') ?? (process.env[TOKEN_VARIABLE] || undefined)

/** Returns the admin address from the settings, or the default address. */
export const usualAdmin = (args: Arguments): string =>
  args.settings.texts.get('admin')?.at(-1) ?? DEFAULT_ADMIN

/**
 * Opens the running edge that `--admin` names, or the store that `--data` or `--store` names. Without these flags, opens the edge
 * that answers at the usual address. If no edge answers there, opens the store from the settings or in the default directory.
 *
 * @param says whether to print the source to `err`
 */
export const openReader = async (args: Arguments, io: Io, says: boolean): Promise<EventReader> => {
  const token = adminToken(args)
  const namesStore = args.given('data') || args.given('store')
  const usual = usualAdmin(args)
  if (args.given('admin')) {
    if (namesStore) throw usageError('--admin cannot be combined with --data or --store')
    return runningEdge(args.text('admin') ?? usual, token)
  }
  const running = namesStore ? undefined : await findRunningEdge(usual, token)
  if (running !== undefined) {
    if (says) io.err(`asked the running edge at ${usual}\n`)
    return running
  }
  const store = openStore(args.text('store'), { dataDir: args.text('data') ?? '', readOnly: true })
  if (says) {
    const why = namesStore ? '' : ` (no edge answers at ${usual}; name another one with --admin)`
    io.err(`read ${store.name}${why}\n`)
  }
  return store
}
