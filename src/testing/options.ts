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
   * Where passing requests go: a URL, a Fetch handler `(request) => new Response(…)`, or an app with `fetch` (Hono). Default: an
   * echo, which answers with the request as JSON.
   */
  origin?: string | FetchHandler | { fetch: FetchHandler }
  /** The same as a handler of `node:http`: an Express app. */
  app?: NodeHandler
  /** False: no socket. Only `fetch`, `respond` and `route` work then. Default true. */
  listen?: boolean
  /** Default 0: any free port. */
  port?: number
  /** HTTPS and HTTP/2: `self-signed`, or certificate and key. */
  tls?: ServeOptions['tls']
  /** The visitor of requests that name no other one: a persona, or an address, a country … */
  as?: Who
  /** A time that the clock stands at, or `real`. Default `2026-01-01T00:00:00Z`. */
  clock?: 'real' | Date | string | number
  /** Ray IDs with the same seed and clock are the same in each run. Default 1020. */
  seed?: number
}

const OWN = ['app', 'origin', 'listen', 'port', 'tls', 'as', 'clock', 'seed']
const NOT_HERE = ['connection', 'counters', 'events', 'instance', 'overrides', 'seesTls', 'store']
const KNOWN = [...OWN, ...OPTION_NAMES.filter((name) => !NOT_HERE.includes(name))].sort()

const DEFAULT_START_MS = Date.UTC(2026, 0, 1)
const DEFAULT_SEED = 1_020
const MAX_SEED = 2 ** 32

/** When the clock stands; `undefined` where it runs with the system's. */
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

/** What is left is for the edge itself, which checks it. */
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

/** @throws EdgeError `invalid_test` naming the option and what was expected */
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
