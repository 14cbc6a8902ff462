import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventWith } from '../events/event.fixture.ts'
import { memoryStore } from '../events/memory.ts'
import { sqliteStore } from '../events/node/sqlite.ts'
import { startAdmin } from '../server/admin.ts'
import { cli } from './io.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-events-'))
const file = join(folder, 'events.db')
const blocked = eventWith({
  action: 'block',
  ip: '192.0.2.1',
  rule: { id: 'no-curl', name: 'No curl' },
})
const logged = eventWith({ action: 'log', country: 'NL' })
const also = { ...logged, ray: blocked.ray, matchIndex: 1 }
const onDisk = eventWith({ action: 'block', host: 'disk.test' })
let admin: Awaited<ReturnType<typeof startAdmin>>

beforeAll(async () => {
  const disk = sqliteStore(file)
  await disk.append([onDisk])
  await disk.close()
  const store = memoryStore()
  await store.append([blocked, also])
  await store.append([logged])
  admin = await startAdmin({ store, health: () => ({ rules: { enabled: 1, total: 1 } }) })
})
afterAll(async () => {
  await admin.close()
  rmSync(folder, { recursive: true })
})

/** Redirects requests for the default admin address to `url`, until the test ends. */
const atDefault = (url: string) => {
  const real = fetch
  vi.stubGlobal('fetch', (asked: URL, options: RequestInit) => {
    const there = new URL(asked)
    if (there.port === '8021') {
      const { port, hostname } = new URL(url)
      there.port = port
      there.hostname = hostname
    }
    return real(there, options)
  })
  onTestFinished(() => void vi.unstubAllGlobals())
}
const NOBODY = 'http://127.0.0.1:1/'

const raysOf = (out: string) => JSON.parse(out).events.map(({ ray }: { ray: string }) => ray)

describe('filters', () => {
  test.each([
    [['--action', 'blok'], '--action "blok": did you mean block?'],
    [
      ['--action', 'nothing'],
      expect.stringMatching(/^--action "nothing": expected one of .*block/),
    ],
    [['--ip', '1.2.3'], '--ip "1.2.3": expected an IP address'],
    [['--country', 'Holland'], '--country "Holland": expected two letters, such as NL'],
    [['--rule', ''], '--rule "": expected a value'],
    [['--limit', '0'], '--limit "0": expected a whole number from 1 to 1000'],
    [['a', 'b'], 'edge1020 events: unexpected "b": expected at most one Ray ID'],
    [
      ['--admin', 'x'],
      '--admin "x": expected a URL, HOST:PORT or a port, such as http://127.0.0.1:8021',
    ],
    ...['ftp://x', '127.0.0.1', '65536', '127.0.0.1:65536', '123456', '', 'a:b', '::1'].map(
      (address): [string[], string] => [
        ['--admin', address],
        `--admin "${address}": expected a URL, HOST:PORT or a port, such as http://127.0.0.1:8021`,
      ]
    ),
    [['--admin', 'http://x', '--data', 'y'], '--admin cannot be combined with --data or --store'],
  ])('%j is wrong usage, not "no events"', async (argv, message) => {
    const { error, out, err } = await cli('events', ...argv)
    expect(error).toMatchObject({ code: 'wrong_usage', message })
    expect([out, err]).toEqual(['', ''])
  })

  test.each([
    [[], [logged.ray, blocked.ray, blocked.ray]],
    [['--limit', '1'], [logged.ray]],
    [['--action', 'block'], [blocked.ray]],
    [['--ip', '192.0.2.1'], [blocked.ray]],
    [['--country', 'nl', '--limit', '1'], [logged.ray]],
    [['--rule', 'no-curl'], [blocked.ray]],
    [['--rule', 'none such'], []],
  ])('%j of a running edge', async (argv, rays) => {
    const { code, out } = await cli('events', '--admin', admin.url, '--json', ...argv)
    expect(code).toBe(0)
    expect(raysOf(out)).toEqual(rays)
  })
})

describe('questions', () => {
  const ofBoth = ['running edge', 'file'] as const
  const where = (kind: (typeof ofBoth)[number]) =>
    kind === 'file' ? ['--store', `sqlite:${file}`] : ['--admin', admin.url]

  test.each([
    [['--where', 'rule.name.contains=curl'], 1],
    [['--where', 'ip=192.0.2.0/24', '--where', 'action=block'], 1],
    [['--text', 'NO-CURL'], 1],
    [['--since', '1h'], 3],
    [['--to', '2000-01-01'], 0],
  ])('%j', async (argv, count) => {
    const { out } = await cli('events', '--admin', admin.url, '--json', ...argv)
    expect(JSON.parse(out).events).toHaveLength(count)
  })

  test('--cursor prints the next page', async () => {
    const rays: string[] = []
    let cursor: string[] = []
    do {
      const { out } = await cli('events', '--admin', admin.url, '--json', '--limit', '1', ...cursor)
      const { events, next } = JSON.parse(out)
      rays.push(...events.map(({ ray }: { ray: string }) => ray))
      cursor = next === undefined ? [] : ['--cursor', next]
    } while (cursor.length > 0)
    expect(rays).toEqual([logged.ray, blocked.ray, blocked.ray])
  })

  test.each(ofBoth)('--top of a %s', async (kind) => {
    const { out } = await cli('events', ...where(kind), '--top', 'action,rule', '--json')
    const { by, rows } = JSON.parse(out)
    expect(by).toEqual(['action', 'rule'])
    const total = rows.reduce((sum: number, { count }: { count: number }) => sum + count, 0)
    expect(total).toBe(kind === 'file' ? 1 : 3)
  })

  test('--top as a table and as CSV', async () => {
    const table = await cli('events', '--admin', admin.url, '--top', 'action')
    expect(table.out.split('\n')).toEqual([
      expect.stringMatching(/^COUNT +SHARE +ACTION$/),
      expect.stringMatching(/^2 +66\.7 % +log$/),
      expect.stringMatching(/^1 +33\.3 % +block$/),
      '',
    ])
    const csv = await cli('events', '--admin', admin.url, '--top', 'action', '--format', 'csv')
    expect(csv.out).toBe('action,count\r\nlog,2\r\nblock,1\r\n')
  })

  test('--series, by a field and of all', async () => {
    const series = async (...argv: string[]) =>
      cli('events', '--admin', admin.url, '--bucket', '1d', ...argv)
    const by = JSON.parse((await series('--series', 'action', '--json')).out)
    expect(by).toMatchObject({ bucketSeconds: 86_400, by: 'action' })
    const counts = (points: { count: number }[]) =>
      points.reduce((sum, { count }) => sum + count, 0)
    expect(counts(by.points)).toBe(3)
    const all = JSON.parse((await series('--series', 'all', '--json')).out)
    expect(all).not.toHaveProperty('by')
    expect(counts(all.points)).toBe(3)
    expect((await series('--series', 'all')).out).toMatch(/^TIME +COUNT\n\d{4}-.* \d +█+\n/)
  })

  test('--format ndjson prints one event per line; csv prints a header and every field', async () => {
    const ndjson = await cli('events', '--admin', admin.url, '--format', 'ndjson')
    expect(
      ndjson.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).ray)
    ).toHaveLength(3)
    const csv = await cli('events', '--admin', admin.url, '--format', 'csv')
    const [head, ...rows] = csv.out.trimEnd().split('\r\n')
    expect(head).toMatch(/^ray,time,colo,kind,action,source,rule\.id,rule\.name,/)
    expect(rows).toHaveLength(3)
    expect(rows[0]).toMatch(new RegExp(`^${logged.ray},\\d{4}-\\d\\d-\\d\\dT.*,firewall,log,`))
    const none = await cli('events', '--admin', admin.url, '--format', 'csv', '--to', '2000-01-01')
    expect(none.out).toBe(`${head}\r\n`)
  })

  test.each([
    [['--where', 'path'], '--where "path": expected FIELD=VALUE or FIELD.OPERATOR=VALUE'],
    [['--where', 'pth=/'], '--where unknown parameter "pth": did you mean path?'],
    [['--since', 'yesterday'], '--since "yesterday": expected a time span'],
    [['--top', 'rule,nonsense'], 'field "nonsense" is not a field of events'],
    [['--top', 'rule', '--follow'], '--top and --follow: expected only one of them'],
    [['--series', 'rule', '--limit', '500'], '--limit 500: expected a whole number from 1 to 100'],
    [['--format', 'xml'], '--format "xml": expected one of table, json, ndjson, csv'],
    [['--format', 'csv', '--json'], '--json and --format csv: expected only one of them'],
    [['8f3c2d1e0a9b7c65', '--follow'], '--follow cannot be combined with a Ray ID'],
  ])('%j is wrong usage', async (argv, message) => {
    const { error, out } = await cli('events', '--admin', admin.url, ...argv)
    expect(error).toMatchObject({ code: 'wrong_usage', message: expect.stringContaining(message) })
    expect(out).toBe('')
  })
})

describe('a running edge', () => {
  test.each(['', '/', '/api/events', '/api/events?limit=3'])('answers at URL%s', async (path) => {
    const { code, out, err } = await cli('events', '--admin', admin.url.replace(/\/$/, '') + path)
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(blocked.ray)
  })

  test.each([
    ['PORT', (port: string) => port],
    ['HOST:PORT', (port: string) => `127.0.0.1:${port}`],
    ['HOST:PORT/PATH', (port: string) => `127.0.0.1:${port}/api/events?limit=3`],
  ])('answers at %s', async (_, addressOf) => {
    const { code, out } = await cli('events', '--admin', addressOf(new URL(admin.url).port))
    expect(code).toBe(0)
    expect(out).toContain(blocked.ray)
  })

  test.each([
    ['1', 'http://127.0.0.1:1/'],
    ['localhost:1', 'http://localhost:1/'],
    ['[::1]:1', 'http://[::1]:1/'],
    ['edge_1.test:1', 'http://edge_1.test:1/'],
  ])('--admin %s asks %s', async (address, url) => {
    const asked: string[] = []
    vi.stubGlobal('fetch', (there: URL) => {
      asked.push(there.href)
      return Promise.reject(new Error('nobody'))
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    const { error } = await cli('events', '--admin', address)
    expect(error).toMatchObject({ code: 'request_failed' })
    expect(asked).toEqual([`${url}healthz`])
  })

  test('tells of a Ray ID, with the other rules that matched', async () => {
    const { code, out } = await cli('events', `${blocked.ray}-LHR`, '--admin', admin.url)
    expect(code).toBe(0)
    expect(out).toContain('No curl')
    expect(out).toContain('The same request also matched:')
    const json = await cli('events', blocked.ray, '--admin', admin.url, '--json')
    expect(JSON.parse(json.out)).toEqual({ ...blocked, also: [also] })
  })

  test.each([
    ['0123456789abcdef', 'not_in_store'],
    ['xyz', 'malformed'],
  ])('explains why %s is not found', async (ray, reason) => {
    const json = await cli('events', ray, '--admin', admin.url, '--json')
    expect(json.code).toBe(1)
    expect(JSON.parse(json.out).error.code).toBe(reason)
    const text = await cli('events', ray, '--admin', admin.url)
    expect([text.code, text.out]).toEqual([1, ''])
    expect(text.err).toContain(ray)
  })

  test('without matching events is named in the message', async () => {
    const { code, err } = await cli('events', '--admin', admin.url, '--rule', 'none such')
    expect([code, err]).toEqual([
      0,
      `no events in memory of the edge at ${admin.url.replace(/\/?$/, '/')}\n`,
    ])
  })

  test('is found at the default address', async () => {
    atDefault(admin.url)
    const { code, out, err } = await cli('events')
    expect([code, err]).toEqual([0, 'asked the running edge at http://127.0.0.1:8021\n'])
    expect(out).toContain(blocked.ray)
    const json = await cli('events', '--json')
    expect(json.err).toBe('')
    expect(raysOf(json.out)).toContain(blocked.ray)
  })

  test.each([
    ['--data', folder],
    ['--store', `sqlite:${file}`],
  ])('is not asked if %s names a store', async (flag, value) => {
    atDefault(admin.url)
    const { code, out, err } = await cli('events', flag, value)
    expect([code, err]).toEqual([0, `read sqlite ${file}\n`])
    expect(out).toContain('disk.test')
    expect(out).not.toContain(blocked.ray)
  })

  test('is not required: without it, the command reads the default store, or names the missing store', async () => {
    atDefault(NOBODY)
    const { error } = await cli('events')
    // An earlier `serve` may have created a store in this project’s directory.
    if (error !== undefined) expect(error).toMatchObject({ code: 'store_not_found' })
    else expect((await cli('events')).err).toContain('(no edge answers at http://127.0.0.1:8021')
  })
})

describe('a running edge that asks for its token', () => {
  const TOKEN = 'correct-horse-battery'
  const guarded = async () => {
    const store = memoryStore()
    await store.append([blocked])
    const health = () => ({ rules: { enabled: 1, total: 1 } })
    const side = await startAdmin({ store, health, token: TOKEN })
    onTestFinished(() => side.close())
    return side.url
  }

  test('gets it from --admin-token or from the environment', async () => {
    const url = await guarded()
    const asked = await cli('events', '--admin', url, '--admin-token', TOKEN)
    expect(asked.out).toContain(blocked.ray)
    vi.stubEnv('EDGE1020_ADMIN_TOKEN', TOKEN)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect((await cli('events', blocked.ray, '--admin', url)).out).toContain(blocked.ray)
  })

  test.each([
    [[], /: it requires a token: pass it with --admin-token or EDGE1020_ADMIN_TOKEN: /],
    [['--admin-token', 'another'], /: this is not the token of this port: /],
  ])('with %j reports that it needs a token, at the default address too', async (argv, message) => {
    const url = await guarded()
    const expected = { code: 'request_failed', message: expect.stringMatching(message) }
    expect((await cli('events', '--admin', url, ...argv)).error).toMatchObject(expected)
    atDefault(url)
    expect((await cli('events', ...argv)).error).toMatchObject(expected)
  })
})

describe('another program at the address', () => {
  const answering = async (status: number, body: string, location?: string) => {
    const server = createServer((_, response) => {
      response.writeHead(status, location === undefined ? {} : { location })
      response.end(body)
    })
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }

  test.each([
    ['a page', 200, '<h1>hello</h1>'],
    ['JSON of another kind', 200, '{"ok":true}'],
    ['null', 200, 'null'],
    ['an error', 500, ''],
  ])('%s is not accepted as an edge', async (_, status, body) => {
    const url = await answering(status, body)
    const { error } = await cli('events', '--admin', url)
    expect(error).toMatchObject({
      code: 'request_failed',
      message: expect.stringMatching(
        /^http:\S+: another program answers there: expected the admin/
      ),
    })
  })

  test('a redirect is not followed', async () => {
    const { error } = await cli('events', '--admin', await answering(302, '', admin.url))
    expect(error).toMatchObject({ code: 'request_failed' })
  })

  test('an address without a server is reported with the reason', async () => {
    const { error } = await cli('events', '--admin', NOBODY)
    expect(error).toMatchObject({
      code: 'request_failed',
      message: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:1\/: \S.*: expected the admin address/
      ),
    })
  })
})
