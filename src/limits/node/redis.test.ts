import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { EdgeError } from '../../error.ts'
import { counterContract } from '../counters.contract.ts'
import type { CounterRule, Counters, Hit } from '../counters.ts'
import type { RunningRedis } from './redis.fixture.ts'
import { hasRedis, startRedis } from './redis.fixture.ts'
import type { RedisCounterOptions } from './redis.ts'
import { redisCounters } from './redis.ts'

const RULE: CounterRule = {
  limit: 2,
  periodMs: 10_000,
  mitigationMs: 60_000,
  ends: true,
  onlyToOrigin: false,
}

const hit = (key: number, rule = RULE): Hit => ({
  rule,
  high: key,
  low: 7,
  amount: 1,
  applies: true,
})

/** Longer than any answer on a busy machine takes. */
const PATIENT_MS = 60_000

const opened: Counters[] = []

/** Counters with what they tell; `told` resolves with the next sentence. */
const watched = (url: string, options: RedisCounterOptions = {}) => {
  const errors: EdgeError[] = []
  const warnings: string[] = []
  const waiting: (() => void)[] = []
  const wake = () => {
    for (const resolve of waiting.splice(0)) resolve()
  }
  const counters = redisCounters(url, {
    deadlineMs: PATIENT_MS,
    retryMs: 5,
    onError: (error) => {
      errors.push(error)
      wake()
    },
    onWarning: (warning) => {
      warnings.push(warning)
      wake()
    },
    ...options,
  })
  opened.push(counters)
  return {
    counters,
    errors,
    warnings,
    until: async (condition: () => boolean) => {
      while (!condition()) await new Promise<void>((resolve) => waiting.push(resolve))
    },
  }
}

const passes = async (counters: Counters, ...hits: Hit[]) =>
  (await counters.take(hits)).length === 0

afterEach(async () => {
  for (const counters of opened.splice(0)) await counters.close()
})

describe.skipIf(!hasRedis())('with a Redis', () => {
  let redis: RunningRedis
  let client: Redis

  beforeAll(async () => {
    redis = await startRedis()
    client = new Redis(redis.url, { retryStrategy: () => 5 })
    client.on('error', () => {})
  })
  afterAll(async () => {
    client.disconnect()
    await redis.stop()
  })

  counterContract('Redis', async (clock) => {
    await client.flushall()
    return redisCounters(redis.url, { now: () => clock.ms, deadlineMs: PATIENT_MS })
  })

  test('two edges share a limit, on the clock of the server', async () => {
    await client.flushall()
    const [one, other] = [watched(redis.url), watched(redis.url)]
    expect(await passes(one.counters, hit(1))).toBe(true)
    expect(await passes(other.counters, hit(1))).toBe(true)
    const [standing] = await one.counters.take([hit(1)])
    expect(standing).toMatchObject({ index: 0, count: 3, retryAfterMs: 60_000 })
    expect(await passes(other.counters, hit(1))).toBe(false)
    expect(await passes(other.counters, hit(2))).toBe(true)
  })

  test('under load nothing is let through beyond the limit', async () => {
    await client.flushall()
    const LIMIT = 50
    const edges = [watched(redis.url), watched(redis.url)]
    const rule = { ...RULE, limit: LIMIT }
    const answers = await Promise.all(
      Array.from({ length: 400 }, async (_, i) => passes(edges[i % 2]!.counters, hit(1, rule)))
    )
    expect(answers.filter(Boolean)).toHaveLength(LIMIT)
    expect(edges.map(({ counters }) => counters.stats.failedOpen)).toEqual([0, 0])
  })

  test('asks once for a request, however many rules count it', async () => {
    const { counters } = watched(redis.url)
    await passes(counters, hit(1))
    const calls = async () => {
      const stats = await client.info('commandstats')
      return [...stats.matchAll(/cmdstat_(eval\w*|script\w*):calls=(\d+)/g)].reduce(
        (sum, [, , number]) => sum + Number(number),
        0
      )
    }
    const before = await calls()
    expect(await passes(counters, ...Array.from({ length: 20 }, (_, i) => hit(100 + i)))).toBe(true)
    expect((await calls()) - before).toBe(1)
  })

  test('keeps no value of a visitor, and nothing for longer than it says something', async () => {
    await client.flushall()
    const { counters } = watched(redis.url)
    await passes(counters, hit(0xabc))
    for (let i = 0; i < 3; i++) await passes(counters, hit(0xdef))
    expect((await client.keys('*')).sort()).toEqual([
      'edge1020:00000abc00000007',
      'edge1020:00000def00000007',
    ])
    const [window, penalty] = await Promise.all(
      ['abc', 'def'].map((key) => client.pttl(`edge1020:00000${key}00000007`))
    )
    expect(window).toBeGreaterThan(0)
    expect(window).toBeLessThanOrEqual(10_000)
    expect(penalty).toBeGreaterThan(10_000)
    expect(penalty).toBeLessThanOrEqual(60_000)
  })

  test('restarts: requests pass meanwhile with one error, then they are limited again', async () => {
    const { counters, errors, warnings, until } = watched(redis.url)
    for (let i = 0; i < 2; i++) await passes(counters, hit(1))
    await redis.stop()
    await until(() => errors.length > 0)
    for (let i = 0; i < 20; i++) expect(await passes(counters, hit(1))).toBe(true)
    expect(errors.map(({ code }) => code)).toEqual(['counters_failed'])
    expect(errors[0]!.message).toMatch(
      /^redis:\/\/127\.0\.0\.1:\d+: .*: rate limits are off until it answers again$/
    )
    expect(counters.stats.failedOpen).toBe(20)
    await redis.start()
    await until(() => warnings.length > 0)
    expect(warnings).toEqual([
      `${counters.name} answers again; 20 requests passed without being counted`,
    ])
    // It has forgotten the script as well.
    for (let i = 0; i < 2; i++) expect(await passes(counters, hit(1))).toBe(true)
    expect(await passes(counters, hit(1))).toBe(false)
    expect(errors).toHaveLength(1)
  })

  test('that is not there at first is found when it comes', async () => {
    await redis.stop()
    const { counters, errors, warnings, until } = watched(redis.url)
    expect(await passes(counters, hit(1))).toBe(true)
    expect(errors).toHaveLength(1)
    await redis.start()
    await until(() => warnings.length > 0)
    for (let i = 0; i < 2; i++) expect(await passes(counters, hit(1))).toBe(true)
    expect(await passes(counters, hit(1))).toBe(false)
  })

  test('held up makes a request wait until the deadline, and the ones behind it not at all', async () => {
    const { counters, errors, warnings, until } = watched(redis.url, { deadlineMs: 50 })
    // A busy machine may miss so short a deadline while all is well.
    for (let failedOpen = -1; failedOpen !== counters.stats.failedOpen; ) {
      await client.ping()
      failedOpen = counters.stats.failedOpen
      await passes(counters, hit(9))
    }
    const already = errors.length
    redis.pause()
    try {
      expect(await passes(counters, hit(1))).toBe(true)
      await until(() => errors.length > already)
      expect(errors.at(-1)!.message).toContain('timed out')
      const { failedOpen } = counters.stats
      for (let i = 0; i < 1_000; i++) await passes(counters, hit(1))
      expect(counters.stats.failedOpen).toBe(failedOpen + 1_000)
    } finally {
      redis.resume()
    }
    const told = warnings.length
    await until(() => warnings.length > told)
    expect(warnings.at(-1)).toContain('answers again')
  })

  test('that is full lets requests pass, with one error until it has room again', async () => {
    const { counters, errors, warnings, until } = watched(redis.url)
    await client.flushall()
    await client.config('SET', 'maxmemory', '1')
    try {
      for (let i = 0; i < 3; i++) expect(await passes(counters, hit(1))).toBe(true)
      // Several times it is tried meanwhile: it answers, but cannot count.
      const tried = async () =>
        Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1])
      const before = await tried()
      while ((await tried()) < before + 20) expect(await passes(counters, hit(1))).toBe(true)
      expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('OOM')])
      expect(warnings).toEqual([])
    } finally {
      await client.config('SET', 'maxmemory', '0')
    }
    await until(() => warnings.length > 0)
    for (let i = 0; i < 2; i++) expect(await passes(counters, hit(1))).toBe(true)
    expect(await passes(counters, hit(1))).toBe(false)
  })
})

describe('with a server that is no Redis', () => {
  const servers: { server: Server; sockets: Set<Socket> }[] = []

  /** A server that answers each piece of what it gets. */
  const answering = async (answer: (asked: string) => string): Promise<string> => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('data', (asked) => socket.write(answer(String(asked))))
    }).listen(0, '127.0.0.1')
    servers.push({ server, sockets })
    await once(server, 'listening')
    return `redis://127.0.0.1:${(server.address() as { port: number }).port}`
  }

  afterEach(() => {
    for (const { server, sockets } of servers.splice(0)) {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  })

  /** As Redis says at first that it is ready. */
  const INFO = '$17\r\nredis_version:7.0\r\n'

  test.each([
    ['words in place of numbers', '*3\r\n+a\r\n+b\r\n+c\r\n'],
    ['the place of a counter that was not asked', '*3\r\n:7\r\n:1\r\n:1\r\n'],
    ['too few numbers', '*2\r\n:0\r\n:1\r\n'],
    ['a number in place of a list', ':1\r\n'],
    ['an error', '-ERR unknown command\r\n'],
  ])('%s are no answer: requests pass, with one error', async (_, answer) => {
    const url = await answering((asked) => (/info/i.test(asked) ? INFO : answer))
    const { counters, errors } = watched(url, { retryMs: PATIENT_MS })
    for (let i = 0; i < 3; i++) expect(await passes(counters, hit(1))).toBe(true)
    expect(errors.map(({ code }) => code)).toEqual(['counters_failed'])
    expect(counters.stats.failedOpen).toBe(3)
  })

  test('a web server answers nothing that is an answer', async () => {
    const url = await answering(() => 'HTTP/1.1 400 Bad Request\r\n\r\n')
    const { counters, errors } = watched(url, { retryMs: PATIENT_MS })
    expect(await passes(counters, hit(1))).toBe(true)
    expect(errors).toHaveLength(1)
  })
})

describe('the address', () => {
  test.each([
    ['redis://user:secret@localhost:6390/2', 'redis://localhost:6390/2'],
    ['valkey://:secret@localhost', 'valkey://localhost'],
    ['rediss://localhost:1/', 'rediss://localhost:1'],
  ])('%s is shown as %s', (url, name) => {
    expect(watched(url).counters.name).toBe(name)
  })

  test.each(['http://:secret@localhost', 'redis://', 'localhost:6379', ''])(
    '%j is refused, and not shown',
    (url) => {
      expect(() => redisCounters(url)).toThrow(
        /^counters "(?:\w*:)?…": expected redis:\/\/HOST:PORT/
      )
    }
  )
})

test('nothing to count asks nobody', () => {
  expect(watched('redis://127.0.0.1:1').counters.take([])).toEqual([])
})
