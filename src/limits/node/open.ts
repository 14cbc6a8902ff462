import { EdgeError } from '../../error.ts'
import type { Counters } from '../counters.ts'
import { memoryCounters } from '../memory.ts'
import type { RedisCounterOptions } from './redis.ts'
import { redisCounters } from './redis.ts'

const MEMORY = /^memory(?::(\d+))?$/

/** The name of counters: `memory`, `memory:MAXKEYS`, `redis://HOST:PORT`, `rediss://…`, `valkey://…`. */
export type CountersName =
  | 'memory'
  | `${'memory' | 'redis' | 'rediss' | 'valkey' | 'valkeys'}:${string}`

/**
 * @throws EdgeError `invalid_option`, `counters_failed` if ioredis is not installed
 * @example openCounters('memory:50000', {})
 */
export const openCounters = (
  name: string,
  told: Pick<RedisCounterOptions, 'onError' | 'onWarning'> & {
    /** The clock of counters in memory. */
    now?: (() => number) | undefined
  }
): Counters => {
  const memory = MEMORY.exec(name)
  if (memory !== null) {
    const [, maxKeys] = memory
    const bound = maxKeys === undefined ? {} : { maxKeys: Number(maxKeys) }
    return memoryCounters({ ...bound, now: told.now, onError: told.onError })
  }
  if (!name.includes('://')) {
    throw new EdgeError(
      'invalid_option',
      `counters "${name}": expected memory, memory:MAXKEYS, or redis://HOST:PORT`
    )
  }
  return redisCounters(name, told)
}
