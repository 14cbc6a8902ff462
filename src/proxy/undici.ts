/**
 * The two parts of undici that the proxy uses, from their own files. All of undici, with fetch, WebSocket and caches, takes
 * several times as long to load, and each start of the edge would wait for it. The version is pinned, so the files do not
 * move.
 */
import type { buildConnector as BuildConnector, Pool as PoolClass } from 'undici'
import connect from 'undici/lib/core/connect.js'
import pool from 'undici/lib/dispatcher/pool.js'

export const Pool: typeof PoolClass = pool
export const buildConnector: typeof BuildConnector = connect
