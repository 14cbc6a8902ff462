import { execFile, spawnSync } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { get } from 'node:https'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { exchange, httpOrigin, rawClient } from '../proxy/sockets.fixture.ts'
import { certificate } from '../proxy/tls.fixture.ts'
import { answerOn, http2Client } from './http2.fixture.ts'
import { site } from './serve.fixture.ts'

const run = promisify(execFile)

/** Skips tests whose program is missing, but never in the CI. */
const needs = (program: string, ...args: string[]) =>
  describe.skipIf(spawnSync(program, args).status !== 0 && process.env.CI === undefined)

const echoHeaders = (request: IncomingMessage, response: ServerResponse) =>
  void response.end(JSON.stringify(request.headers))

/** With Node's own client. */
const withNode = (url: string): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    get(url, { ca: certificate, agent: false }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, body }))
    }).on('error', reject)
  })

const curl = async (
  ...args: string[]
): Promise<{ status: number; headers: Map<string, string>; text: string }> => {
  const { stdout } = await run('curl', ['-sSki', '--max-time', '20', ...args], {
    maxBuffer: 2 ** 25,
  })
  const [head = '', ...rest] = stdout.split('\r\n\r\n')
  const [line = '', ...lines] = head.split('\r\n')
  return {
    status: Number(line.split(' ')[1]),
    headers: new Map(lines.map((one) => one.split(/: (.*)/s) as [string, string])),
    text: rest.join('\r\n\r\n'),
  }
}

const JA4 = 'cf.bot_management.ja4'

needs('curl', '--version')('curl', () => {
  test('is blocked by its JA4, unlike Node', async () => {
    const { url, edge } = await site(echoHeaders, { block: 'http.user_agent contains "curl"' })
    const origin = await curl('--http1.1', url)
    expect(origin.status).toBe(403)
    const [event] = await edge.store.query({})
    expect(event!.ja4).toMatch(/^t13/)
    const second = await site(echoHeaders, { block: `${JA4} eq "${event!.ja4}"` })
    for (const agent of ['curl', 'Mozilla/5.0']) {
      expect(await curl('--http1.1', '-A', agent, second.url)).toMatchObject({ status: 403 })
    }
    expect(await withNode(second.url)).toMatchObject({ status: 200 })
  })

  test('has a stable JA4, and a different one with HTTP/2', async () => {
    const { url, edge } = await site(echoHeaders, { block: 'true' })
    for (const version of ['--http1.1', '--http1.1', '--http2', '--http2']) await curl(version, url)
    const seen = (await edge.store.query({})).map(({ ja4 }) => ja4)
    expect(new Set(seen).size).toBe(2)
    expect(seen.filter((ja4) => ja4 === seen[0])).toHaveLength(2)
  })

  test.each([
    ['a browser', ['-A', 'Mozilla/5.0', '-H', 'Accept: text/html', '-H', 'Accept-Encoding: gzip']],
    ['a client of JSON', ['-H', 'Accept: application/json']],
    ['a plain one', []],
    ['HEAD', ['-I']],
  ])('is refused equally over both versions as %s', async (_, args) => {
    const { url } = await site(echoHeaders)
    const [one, two] = await Promise.all(
      ['--http1.1', '--http2'].map((version) => curl(version, ...args, `${url}/blocked`))
    )
    const names = [...one!.headers.keys()].map((name) => name.toLowerCase())
    const ofConnection = ['connection', 'keep-alive']
    expect([...two!.headers.keys()].sort()).toEqual(
      names.filter((name) => !ofConnection.includes(name)).sort()
    )
    expect(one!.status).toBe(403)
    expect(two!.status).toBe(403)
    const ownRay = (text: string) =>
      text.replaceAll(/[0-9a-f]{16}/g, 'ray').replaceAll(/\d\d:\d\d:\d\d/g, 'time')
    expect(ownRay(two!.text)).toBe(ownRay(one!.text))
  })

  test.each(['--http1.1', '--http2'])('gets an upload of 20 MB back with %s', async (version) => {
    const { url } = await site((request, response) => void request.pipe(response))
    const body = 'x'.repeat(20_000_000)
    const child = run('curl', ['-sk', version, '--data-binary', '@-', url], { maxBuffer: 2 ** 25 })
    child.child.stdin!.end(body)
    const { stdout } = await child
    expect(stdout === body).toBe(true)
  })

  test.each(['--http1.1', '--http2'])(
    'gets a refusal during its upload with %s',
    async (version) => {
      const { url } = await site(echoHeaders)
      const child = run('curl', [
        ...['-sk', version, '-w', '%{http_code}', '-o', '/dev/null', '-H', 'Expect:'],
        ...['--data-binary', '@-', `${url}/blocked`],
      ])
      child.child.stdin!.on('error', () => {})
      child.child.stdin!.end('x'.repeat(20_000_000))
      expect((await child).stdout).toBe('403')
    }
  )

  test('gets a 400 for plain text on the TLS port', async () => {
    const { url } = await site(echoHeaders)
    const { status, text } = await curl(url.replace('https', 'http'))
    expect(status).toBe(400)
    expect(text).toContain('The plain HTTP request was sent to HTTPS port')
  })
})

needs('openssl', 'version')('openssl s_client', () => {
  const ask = async (port: number, ...args: string[]) => {
    const child = run('openssl', ['s_client', '-quiet', '-connect', `127.0.0.1:${port}`, ...args])
    child.child.stdin!.write('GET /blocked HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    return (await child).stdout
  }

  test.each([
    ['-tls1_3', 'TLSv1.3'],
    ['-tls1_2', 'TLSv1.2'],
  ])('with %s matches a rule on its TLS version', async (flag, version) => {
    const { port } = await site(echoHeaders, { block: `cf.tls_version eq "${version}"` })
    expect(await ask(port, flag)).toMatch(/^HTTP\/1\.1 403 /)
    const other = await site(echoHeaders, { block: `cf.tls_version ne "${version}"` })
    expect(await ask(other.port, flag)).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('matches a rule on its cipher', async () => {
    const cipher = 'ECDHE-ECDSA-CHACHA20-POLY1305'
    const { port } = await site(echoHeaders, { block: `cf.tls_cipher eq "${cipher}"` })
    expect(await ask(port, '-tls1_2', '-cipher', cipher)).toMatch(/^HTTP\/1\.1 403 /)
    expect(await ask(port, '-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256')).toMatch(
      /^HTTP\/1\.1 200 /
    )
  })
})

describe('HTTPS', () => {
  test('wss: a WebSocket is tunnelled, and judged', async () => {
    const { url: upstream, server } = await httpOrigin((_, response) => response.end())
    server.on('upgrade', (request, socket) => {
      socket.on('error', () => {})
      socket.write('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      socket.write(request.headers['x-forwarded-proto'] as string)
      socket.pipe(socket)
    })
    const { port } = await site(echoHeaders, { upstream })
    const ask = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n`
    const { send, until } = rawClient(port, { ALPNProtocols: ['http/1.1'] })
    send(ask('/socket'))
    await until(/^HTTP\/1\.1 101 .*\r\n\r\nhttps$/s)
    send('x'.repeat(300_000))
    await until('x'.repeat(300_000))
    expect(await exchange(port, ask('/blocked'), {})).toMatch(/^HTTP\/1\.1 403 /)
  })

  test('the address in a PROXY header is the visitor’s for rules, events and the origin', async () => {
    const { port, edge } = await site(echoHeaders, {
      tls: undefined,
      proxyProtocol: () => true,
      block: 'ip.src eq 198.51.100.8',
    })
    const ask = (address: string, more = '') =>
      exchange(
        port,
        `PROXY TCP4 ${address} 192.0.2.1 56324 443\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${more}\r\n`
      )
    const passed = await ask('198.51.100.7', 'X-Forwarded-For: 203.0.113.9\r\n')
    expect(JSON.parse(/\{.*\}/s.exec(passed)![0])).toMatchObject({
      'cf-connecting-ip': '198.51.100.7',
      'x-forwarded-for': '203.0.113.9, 198.51.100.7',
      'x-forwarded-proto': 'http',
    })
    expect(await ask('198.51.100.8')).toMatch(/^HTTP\/1\.1 403 /)
    expect(await edge.store.query({})).toMatchObject([{ ip: '198.51.100.8', scheme: 'http' }])
  })

  test.each(['self-signed', undefined] as const)('prints its URL (%s)', async (tls) => {
    const { url } = await site(echoHeaders, { tls })
    expect(url).toMatch(tls === undefined ? /^http:/ : /^https:/)
  })

  test('with invalid files does not start', async () => {
    const tls = { cert: '/nowhere/site.pem', key: '/nowhere/site.key' }
    await expect(site(echoHeaders, { tls })).rejects.toMatchObject({
      name: 'EdgeError',
      code: 'invalid_tls',
      message: expect.stringContaining('/nowhere/site.pem'),
    })
  })

  test('leaves no socket, server or timer after it is closed', async () => {
    const count = () => {
      const counts: Record<string, number> = {}
      for (const name of process.getActiveResourcesInfo()) {
        if (/TCP|TLS|Timeout/.test(name)) counts[name] = (counts[name] ?? 0) + 1
      }
      return counts
    }
    const before = count()
    const { url, port, close } = await site((_, response) => void response.end('ok'))
    const { session, ask, open } = http2Client(url)
    await ask({})
    const slow = open({ ':method': 'POST' })
    const answer = answerOn(slow)
    const one = rawClient(port, {})
    one.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await one.until('ok')
    const half = rawClient(port)
    half.send('\x16\x03')
    const closed = close()
    slow.end()
    await answer
    await Promise.all([closed, one.closed, half.closed])
    expect(session.closed).toBe(true)
    await eventually(() => {
      for (const [name, many] of Object.entries(count())) {
        // The test's own origin is still open.
        expect([name, many]).toEqual([name, Math.min(many, (before[name] ?? 0) + 1)])
      }
    })
  })
})
