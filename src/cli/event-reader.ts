import { openStore } from '../events/node/open.ts'
import { TOKEN_VARIABLE } from './admin-flags.ts'
import type { Arguments, Flag, Io } from './command.ts'
import { usageError } from './command.ts'
import { DEFAULT_ADMIN, DEFAULT_DATA } from './defaults.ts'
import type { EventReader } from './running-edge.ts'
import { findRunningEdge, runningEdge } from './running-edge.ts'

/** The flags that name where events are. */
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

/**
 * The running edge that `--admin` names, or the store that `--data` or `--store` names. Where none of them is given: the edge
 * that answers at the default address, else the store in the default directory.
 *
 * @param says true: remarks say which one it is
 */
export const openReader = async (args: Arguments, io: Io, says: boolean): Promise<EventReader> => {
  const admin = args.text('admin')
  const token = adminToken(args)
  const namesStore = args.given('data') || args.given('store')
  if (admin !== undefined) {
    if (namesStore) throw usageError('--admin cannot be combined with --data or --store')
    return runningEdge(admin, token)
  }
  const running = namesStore ? undefined : await findRunningEdge(DEFAULT_ADMIN, token)
  if (running !== undefined) {
    if (says) io.err(`asked the running edge at ${DEFAULT_ADMIN}\n`)
    return running
  }
  const store = openStore(args.text('store'), { dataDir: args.text('data') ?? '', readOnly: true })
  if (says) {
    const why = namesStore
      ? ''
      : ` (no edge answers at ${DEFAULT_ADMIN}; name another one with --admin)`
    io.err(`read ${store.name}${why}\n`)
  }
  return store
}
