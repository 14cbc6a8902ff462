import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BROWSER,
  get,
  ROOT,
  type Running,
  run,
  scratch,
  serveHere,
  startBuiltServe,
  startServe,
} from './cli.ts'

const folder = scratch()
const data = join(folder.dir, 'data')
let edge: Running

beforeAll(async () => {
  edge = await startBuiltServe(['--rules', 'rules/starter.yaml', '--data', data, '--colo', 'LHR'])
})
afterAll(async () => {
  await edge.stop()
  folder.remove()
})

const rayOf = (header: unknown) => String(header).slice(0, 16)

describe('edge1020 serve in front of the demo origin', () => {
  test('the ready line says where both sides are and how many rules are on', () => {
    expect(edge.ready.ready).toBe(true)
    expect(edge.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/?$/)
    expect(edge.admin).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/?$/)
    expect(edge.ready.rules).toMatchObject({
      enabled: expect.any(Number),
      total: expect.any(Number),
    })
    expect(edge.texts.out.trim().split('\n')).toHaveLength(1)
  })

  test('a browser passes and the origin learns its Ray ID and address', async () => {
    const { status, headers, body } = await get(new URL('/headers', edge.url).href, {
      headers: {
        'user-agent': BROWSER,
        'cf-connecting-ip': '6.6.6.6',
        'cf-ray': 'forged',
        'x-edge-ip': '1.2.3.4',
      },
    })
    expect(status).toBe(200)
    expect(headers['cf-ray']).toMatch(/^[0-9a-f]{16}-LHR$/)
    const seen = JSON.parse(body).headers
    expect(seen).toMatchObject({
      'cf-ray': headers['cf-ray'],
      'cf-connecting-ip': '127.0.0.1',
      'cf-visitor': '{"scheme":"http"}',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'cdn-loop': 'cloudflare',
    })
    expect(seen).not.toHaveProperty('x-edge-ip')
  })

  test('curl is refused with the short text, and its Ray ID names the rule', async () => {
    const { status, headers, rawHeaders, body } = await get(edge.url, {
      headers: { 'user-agent': 'curl/8.5.0', accept: '*/*' },
    })
    expect(status).toBe(403)
    expect(body).toBe('error code: 1020\n')
    expect(rawHeaders).toEqual(expect.arrayContaining(['Server', 'cloudflare', 'CF-RAY']))
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=UTF-8',
      'content-length': '17',
      'cache-control':
        'private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0',
      expires: 'Thu, 01 Jan 1970 00:00:01 GMT',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'SAMEORIGIN',
      'x-edge1020': 'emulated',
    })
    const ray = rayOf(headers['cf-ray'])

    for (const spelling of [ray, `${ray}-LHR`, ray.toUpperCase()]) {
      const { code, out } = await run(['events', spelling, '--data', data, '--json'])
      expect(code).toBe(0)
      expect(JSON.parse(out)).toMatchObject({
        ray,
        colo: 'LHR',
        action: 'block',
        source: 'firewallcustom',
        rule: { id: expect.any(String), name: expect.any(String) },
        expression: expect.stringContaining('http.user_agent'),
        matched: [expect.objectContaining({ field: 'http.user_agent', value: 'curl/8.5.0' })],
        ip: '127.0.0.1',
        country: 'XX',
        asn: 0,
        userAgent: 'curl/8.5.0',
        method: 'GET',
        host: new URL(edge.url).host,
        path: '/',
        status: 403,
      })
    }
    const shown = await run(['events', ray, '--data', data])
    expect(shown.code).toBe(0)
    expect(shown.out).toContain('http.user_agent = "curl/8.5.0"')
    expect(shown.out).not.toContain('\u001b[')
  })

  test('a browser is refused by path with the page', async () => {
    const { status, headers, body } = await get(new URL('/.env', edge.url).href, {
      headers: { 'user-agent': BROWSER, accept: 'text/html', 'accept-encoding': 'gzip, br' },
    })
    expect(status).toBe(403)
    expect(headers['content-type']).toBe('text/html; charset=UTF-8')
    expect(body).toContain('<title>Access denied</title>')
    expect(body).toContain(rayOf(headers['cf-ray']))
  })

  test('the admin side finds the event, filters, and explains an unknown Ray ID', async () => {
    const { headers } = await get(edge.url, { headers: { 'user-agent': 'wget/1.2' } })
    const ray = rayOf(headers['cf-ray'])
    const api = (path: string) => get(new URL(path, edge.admin).href)

    expect(JSON.parse((await api(`/api/events/${ray}`)).body)).toMatchObject({
      ray,
      action: 'block',
    })
    expect(JSON.parse((await api(`/api/events?ray=${ray}`)).body).events).toHaveLength(1)
    expect(JSON.parse((await api('/api/events?action=log')).body).events).toEqual([])
    expect(JSON.parse((await api('/api/events?limit=1')).body).events).toHaveLength(1)

    const unknown = await api('/api/events/0000000000000000')
    expect(unknown.status).toBe(404)
    expect(JSON.parse(unknown.body).code).toBe('not_in_store')
    const malformed = await api('/api/events/xyz')
    expect(malformed.status).toBe(400)
    expect(JSON.parse(malformed.body).code).toBe('malformed')
    expect((await api('/healthz')).status).toBe(200)
  })

  test.each([
    ['xyz', 'malformed'],
    ['0123456789abcdef', 'not_in_store'],
  ])('`events %s` ends with exit code 1 and says why', async (ray, reason) => {
    const { code, out } = await run(['events', ray, '--data', data, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(out).error.code).toBe(reason)
    const shown = await run(['events', ray, '--data', data])
    expect(shown.code).toBe(1)
    expect(shown.err).toContain(ray)
  })

  test('test overrides do nothing unless they are switched on', async () => {
    const { status } = await get(edge.url, {
      headers: {
        'user-agent': BROWSER,
        'x-edge-fields': '{"http.user_agent":"curl"}',
        'x-edge-ip': 'nonsense',
      },
    })
    expect(status).toBe(200)
  })
})

describe('edge1020 serve, started and stopped', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it with exit code 0, events kept',
    async (signal) => {
      const one = scratch()
      const running = await startBuiltServe(['--data', one.dir])
      const { headers } = await get(running.url, { headers: { 'user-agent': 'curl/8' } })
      expect(await running.stop(signal)).toBe(0)
      const { code } = await run(['events', rayOf(headers['cf-ray']), '--data', one.dir])
      expect(code).toBe(0)
      one.remove()
    }
  )

  test('`--store memory` writes nothing to disk', async () => {
    const one = scratch()
    const running = await startServe(['--store', 'memory', '--data', join(one.dir, 'd')])
    await get(running.url, { headers: { 'user-agent': 'curl/8' } })
    expect(await running.stop()).toBe(0)
    expect(existsSync(join(one.dir, 'd'))).toBe(false)
    one.remove()
  })

  test.each([
    ['--asn-data', 'asn.tsv', '1.0.0.0\tbanana\n', /asn\.tsv/],
    ['--geo', 'geo.mmdb', 'no database', /geo\.mmdb/],
    ['--feed', 'feed.txt', 'no address\n', /feed\.txt/],
  ])(
    '%s with a broken file: nothing is started, exit code 2',
    async (flag, name, text, message) => {
      const one = scratch()
      const file = join(one.dir, name)
      writeFileSync(file, text)
      const value = flag === '--feed' ? `bad=${file}` : file
      const { code, out, err } = await run([
        ...['serve', '--port', '0', '--admin-port', '0', '--store', 'none', '--data', one.dir],
        ...[flag, value],
      ])
      expect(code).toBe(2)
      expect(err).toMatch(message)
      expect(out).toBe('')
      one.remove()
    }
  )

  const LOOK_UP = /look a Ray ID up/
  const USER_AGENT = /blocked by its user agent/
  test.each<[string[], RegExp[], RegExp[]]>([
    [['--store', 'none'], [USER_AGENT], [LOOK_UP]],
    [
      ['--store', 'memory'],
      [/look up a Ray ID: +npx edge1020 events <Ray ID> --admin http:\S+$/m],
      [],
    ],
    [[], [/look up a Ray ID: +npx edge1020 events <Ray ID> --data \S+$/m], []],
    [
      ['--store', 'none', '--rules', 'rules/starter.yaml'],
      [/\/cdn-cgi\/error\/1020/],
      [USER_AGENT],
    ],
  ])('what it proposes to try with %j', async (args, there, absent) => {
    const one = scratch()
    const running = serveHere(['--data', join(one.dir, 'd'), ...args])
    await running.begun
    const { out } = running.texts
    expect(out).toContain('Try:')
    await running.stop()
    for (const text of there) expect(out).toMatch(text)
    for (const text of absent) expect(out).not.toMatch(text)
    one.remove()
  })

  test('a bad rule file is refused with its place, nothing is started, exit code 2', async () => {
    const one = scratch()
    const file = join(one.dir, 'site.yaml')
    writeFileSync(
      file,
      'rules:\n  - name: a\n    expression: ip.src.contry eq "US"\n    action: block\n'
    )
    const { code, out, err } = await run([
      'serve',
      '--rules',
      file,
      '--port',
      '0',
      '--data',
      one.dir,
    ])
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(`${file}:3:17`)
    expect(err).toContain('^^^^^^^^^^^^^')
    expect(err).toContain('ip.src.country')
    one.remove()
  })

  test.each([
    [['serve', '--prot', '1'], '--prot'],
    [['serve', '--port', 'x'], '--port "x"'],
    [['serve', '--colo', 'toolong'], 'toolong'],
    [['serve', '--upstream', 'ftp://x'], 'ftp://x'],
    [['serve', '--trust', '10.0.0.1/8'], '10.0.0.0/8'],
    [['serve', '--store', 'cassandra:x'], 'cassandra'],
    [['serve', '--rules', 'no/such.yaml'], 'no/such.yaml'],
    [['frobnicate'], 'frobnicate'],
    [['events', 'a', 'b'], '"b"'],
    [['events', '--limit', '0'], '--limit'],
    [['rules', 'print'], 'rule file'],
  ])('%j is refused with exit code 2', async (args, text) => {
    const { code, out, err } = await run([
      ...args,
      ...(args[0] === 'serve' ? ['--admin-port', '0'] : []),
    ])
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(text)
  })
})

describe('the admin port beyond loopback', () => {
  const ask = (url: string, token?: string) =>
    fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })

  test('its token is in the ready line, and what is done there in the data directory', async () => {
    const own = join(folder.dir, 'beyond')
    const beyond = await startServe(['--admin-host', '0.0.0.0', '--data', own])
    const token = String(beyond.ready.adminToken)
    const reload = `${beyond.admin}/api/rules/reload`
    expect((await fetch(reload, { method: 'POST' })).status).toBe(401)
    const headers = { authorization: `Bearer ${token}` }
    const reloaded = await fetch(reload, { method: 'POST', headers })
    expect(await reloaded.json()).toMatchObject({ rules: { total: 6 } })
    await beyond.stop()
    const lines = readFileSync(join(own, 'admin-audit.ndjson'), 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { what: 'POST /api/rules/reload', by: 'bearer' },
      { what: 'POST /api/rules/reload', by: 'bearer', status: 200 },
    ])
  })

  test('--admin-name, --admin-read-only and --admin-tls do what they say', async () => {
    const flags = ['--tls', '--admin-tls', '--admin-name', 'Edge.Internal', '--admin-read-only']
    const own = await startServe(['--store', 'memory', '--data', folder.dir, ...flags])
    expect(own.admin).toMatch(/^https:/)
    const asked = (host: string, path: string, method: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { method, headers: { host }, rejectUnauthorized: false }
        const request = httpsRequest(new URL(path, own.admin), options, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        request.on('error', reject)
        request.end()
      })
    expect(await asked('edge.internal:8021', '/api/events', 'GET')).toBe(200)
    expect(await asked('other.internal', '/api/events', 'GET')).toBe(403)
    expect(await asked('localhost', '/api/rules/reload', 'POST')).toBe(403)
    await own.stop()
  })

  test('a token of the environment is never printed', async () => {
    const token = 'correct-horse-battery'
    const own = await startServe(['--store', 'memory', '--admin-host', '0.0.0.0'], {
      env: { EDGE1020_ADMIN_TOKEN: token },
    })
    expect((await ask(`${own.admin}/api/events`)).status).toBe(401)
    expect((await ask(`${own.admin}/api/events`, token)).status).toBe(200)
    await own.stop()
    expect(`${own.texts.out}${own.texts.err}`).not.toContain(token)
  })

  test.each([
    [['--admin-token', 'short'], /admin token of 5 characters: expected 16 to 512/],
    [['--admin-tls'], /--admin-tls needs --tls/],
    [['--admin-host', 'no.such.host.test'], /host "no\.such\.host\.test": expected an address/],
  ])('%j is a mistake', async (args, message) => {
    const { code, err } = await run([
      'serve',
      '--port',
      '0',
      '--admin-port',
      '0',
      '--store',
      'memory',
      ...args,
    ])
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })

  test('reloading takes what the files say now, and refuses a mistake with its place', async () => {
    const file = join(folder.dir, 'reloaded.yaml')
    const rule = (path: string) =>
      `rules:\n  - name: x\n    when: { path: ${path} }\n    action: block\n`
    writeFileSync(file, rule('/a'))
    const own = await startServe(['--store', 'memory', '--data', folder.dir, '--rules', file])
    const statuses = async () =>
      [await get(`${own.url}/a`), await get(`${own.url}/b`)].map(({ status }) => status === 403)
    const reload = async () => {
      const response = await fetch(`${own.admin}/api/rules/reload`, { method: 'POST' })
      return { status: response.status, body: await response.json() }
    }
    expect(await statuses()).toEqual([true, false])
    writeFileSync(file, rule('/b'))
    expect((await reload()).status).toBe(200)
    expect(await statuses()).toEqual([false, true])
    writeFileSync(
      file,
      'rules:\n  - name: x\n    action: block\n    expression: ip.src.contry eq "DE"\n'
    )
    expect(await reload()).toMatchObject({
      status: 422,
      body: { code: 'invalid_rules', diagnostics: [{ line: 4, column: 17 }] },
    })
    expect(await statuses()).toEqual([false, true])
    await own.stop()
  })
})

describe('edge1020 events --follow', () => {
  test('prints the events of a running edge as they come', async () => {
    const own = await startServe(['--store', 'memory', '--data', folder.dir])
    const child = spawn(
      process.execPath,
      ['dist/cli/main.js', 'events', '--follow', '--format', 'ndjson', '--admin', own.admin],
      { cwd: ROOT }
    )
    const closed = once(child, 'close')
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const refused = async (path: string) => {
      const { headers } = await get(`${own.url}${path}`, { headers: { 'user-agent': 'curl/8' } })
      return rayOf(headers['cf-ray'])
    }
    const nextRay = async () => JSON.parse(String((await lines.next()).value)).ray
    const first = await refused('/first')
    expect(await nextRay()).toBe(first)
    const second = await refused('/second')
    expect(await nextRay()).toBe(second)
    child.kill('SIGTERM')
    await closed
    await own.stop()
  })
})
