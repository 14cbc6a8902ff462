// The test routes of the admin port, as tests in other languages use them: examples/python and the lines of curl in docs/testing.md.
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createEdge, serve } from 'edge1020/node'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ROOT, startBuiltServe } from './cli.ts'
import { fencesOf } from './documents.ts'

const RULES = [{ name: 'no bots', when: { user_agent: 'bot' }, action: 'block' }]
const BOT = { headers: { 'user-agent': 'bot/1' } }

const running = async (overrides: boolean, admin: object = {}) => {
  const edge = createEdge({ rules: RULES, store: 'memory', overrides, onWarning: () => {} })
  const served = await serve({ edge, admin })
  onTestFinished(() => served.close())
  const call = async (name: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${served.admin}/api/test/${name}`, {
      method: ['requests', 'events'].includes(name) ? 'GET' : 'POST',
      headers,
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: response.status, json: (await response.json()) as Record<string, unknown> }
  }
  const statuses = async (count: number, init?: RequestInit) => {
    const found: number[] = []
    for (let i = 0; i < count; i++) found.push((await fetch(served.url, init)).status)
    return found
  }
  return { ...served, edge, call, statuses }
}

let site: Awaited<ReturnType<typeof running>>

describe('with overrides', () => {
  beforeEach(async () => {
    site = await running(true)
  })

  test.each<[string, unknown, number[]]>([
    ['block-next', undefined, [403, 200]],
    ['block-next', { code: 1033, times: 2 }, [530, 530, 200]],
    ['limit-next', { retryAfter: 3 }, [429, 200]],
    ['challenge-next', {}, [403, 200]],
    ['origin-down', { code: 522 }, [522, 522]],
    ['origin-down', { times: 1 }, [521, 200]],
    ['script', { steps: [1015, 522, { code: 1006, times: 2 }] }, [429, 522, 403, 403, 200]],
    ['use', { rules: [{ name: 'all', expression: 'true', action: 'block' }] }, [403, 403]],
  ])('%s %j', async (name, body, statuses) => {
    expect(await site.call(name, body)).toEqual({ status: 200, json: { ok: true } })
    expect(await site.statuses(statuses.length)).toEqual(statuses)
    expect((await site.call('reset')).status).toBe(200)
    expect(await site.statuses(1)).toEqual([200])
  })

  test('pass-next lets one request pass, origin-up ends origin-down', async () => {
    await site.call('pass-next')
    expect(await site.statuses(2, BOT)).toEqual([200, 403])
    await site.call('origin-down')
    await site.call('origin-up')
    expect(await site.statuses(1)).toEqual([200])
  })

  test('drop-next resets the connection, including a WebSocket handshake', async () => {
    await site.call('drop-next', { times: 2 })
    await expect(fetch(site.url)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    const { request } = await import('node:http')
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
      request(site.url, { headers }).on('error', resolve).end()
    })
    expect(error.code).toBe('ECONNRESET')
    expect((await site.call('requests')).json.requests).toMatchObject([
      { action: 'drop', status: 0, forced: true },
      { action: 'drop' },
    ])
  })

  test('requests and events describe the traffic', async () => {
    await site.call('limit-next', { rule: 'my limit' })
    await fetch(`${site.url}/a?b`, { headers: { 'user-agent': 'client/1' } })
    const { requests } = (await site.call('requests')).json as { requests: object[] }
    expect(requests).toMatchObject([
      {
        method: 'GET',
        path: '/a',
        query: '?b',
        headers: { 'user-agent': 'client/1' },
        action: 'block',
        code: 1015,
        rule: 'my limit',
        status: 429,
        retryAfter: 10,
        forced: true,
      },
    ])
    const { events } = (await site.call('events')).json as { events: { ray: string }[] }
    expect(events).toMatchObject([{ source: 'ratelimit', notes: ['forced by a test: limitNext'] }])
    // It is an event like any other.
    expect(await site.edge.store.find(events[0]!.ray)).toMatchObject({ found: true, events })
  })

  test('a wait returns the event, or 404 after its timeout', async () => {
    const waiting = site.call('wait-for-event', { rule: 'no bots', timeoutMs: 20_000 })
    await fetch(site.url, BOT)
    expect(await waiting).toMatchObject({ status: 200, json: { rule: { name: 'no bots' } } })
    expect(await site.call('wait-for-event', { rule: 'x', timeoutMs: 0 })).toMatchObject({
      status: 404,
      json: { code: 'no_event', detail: expect.stringContaining('no event of rule "x"') },
    })
  })

  test('the clock advances for rate limits', async () => {
    const limit = {
      name: 'slow',
      expression: 'true',
      action: 'block',
      period: 10,
      requests_per_period: 1,
      mitigation_timeout: 3_600,
    }
    await site.call('use', { rules: { rate_limits: [limit] } })
    expect(await site.statuses(3)).toEqual([200, 429, 429])
    await site.call('clock', { seconds: 3_600 })
    expect(await site.statuses(1)).toEqual([200])
    await site.call('reset')
    expect(await site.statuses(2)).toEqual([200, 200])
  })

  test.each<[string, unknown, number, string]>([
    ['block-next', { cod: 1 }, 400, 'blockNext: option "cod" is not known: did you mean code?'],
    ['block-next', { code: 1021 }, 400, 'there is no error 1021 here: did you mean 1020?'],
    ['block-next', '{', 400, 'body: "{": expected JSON'],
    ['block-next', '[]', 400, 'body: []: expected an object of JSON'],
    ['block-next', { when: { pth: '/' } }, 422, 'did you mean `path`?'],
    ['origin-down', { code: 1020 }, 400, 'originDown: code: there is no error 1020 here'],
    ['origin-up', { code: 1 }, 400, 'originUp: option "code" is not known'],
    ['script', { step: [] }, 400, 'did you mean steps?'],
    ['script', {}, 400, 'script: undefined: expected a list of answers'],
    ['use', {}, 400, 'use: undefined: expected a list of rules'],
    ['use', { rules: [{ name: 'x' }] }, 422, 'nothing was loaded'],
    ['clock', { seconds: -1 }, 400, 'clock: seconds: -1: expected a whole number'],
    ['reset', { all: true }, 400, 'reset: option "all" is not known'],
    ['wait-for-event', { timeoutMs: 1e9 }, 400, 'waitForEvent: timeoutMs: 1000000000'],
    ['wait-for-event', { rul: 'x' }, 400, 'did you mean rule?'],
    ['block-nxt', {}, 404, 'nothing at /api/test/block-nxt'],
  ])('%s %j: %d', async (name, body, status, detail) => {
    const answer = await site.call(name, body)
    expect(answer).toMatchObject({ status, json: { detail: expect.stringContaining(detail) } })
    expect(await site.statuses(1)).toEqual([200])
  })

  test('the endpoints are in the API description', async () => {
    const api = await (await fetch(`${site.admin}/api/openapi.json`)).json()
    const paths = Object.keys(api.paths).filter((path) => path.startsWith('/api/test/'))
    expect(paths).toHaveLength(14)
    expect(api.components.schemas).toHaveProperty('BlockNext')
  })

  test('requests from other sites are refused', async () => {
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await site.call('block-next', {}, foreign)).status).toBe(403)
    expect(await site.statuses(1)).toEqual([200])
  })
})

test('without overrides the endpoints do not exist', async () => {
  const { call, admin } = await running(false)
  expect((await call('block-next')).status).toBe(404)
  const api = await (await fetch(`${admin}/api/openapi.json`)).json()
  expect(Object.keys(api.paths).filter((path) => path.startsWith('/api/test/'))).toEqual([])
  expect(api.components.schemas).not.toHaveProperty('BlockNext')
})

test('a token and read-only mode apply to the endpoints', async () => {
  const token = 'correct-horse-battery'
  const guarded = await running(true, { token })
  const own = { authorization: `Bearer ${token}` }
  expect((await guarded.call('block-next')).status).toBe(401)
  expect((await guarded.call('requests')).status).toBe(401)
  expect((await guarded.call('block-next', {}, own)).status).toBe(200)
  const { call } = await running(true, { readOnly: true })
  expect((await call('block-next')).status).toBe(403)
  expect((await call('requests')).status).toBe(200)
})

test('the end of the edge ends a wait', async () => {
  const { call, close } = await running(true)
  const waiting = call('wait-for-event', { rule: 'x', timeoutMs: 60_000 })
  await expect.poll(async () => (await call('requests')).status).toBe(200)
  const closing = close()
  await waiting.catch(() => {})
  await closing
})

describe('docs/testing.md', () => {
  const commands = fencesOf('docs/testing.md')
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.trim().split('\n'))
    .filter((line) => line.startsWith('curl '))

  test('the curl commands work', async () => {
    expect(commands.length).toBeGreaterThan(3)
    // A process of its own: this one waits for curl.
    const served = await startBuiltServe(['--overrides', '--store', 'memory'])
    onTestFinished(() => void served.stop())
    for (const command of commands) {
      const line = command
        .replace('http://127.0.0.1:8021', served.admin)
        .replace('http://127.0.0.1:8020', served.url)
      const { stdout, status } = spawnSync('sh', ['-c', `${line} -sS`], { encoding: 'utf8' })
      expect([command, status, stdout]).toEqual([
        command,
        0,
        expect.not.stringContaining('about:blank'),
      ])
    }
  })
})

const hasPytest =
  spawnSync('python3', ['-m', 'pytest', '--version'], { encoding: 'utf8' }).status === 0
const skipsPython = !hasPytest && process.env.CI !== 'true'
if (skipsPython) {
  console.warn('the Python example is skipped: no pytest (Debian: apt-get install python3-pytest)')
}

test.skipIf(skipsPython)('Python: examples/python passes', async () => {
  const child = spawn(
    'python3',
    ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'examples/python'],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        PYTHONDONTWRITEBYTECODE: '1',
        EDGE1020: `${process.execPath} ${join(ROOT, 'dist/cli/main.js')}`,
      },
    }
  )
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part
  })
  child.stderr.setEncoding('utf8').on('data', (part) => {
    text += part
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  expect(text).toContain('4 passed')
  expect(code).toBe(0)
})
