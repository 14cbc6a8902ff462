import { types } from 'node:util'
import { membersOf, wholeNumber, wrong } from '../control/given.ts'
import type { Options } from '../node.ts'
import { OPTION_NAMES } from '../options.ts'
import type { ServeOptions } from '../server/serve.ts'
import type { FetchHandler, NodeHandler } from './origin.ts'
import type { Who } from './who.ts'

export interface TestEdgeOptions
  extends Omit<
    Options,
    'rules' | 'overrides' | 'store' | 'events' | 'counters' | 'instance' | 'seesTls'
  > {
  /** Rule files, a list of rules as objects, or documents. Default: none, every request passes. */
  rules?: Options['rules']
  /**
   * The origin of passing requests: a URL, a Fetch handler `(request) => new Response(…)`, or an app with `fetch` (Hono). Default: an
   * echo that returns the request as JSON.
   */
  origin?: string | FetchHandler | { fetch: FetchHandler }
  /** The origin as a handler of `node:http`, such as an Express app. */
  app?: NodeHandler
  /** Whether the edge opens a socket. Without one, only `fetch`, `respond` and `route` work. Default true. */
  listen?: boolean
  /** Default 0: any free port. */
  port?: number
  /** HTTPS and HTTP/2: `self-signed`, or certificate and key. */
  tls?: ServeOptions['tls']
  /** The visitor of requests that name none: a persona, or an address, a country … */
  as?: Who
  /** The time of the stopped clock, or `real` for the system's clock. Default `2026-01-01T00:00:00Z`. */
  clock?: 'real' | Date | string | number
  /** The seed of Ray IDs. The same seed and clock give the same Ray IDs in each run. Default 1020. */
  seed?: number
}

const OWN = ['app', 'origin', 'listen', 'port', 'tls', 'as', 'clock', 'seed']
const NOT_HERE = ['connection', 'counters', 'events', 'instance', 'overrides', 'seesTls', 'store']
const KNOWN = [...OWN, ...OPTION_NAMES.filter((name) => !NOT_HERE.includes(name))].sort()

const DEFAULT_START_MS = Date.UTC(2026, 0, 1)
const DEFAULT_SEED = 1_020
const MAX_SEED = 2 ** 32

/** Returns the time of the stopped clock in milliseconds since the epoch; `undefined` for the system's clock. */
const startOf = (clock: unknown = DEFAULT_START_MS): number | undefined => {
  if (clock === 'real') return undefined
  const ms =
    typeof clock === 'number'
      ? clock
      : types.isDate(clock) || typeof clock === 'string'
        ? new Date(clock).getTime()
        : Number.NaN
  if (Number.isNaN(ms)) {
    throw wrong('createTestEdge: clock', clock, "'real', or a date such as '2026-01-01T00:00:00Z'")
  }
  return ms
}

/** The checked options of a test edge. The edge itself checks its own options. */
export interface ReadOptions {
  readonly startMs: number | undefined
  readonly seed: number
  readonly listen: boolean
  readonly port: number
  readonly tls: ServeOptions['tls']
  readonly origin: TestEdgeOptions['origin']
  readonly app: NodeHandler | undefined
  readonly as: Who | undefined
  readonly edge: Options
}

/** Checks the options of a test edge. @throws EdgeError `invalid_test` with the option and the expected value */
export const readOptions = (given: TestEdgeOptions): ReadOptions => {
  membersOf('createTestEdge', given, KNOWN)
  const {
    origin,
    app,
    listen = true,
    port = 0,
    tls,
    as,
    clock,
    seed = DEFAULT_SEED,
    ...edge
  } = given
  if (typeof listen !== 'boolean') throw wrong('createTestEdge: listen', listen, 'true or false')
  if (origin !== undefined && app !== undefined) {
    throw wrong('createTestEdge: app', app, 'origin or app, not both')
  }
  return {
    startMs: startOf(clock),
    seed: wholeNumber('createTestEdge: seed', seed, 0, MAX_SEED),
    listen,
    port,
    tls,
    origin,
    app,
    as,
    edge: { ...edge, rules: edge.rules ?? [] },
  }
}
