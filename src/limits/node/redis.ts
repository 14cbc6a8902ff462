import { createRequire } from 'node:module'
import type { Redis } from 'ioredis'
import { EdgeError, messageOf } from '../../error.ts'
import type { Counters, Hit, Standing } from '../counters.ts'
import { NOTHING } from '../counters.ts'
import { ADD, APPLIES, COUNT_SCRIPT, ENDS, ONLY_TO_ORIGIN } from './redis-script.ts'

const DEFAULT_DEADLINE_MS = 100
const DEFAULT_CONNECT_TIMEOUT_MS = 2_000
const DEFAULT_RETRY_MS = 500
const DEFAULT_PREFIX = 'edge1020:'
const NUMBERS_PER_STANDING = 4
const SERVER_TIME = -1
/** After this number of unanswered commands in a row, the connection counts as dead, and the edge opens another one. */
const DEAF_AFTER = 4
/**
 * All edges with common counters use the same key, so it is not secret. A visitor that constructs two colliding values only gets one
 * common limit for both.
 */
const SHARED_SECRET = [0x6564_6765, 0x3130_3230] as const

export interface RedisCounterOptions {
  /** Time limit for Redis in milliseconds. After it the request passes without being counted. Default 100. */
  deadlineMs?: number
  /** Time limit of the first requests for the first connection, in milliseconds. Default 2,000. */
  connectTimeoutMs?: number
  /** Interval of retries while Redis does not answer, in milliseconds. Default 500. */
  retryMs?: number
  /** Prefix of each key. Default `edge1020:`. */
  prefix?: string
  /** Milliseconds since the epoch. Default: the clock of the Redis server, which all edges share. */
  now?: () => number
  /** Called once when Redis stops answering. From then on requests are not limited. */
  onError?: (error: EdgeError) => void
  /** Called when Redis answers again, with the number of requests that passed in the meantime. */
  onWarning?: (warning: string) => void
}

/** The probe: a counter with the hash 0. A visitor's key has this hash once in 2^64 cases. */
const PROBE: Hit = {
  rule: {
    limit: Number.MAX_SAFE_INTEGER,
    periodMs: 1_000,
    mitigationMs: 0,
    ends: false,
    onlyToOrigin: false,
  },
  high: 0,
  low: 0,
  amount: 1,
  applies: false,
}

const SCHEMES: Readonly<Record<string, string>> = {
  'redis:': 'redis:',
  'rediss:': 'rediss:',
  'valkey:': 'redis:',
  'valkeys:': 'rediss:',
}

/** @throws EdgeError `invalid_option` */
const parseUrl = (url: string): { url: string; name: string } => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const scheme = SCHEMES[parsed?.protocol ?? '']
  if (parsed === undefined || scheme === undefined || parsed.hostname === '') {
    // The text can contain a password, so the message only shows its beginning.
    const shown = url.slice(0, Math.max(0, url.indexOf('//')))
    throw new EdgeError(
      'invalid_option',
      `counters "${shown}…": expected redis://HOST:PORT, rediss://HOST:PORT (TLS) or the same with valkey`
    )
  }
  const { host, pathname } = parsed
  return {
    url: scheme + url.slice(parsed.protocol.length),
    name: `${parsed.protocol}//${host}${pathname === '/' ? '' : pathname}`,
  }
}

const loadClient = (name: string): typeof Redis => {
  try {
    return createRequire(import.meta.url)('ioredis').Redis
  } catch (cause) {
    const message = `${name}: the package ioredis is not installed: npm install ioredis`
    throw new EdgeError('counters_failed', message, { cause })
  }
}

const hex = (half: number) => half.toString(16).padStart(8, '0')

const flagsOf = ({ rule, applies }: Hit, adds: boolean): number =>
  (adds ? ADD : 0) |
  (rule.ends ? ENDS : 0) |
  (rule.onlyToOrigin ? ONLY_TO_ORIGIN : 0) |
  (applies ? APPLIES : 0)

const standingsOf = (answer: unknown, hits: number): readonly Standing[] => {
  const isAnswer =
    Array.isArray(answer) &&
    answer.length % NUMBERS_PER_STANDING === 0 &&
    answer.every((number, i) =>
      i % NUMBERS_PER_STANDING === 0 ? number >= 0 && number < hits : Number.isSafeInteger(number)
    )
  if (!isAnswer) throw new Error('an unexpected answer to the script')
  const standings: Standing[] = []
  for (let i = 0; i < answer.length; i += NUMBERS_PER_STANDING) {
    standings.push({
      index: answer[i],
      count: answer[i + 1],
      retryAfterMs: answer[i + 2],
      sinceMs: answer[i + 3],
    })
  }
  return standings.length === 0 ? NOTHING : standings
}

/**
 * Counters in Redis or Valkey, which several edges share. Each request takes one script and one round trip for all its rules. While
 * Redis does not answer, requests pass without limits and without waiting, and the edge retries in the background.
 * A server that restarts without its data begins all counts and actions at zero.
 *
 * @param url `redis://:PASSWORD@HOST:PORT/DATABASE`; `rediss://` is TLS
 * @throws EdgeError `invalid_option`, `counters_failed` if ioredis is not installed
 * @example const edge = createEdge({ rules: 'rules/site.yaml', counters: redisCounters('redis://localhost:6379') })
 */
export const redisCounters = (
  url: string,
  {
    deadlineMs = DEFAULT_DEADLINE_MS,
    connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS,
    retryMs = DEFAULT_RETRY_MS,
    prefix = DEFAULT_PREFIX,
    now = () => SERVER_TIME,
    onError = () => {},
    onWarning = () => {},
  }: RedisCounterOptions = {}
): Counters => {
  const { url: address, name } = parseUrl(url)
  const Client = loadClient(name)
  const client = new Client(address, {
    protocol: 2,
    disableClientInfo: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: deadlineMs,
    connectTimeout: connectTimeoutMs,
    retryStrategy: () => retryMs,
  })
  client.defineCommand('edge1020Count', { lua: COUNT_SCRIPT })
  const run = client as unknown as {
    edge1020Count(keys: number, ...rest: (string | number)[]): Promise<unknown>
  }

  let failedOpen = 0
  let letThrough = 0
  let isDown = false
  let isClosing = false
  let deaf = 0
  let retry: NodeJS.Timeout | undefined
  const pending = new Set<Promise<unknown>>()

  const probe = () => {
    retry = undefined
    // Not a ping, because a full Redis or a replica answers a ping but cannot count.
    ask([PROBE], false).then(recovered, (error: unknown) => {
      if (++deaf % DEAF_AFTER === 0 && client.status === 'ready') client.disconnect(true)
      failed(error)
    })
  }

  const failed = (cause: unknown) => {
    if (isClosing) return
    if (retry === undefined) {
      retry = setTimeout(probe, retryMs)
      retry.unref()
    }
    if (isDown) return
    isDown = true
    letThrough = 0
    const message = `${name}: ${messageOf(cause)}: rate limits are off until it answers again`
    onError(new EdgeError('counters_failed', message, { cause }))
  }

  const recovered = () => {
    deaf = 0
    if (!isDown) return
    isDown = false
    onWarning(`${name} answers again; ${letThrough} requests passed without being counted`)
  }

  client.on('error', failed)
  client.on('close', () => failed(new Error('the connection was closed')))

  /** Resolves when the first connection is ready or has failed. */
  let opening: Promise<void> | undefined = new Promise<void>((resolve) => {
    const opened = () => {
      opening = undefined
      resolve()
    }
    client.once('ready', opened)
    client.once('close', opened)
    client.once('error', opened)
  })

  const ask = async (hits: readonly Hit[], adds: boolean): Promise<readonly Standing[]> => {
    const keys = hits.map(({ high, low }) => `${prefix}${hex(high)}${hex(low)}`)
    const values: number[] = [now()]
    for (const hit of hits) {
      const { limit, periodMs, mitigationMs } = hit.rule
      values.push(limit, periodMs, mitigationMs, hit.amount, flagsOf(hit, adds))
    }
    const answer = await run.edge1020Count(keys.length, ...keys, ...values)
    return standingsOf(answer, hits.length)
  }

  const count = async (hits: readonly Hit[], adds: boolean): Promise<readonly Standing[]> => {
    if (opening !== undefined) await opening
    if (isDown) throw undefined
    return ask(hits, adds)
  }

  /** @param error `undefined` if Redis is already known not to answer */
  const openly = (error: unknown): readonly Standing[] => {
    if (error !== undefined) failed(error)
    failedOpen++
    letThrough++
    return NOTHING
  }

  /** Commands in the background; `close` waits for them. */
  const later = (work: Promise<unknown>) => {
    const settled: Promise<unknown> = work.then(noop, failed).then(() => pending.delete(settled))
    pending.add(settled)
  }

  return {
    name,
    secret: SHARED_SECRET,
    take: (hits) => (hits.length === 0 ? NOTHING : count(hits, false).catch(openly)),
    add: (hits) => {
      if (hits.length > 0) later(count(hits, true).catch(openly))
    },
    reset: (hits) => {
      if (hits.length === 0 || isDown) return
      later(client.del(...hits.map(({ high, low }) => `${prefix}${hex(high)}${hex(low)}`)))
    },
    stats: {
      keys: 0,
      penalties: 0,
      evicted: 0,
      penaltiesEvicted: 0,
      get failedOpen() {
        return failedOpen
      },
    },
    close: async () => {
      await Promise.all(pending)
      isClosing = true
      clearTimeout(retry)
      client.disconnect()
    },
  }
}

const noop = () => {}
