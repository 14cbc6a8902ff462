// The examples of docs/answers.md, run as written (but for ports), and the answers on the wire.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { get, ROOT, type Running, run, startServe } from './cli.ts'
import { fencesOf } from './documents.ts'

const BOX = '::CLOUDFLARE_ERROR_1000S_BOX::'
const folder = mkdtempSync(join(tmpdir(), 'edge1020-answers-'))
/** Inside the package, so that programs can import it by name. */
const programs = join(ROOT, '.edge1020', `answers-${process.pid}`)
const fences = (language: string) =>
  fencesOf('docs/answers.md')
    .filter((fence) => fence.language === language)
    .map(({ text }) => text)
const commands = fences('sh').flatMap((text) => text.trim().split('\n'))
let edge: Running

beforeAll(async () => {
  for (const name of ['dist', 'node_modules', 'package.json', 'rules']) {
    symlinkSync(join(ROOT, name), join(folder, name))
  }
  mkdirSync(join(programs, 'rules'), { recursive: true })
  writeFileSync(join(programs, 'rules/site.yaml'), 'rules: []\n')
  writeFileSync(join(folder, 'site.yaml'), fences('yaml')[0]!)
  writeFileSync(join(folder, 'blocked.html'), `<h1>Our admin</h1>${BOX}`)
  edge = await startServe(['--store', 'memory', '--overrides'], { cwd: folder })
})

afterAll(async () => {
  await edge?.stop()
  rmSync(folder, { recursive: true })
  rmSync(programs, { recursive: true })
})

const inShell = async (command: string) => {
  const script = `npx() { shift; node dist/cli/main.js "$@"; }\n${command.replaceAll('http://127.0.0.1:8020', edge.url)}`
  const child = spawn('bash', ['-c', script], { cwd: folder })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
  }
  await once(child, 'close')
  return out
}

const EXPECTED: Readonly<Record<string, RegExp>> = {
  'curl -i http://127.0.0.1:8020/cdn-cgi/error/1015':
    /HTTP\/1.1 429[\s\S]*Retry-After: 30[\s\S]*error code: 1015/,
  "curl -i 'http://127.0.0.1:8020/cdn-cgi/error/1006?dialect=html&generation=g1'":
    /class="cf-error-code">1006/,
  'npx edge1020 page 1020 --dialect json': /"error_code":1020/,
  'npx edge1020 identify http://127.0.0.1:8020/.env': /block 1020[\s\S]*by the site owner/,
  'curl -si http://127.0.0.1:8020/ | npx edge1020 identify -': /block 1020/,
}

describe('commands', () => {
  const writing = 'npx edge1020 page 1009 --generation g2 -o 1009.html'

  test('each has something expected of it', () => {
    expect([...Object.keys(EXPECTED), writing].sort()).toEqual([...commands].sort())
  })

  test.each(Object.entries(EXPECTED))('%s', async (command, pattern) => {
    expect(await inShell(command)).toMatch(pattern)
  })

  test(writing, async () => {
    await inShell(writing)
    expect(readFileSync(join(folder, '1009.html'), 'utf8')).toContain('<span>1009</span>')
  })
})

describe('edge1020 page', () => {
  test('with head, and with an owner’s page', async () => {
    expect((await run(['page', '1015', '-i', '-d', 'text'])).out).toMatch(
      /^HTTP\/1.1 429\nContent-Type: text\/plain; charset=UTF-8\n[\s\S]*\n\nerror code: 1015\n$/
    )
    const own = await run(['page', '1020', '--template', join(folder, 'blocked.html')])
    expect(own.out).toMatch(/^<h1>Our admin<\/h1><div class="cf-error-details cf-error-1020">/)
  })

  test.each([
    [[], 'edge1020 page: expected a code, such as 1020\n'],
    [
      ['1'],
      '"1" is not an error code: expected one such as 1020; `edge1020 page --help` lists all\n',
    ],
    [['1020', 'x'], 'unexpected "x"'],
    [['1020', '-d', 'xml'], '--dialect "xml": expected one of html, text, json, problem, markdown'],
    [['1020', '--language', 'tlh'], '--language "tlh": expected one of en, de, es, fr, ja, pt, zh'],
    [['1020', '-g', 'g7'], '--generation "g7": did you mean g1?'],
    [['1020', '--template', 'none.html'], 'none.html: cannot be read: no such file'],
    [['1020', '--contact', 'x'], 'contact "x": expected https://'],
    [['1020', '-o', '/nowhere/x.html'], '/nowhere/x.html'],
  ])('%j says what was expected', async (args, message) => {
    const { code, err } = await run(['page', ...args])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})

describe('flags of serve about answers', () => {
  test('headers of some zones, and the page for clients that offer no coding', async () => {
    const running = await startServe([
      ...['--store', 'none', '--short-text', 'never', '--no-emulated-header'],
      ...['--answer-headers', 'cookie, vary,error-type'],
    ])
    onTestFinished(async () => void (await running.stop()))
    const { headers, body } = await get(`${running.url}/.env`)
    expect(headers).toMatchObject({
      vary: 'Accept-Encoding',
      'cf-error-type': 'edge',
      'set-cookie': [expect.stringMatching(/^__cf_bm=/)],
    })
    expect(headers).not.toHaveProperty('nel')
    expect(headers).not.toHaveProperty('alt-svc')
    expect(headers).not.toHaveProperty('x-edge1020')
    expect(body).toContain('<title>Access denied</title>')
  })

  test.each([
    [
      ['--answer-headers', 'cookie,server'],
      '--answer-headers "server": expected one of cookie, nel, alt-svc, vary, error-type',
    ],
    [
      ['--short-text', 'sometimes'],
      '--short-text "sometimes": expected one of no-encoding, always, never',
    ],
    [['--page', 'g9'], '--page "g9": did you mean g1?'],
  ])('%j says what was expected', async (args, message) => {
    const { code, err } = await run(['serve', '--port', '0', '--store', 'none', ...args])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})

describe('edge1020 identify', () => {
  test('a site’s own answer', async () => {
    const passed = await run(['identify', edge.url, '-A', 'Mozilla/5.0'])
    expect(passed).toMatchObject({ code: 0, out: "the site's own answer: no block\n" })
    expect((await run(['identify', edge.url, '-A', 'Mozilla/5.0', '--json'])).out).toBe('null\n')
  })

  test('a block, as JSON, from a URL, a file and standard input', async () => {
    const page = String((await run(['page', '1009', '-i'])).out)
    writeFileSync(join(folder, 'saved.txt'), page)
    for (const [args, input] of [
      [['identify', join(folder, 'saved.txt')], ''],
      [['identify', '-'], page],
      [['identify', `${edge.url}/cdn-cgi/error/1009`], ''],
    ] as const) {
      const { code, out } = await run([...args, '--json'], { input })
      expect(code).toBe(1)
      expect(JSON.parse(out)).toMatchObject({ code: 1009, cause: 'country', kind: 'block' })
    }
  })

  test.each([
    [[], 'expected one URL, one file, or -'],
    [['no-such-file'], 'no-such-file'],
    [['http://127.0.0.1:1/'], 'http://127.0.0.1:1/'],
    [['http://127.0.0.1:1/', '-H', 'nonsense'], '--header "nonsense": expected name: value'],
  ])('%j says what was wrong', async (args, message) => {
    const { code, err } = await run(['identify', ...args])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})

test('the rules of the document', async () => {
  const running = await startServe(['--rules', 'site.yaml', '--store', 'memory', '--overrides'], {
    cwd: folder,
  })
  onTestFinished(() => void running.stop())
  const page = async (path: string, headers: Record<string, string> = {}) =>
    (await get(running.url + path, { headers: { accept: 'text/html', ...headers } })).body
  expect(await page('/legacy/a', { 'accept-encoding': 'x;q=0, gzip;q=0, *;q=0.1' })).toBeTruthy()
  const raw = await fetch(`${running.url}/legacy/a`, { headers: { accept: 'text/html' } })
  expect(await raw.text()).toContain('class="cf-error-code">1020')
  const country = await fetch(running.url, { headers: { 'x-edge-country': 'KP' } })
  expect(await country.text()).toContain('<span>1009</span>')
  expect(await page('/admin/x')).toMatch(/^<h1>Our admin/)
})

describe('programs', () => {
  const runs = async (name: string, text: string) => {
    writeFileSync(join(programs, `${name}.mjs`), text)
    const child = spawn(process.execPath, [`${name}.mjs`], { cwd: programs })
    let out = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        out += part
      })
    }
    await once(child, 'close')
    return out
  }

  test('headers of some zones', async () => {
    const [zones] = fences('js')
    const out = await runs(
      'zones',
      `${zones}
const { response } = await edge.judge(new Request('http://a.test/cdn-cgi/error/1020?dialect=html'))
console.log(response.headers.get('set-cookie'), response.headers.get('nel'), response.headers.get('x-edge1020'))
console.log((await response.text()).includes('cf-error-code'))
await edge.close()`
    )
    expect(out).toMatch(/^__cf_bm=.* \{"success_fraction".* null\ntrue\n$/)
  })

  test('the client', async () => {
    const [, client] = fences('js')
    const out = await runs(
      'client',
      `${client!.replaceAll('https://shop.test/', `${edge.url}/.env`)}
await get('${edge.url}/.env').catch((error) => console.log(error.name, error.block.code))
process.exit()`
    )
    expect(out).toMatch(/^block 1020 rule [\da-f]{16} undefined \[[\s\S]*\]\nBlockedError 1020\n$/)
  })
})

test('edge1020/client is one small file that imports nothing', () => {
  const built = join(ROOT, 'dist/client.js')
  expect(existsSync(built)).toBe(true)
  const text = readFileSync(built, 'utf8')
  expect(text).not.toMatch(/\bimport\b|\brequire\(/)
  expect(gzipSync(text, { level: 9 }).length).toBeLessThan(4_096)
})

interface Raw {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** Bytes as they come: nothing is decoded. */
const raw = (
  path: string,
  method: string,
  headers: Record<string, string>,
  body = ''
): Promise<Raw> =>
  new Promise((done, fail) => {
    const outgoing = httpRequest(
      `${edge.url}${path}`,
      { method, headers, agent: false },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () =>
          done({
            status: incoming.statusCode!,
            headers: incoming.headers,
            body: Buffer.concat(chunks),
          })
        )
      }
    )
    outgoing.on('error', fail)
    outgoing.end(body)
  })

describe('on the wire', () => {
  const PAGE = { accept: 'text/html', 'accept-encoding': 'identity' }

  test.each([
    ['gzip, deflate, br', 'gzip', gunzipSync],
    ['br', 'br', brotliDecompressSync],
  ])('Accept-Encoding: %s', async (offered, coding, decode) => {
    const { status, headers, body } = await raw('/.env', 'GET', {
      accept: 'text/html',
      'accept-encoding': offered,
    })
    expect([status, headers['content-encoding']]).toEqual([403, coding])
    expect(headers['content-length']).toBe(String(body.length))
    expect(decode(body).toString()).toContain('Error code <span>1020</span>')
  })

  test.each([
    ['HEAD', {}, 0],
    ['OPTIONS', { 'access-control-request-method': 'POST', origin: 'http://a.test' }, 17],
    ['GET', { range: 'bytes=0-3' }, 17],
    ['GET', { 'if-none-match': '*' }, 17],
    ['GET', { 'if-modified-since': 'Thu, 01 Jan 2099 00:00:00 GMT' }, 17],
    ['DELETE', {}, 17],
    ['PROPFIND', {}, 17],
  ])('%s with %j gets the same refusal', async (method, headers, length) => {
    const refused = await raw('/.env', method, headers)
    expect(refused.status).toBe(403)
    expect(refused.body.length).toBe(length)
    expect(refused.headers['content-length']).toBe('17')
    for (const name of ['content-range', 'accept-ranges', 'etag', 'allow', 'cf-mitigated']) {
      expect(refused.headers[name]).toBeUndefined()
    }
  })

  test('a POST with a body', async () => {
    expect((await raw('/.env', 'POST', PAGE, 'x'.repeat(100_000))).status).toBe(403)
  })

  test('a WebSocket upgrade, and HTTP/1.0', async () => {
    const { port } = new URL(edge.url)
    const said = (lines: string[]) =>
      new Promise<string>((done) => {
        let text = ''
        const socket = connect(Number(port), '127.0.0.1', () =>
          socket.write(`${lines.join('\r\n')}\r\n\r\n`)
        )
        socket.setEncoding('latin1').on('data', (part: string) => {
          text += part
        })
        socket.on('close', () => done(text))
      })
    const upgrade = await said([
      'GET /.env HTTP/1.1',
      'Host: a.test',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ])
    expect(upgrade).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\n\r\nerror code: 1020\n$/)
    expect(await said(['GET /.env HTTP/1.0'])).toMatch(
      /^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*error code: 1020\n$/
    )
  })
})
