// Every command and every piece of code in the README, run as written (but for ports, and `npx`, which here is this build).
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { mmdb } from '../src/visitor/node/mmdb.fixture.ts'
import { ROOT, type Running, startServe } from './cli.ts'
import { fencesOf } from './documents.ts'

const fences = fencesOf('README.md')
const of = (language: string) => fences.filter((fence) => fence.language === language)
const RAY = /[0-9a-f]{16}/

/** Where the commands run: like a clone, with a store of its own. */
const clone = mkdtempSync(join(tmpdir(), 'edge1020-readme-'))
/** Inside the package, so that it can import itself by name. */
const programs = join(ROOT, '.edge1020', `readme-${process.pid}`)

let edge: Running

beforeAll(async () => {
  for (const name of ['dist', 'examples', 'node_modules', 'package.json']) {
    symlinkSync(join(ROOT, name), join(clone, name))
  }
  mkdirSync(join(clone, 'rules'))
  symlinkSync(join(ROOT, 'rules/starter.yaml'), join(clone, 'rules/starter.yaml'))
  writeFileSync(join(clone, 'rules/site.yaml'), of('yaml')[0]!.text)
  const city = { city: { names: { en: 'Berlin' } }, country: { iso_code: 'DE' } }
  writeFileSync(
    join(clone, 'GeoLite2-City.mmdb'),
    mmdb({ type: 'GeoLite2-City', networks: [['192.0.2.0/24', city]] })
  )
  writeFileSync(join(clone, 'drop_v4.json'), '{"cidr":"192.0.2.0/24","sblid":"SBL1"}\n')
  writeFileSync(join(clone, 'exits.txt'), '198.51.100.7\n')
  mkdirSync(programs, { recursive: true })
  edge = await startServe([], { cwd: clone })
})

afterAll(async () => {
  await edge?.stop()
  rmSync(clone, { recursive: true })
  rmSync(programs, { recursive: true })
})

const inShell = async (script: string) => {
  const child = spawn('bash', ['-c', `npx() { shift; node dist/cli/main.js "$@"; }\n${script}`], {
    cwd: clone,
  })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
  }
  const [code] = (await once(child, 'close')) as [number]
  return { code, out }
}

/** Commands that go on running; each is tried in a test of its own. */
const SERVING = /^(?:npm start|npx edge1020 serve .*)$/

/** What each other command of the README prints. */
const EXPECTED: Readonly<Record<string, readonly RegExp[]>> = {
  'curl -i http://127.0.0.1:8020/': [/^HTTP\/1.1 403/m, /^error code: 1020$/m, /^CF-RAY: /m],
  "curl -i -A 'Mozilla/5.0 (X11; Linux x86_64) Chrome/148.0' http://127.0.0.1:8020/": [
    /^HTTP\/1.1 200/m,
    /^CF-RAY: /m,
  ],
  "curl -i -A 'Mozilla/5.0 (X11; Linux x86_64) Chrome/148.0' http://127.0.0.1:8020/.env": [
    /^HTTP\/1.1 403/m,
  ],
  "curl -H 'Accept: application/json' http://127.0.0.1:8020/": [/"error_code":1020/],
  "curl -H 'Accept: text/markdown' http://127.0.0.1:8020/": [/^# Error 1020: Access denied$/m],
  'curl --compressed http://127.0.0.1:8020/': [/<title>Access denied<\/title>/],
  'curl -i http://127.0.0.1:8020/cdn-cgi/error/1015': [/HTTP\/1.1 429/, /error code: 1015/],
  'npx edge1020 page 1009 --dialect json': [/"error_code":1009/],
  'npx edge1020 identify http://127.0.0.1:8020/.env -A Firefox --json || true': [/"cause":"rule"/],
  'npx edge1020 events': [/no scripts/, RAY],
  'npx edge1020 events "$RAY"': [/no scripts/, /http\.user_agent/, /curl\//],
  'npx edge1020 events "$RAY" --json': [/"matched"/, /"http\.user_agent"/],
  "curl 'http://127.0.0.1:8021/api/events?action=block&limit=5'": [/"events":/, RAY],
  'curl http://127.0.0.1:8021/healthz': [/"ok":true/],
  'npx edge1020 rules print rules/starter.yaml': [/http\.user_agent/],
  'npx edge1020 rules check rules/starter.yaml': [/6 rules/],
  'npx edge1020 doctor': [/country data +geoip-lite, \d{4}/, /ASN data +built-in table/],
  "npx edge1020 eval 'ip.src.asnum in {24940} and not cf.client.bot' --as curl-hetzner": [
    /^true$/m,
  ],
}

/** Would download from the Internet: `test/visitor.test.ts` downloads from a server of its own. */
const DOWNLOADING = 'npx edge1020 update asn'

const here = (command: string) =>
  command
    .replaceAll('http://127.0.0.1:8020', edge.url)
    .replaceAll('http://127.0.0.1:8021', edge.admin)

const hasCurl = spawnSync('curl', ['--version']).error === undefined
if (!hasCurl && process.env.CI !== 'true') {
  console.warn('commands of the README that use curl are skipped: no curl on the PATH')
}
/** In CI they run, and fail where there is no curl. */
const canRun = (command: string) =>
  hasCurl || process.env.CI === 'true' || !/\bcurl\b|\$RAY/.test(command)

const commands = of('sh').flatMap(({ text }) => text.trim().split('\n'))
const assignment = commands.find((command) => command.startsWith('RAY='))!

describe('commands', () => {
  test('the first two are those of package.json', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(commands.slice(0, 2)).toEqual(['npm ci', 'npm start'])
    expect(scripts.start).toBe('node dist/cli/main.js serve')
    expect(scripts.prestart).toBe('npm run build')
  })

  const others = commands
    .slice(2)
    .filter((command) => command !== assignment && !SERVING.test(command))
    .filter((command) => !/:(?:8030|8443)\b/.test(command) && command !== DOWNLOADING)

  test('each has something expected of it', () => {
    expect(others.filter((command) => !(command in EXPECTED))).toEqual([])
    expect(Object.keys(EXPECTED).filter((command) => !others.includes(command))).toEqual([])
  })

  test.for(others.filter((command) => !canRun(command)))('%s', (_, { skip }) => {
    skip('no curl on the PATH')
  })

  test.each(others.filter(canRun))('%s', async (command) => {
    const script = command.includes('$RAY') ? `${here(assignment)}\n${command}` : here(command)
    const { code, out } = await inShell(script)
    expect(out).toBeTruthy()
    for (const pattern of EXPECTED[command]!) expect(out).toMatch(pattern)
    expect(code).toBe(0)
  })

  test('`serve --upstream` proxies', async () => {
    const command = commands.find((one) => one.startsWith('npx edge1020 serve --upstream'))!
    const origin = createServer((_, response) => response.end('from the origin'))
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void origin.close())
    const port = (origin.address() as AddressInfo).port
    const flags = command.replace('3000', String(port)).split(' ').slice(3)
    const running = await startServe([...flags, '--store', 'memory'], { cwd: clone })
    onTestFinished(() => void running.stop())
    const passed = await fetch(running.url, { headers: { 'user-agent': 'Firefox' } })
    expect(await passed.text()).toBe('from the origin')
    expect((await fetch(running.url, { headers: { 'user-agent': 'curl/8' } })).status).toBe(403)
  })

  test('`serve` with data on visitors', async () => {
    const command = commands.find((one) => one.includes('--geo'))!
    const flags = [...command.split(' ').slice(3), '--store', 'memory', '--overrides']
    const running = await startServe(flags, { cwd: clone })
    onTestFinished(() => void running.stop())
    expect(running.ready.sources).toMatchObject([
      { role: 'country', name: 'GeoLite2-City.mmdb' },
      { role: 'asn' },
      { role: 'feed', text: expect.stringContaining('drop: 1 entries') },
      { role: 'feed', text: expect.stringContaining('tor_exits: 1 entries') },
      { role: 'bots' },
    ])
  })

  test.skipIf(!canRun('curl'))('`--overrides` decides by what a test says', async () => {
    const [serve, ...asked] = of('sh')
      .map(({ text }) => text.trim().split('\n'))
      .find(([first]) => first!.includes('--overrides')) as [string, string, string, string]
    const flags = serve.replace('8030', '0').replace('8031', '0').split(' ').slice(3)
    const running = await startServe(flags, { cwd: clone })
    onTestFinished(() => void running.stop())
    for (const curl of asked.slice(0, 2)) {
      const { out } = await inShell(curl.replace('http://127.0.0.1:8030', running.url))
      expect(out).toContain('error code: 1020')
    }
    const without = await inShell(`curl -s -A Firefox ${running.url}/`)
    expect(without.out).not.toContain('error code: 1020')
  })

  test.skipIf(!canRun('curl'))('`--tls` listens on HTTPS', async () => {
    const [serve, curl] = of('sh')
      .map(({ text }) => text.trim().split('\n'))
      .find(([first]) => first!.includes('--tls')) as [string, string]
    const flags = serve.replace('8443', '0').replace('8441', '0').split(' ').slice(3)
    const running = await startServe(flags, { cwd: clone })
    onTestFinished(() => void running.stop())
    expect(running.url).toMatch(/^https:/)
    const { out } = await inShell(curl.replace('https://127.0.0.1:8443', running.url))
    expect(out).toMatch(/^HTTP\/(?:2|1\.1) 403/m)
    expect(out).toContain('error code: 1020')
  })
})

describe('code', () => {
  const [client, hono, express, listener, judge] = of('js').map(({ text }) => text)

  const runProgram = async (name: string, text: string) => {
    const file = join(programs, `${name}.mjs`)
    writeFileSync(file, text)
    return inShell(`node ${file}`)
  }

  test('the README has these five pieces', () => expect(of('js')).toHaveLength(5))

  test('the client', async () => {
    const { out, code } = await runProgram(
      'client',
      `${client!.replace('https://shop.test/', `${edge.url}/.env`)}\nprocess.exit()`
    )
    expect(out).toMatch(/^rule [\da-f]{16} \[/)
    expect(code).toBe(0)
  })

  test('the Hono mount', async () => {
    const { out } = await runProgram(
      'hono',
      `import { serve } from '@hono/node-server'
import { Hono } from 'hono'
const app = new Hono()
${hono}
app.get('/', (c) => c.text(c.get('rayId')))
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, async ({ port }) => {
  const get = (agent) => fetch('http://127.0.0.1:' + port, { headers: { 'user-agent': agent } })
  const [passed, blocked] = [await get('Firefox'), await get('curl/8')]
  const ray = await passed.text()
  console.log(passed.status, passed.headers.get('cf-ray') === ray + '-LOC', blocked.status)
  process.exit()
})`
    )
    expect(out).toContain('200 true 403')
  })

  test('the Express mount', async () => {
    const { out } = await runProgram(
      'express',
      `import express from 'express'
const app = express()
${express}
app.get('/', (req, res) => res.send(req.rayId))
const server = app.listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port
  const get = (agent) => fetch(url, { headers: { 'user-agent': agent } })
  const [passed, blocked] = [await get('Firefox'), await get('curl/8')]
  const ray = await passed.text()
  console.log(passed.status, passed.headers.get('cf-ray') === ray + '-LOC', blocked.status)
  process.exit()
})`
    )
    expect(out).toContain('200 true 403')
  })

  test("before Hono's listener", async () => {
    expect(listener).toContain('.listen(3000)')
    const { out } = await runProgram(
      'listener',
      `import { Hono } from 'hono'
const app = new Hono()
app.get('/', (c) => c.text(c.req.header('cf-ray')))
${listener!.replace('createServer((', 'const server = createServer((').replace('.listen(3000)', ".listen(0, '127.0.0.1')")}
server.on('listening', async () => {
  const url = 'http://127.0.0.1:' + server.address().port
  const get = (agent) => fetch(url, { headers: { 'user-agent': agent } })
  const [passed, blocked] = [await get('Firefox'), await get('curl/8')]
  console.log(passed.status, passed.headers.get('cf-ray') === (await passed.text()), blocked.status)
  process.exit()
})`
    )
    expect(out).toContain('200 true 403')
  })

  test('judging by hand', async () => {
    const { code, out } = await runProgram('judge', judge!)
    expect(out).toMatch(/^block no scripts without a name [0-9a-f]{16} 403$/m)
    expect(code).toBe(0)
  })

  test('the mistake is shown as the README shows it', async () => {
    const [shown] = of('text')
    writeFileSync(
      join(clone, 'rules/site.yaml.bad'),
      'rules:\n  - name: x\n    action: block\n    expression: ip.src.contry eq "DE"\n'
    )
    const { code, out } = await inShell(
      'mkdir -p bad/rules && cp rules/site.yaml.bad bad/rules/site.yaml && cd bad && node ../dist/cli/main.js rules check rules/site.yaml'
    )
    expect(out).toContain(shown!.text)
    expect(code).toBe(2)
  })
})

test('every file that the README names is there', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path!)
  expect(links.length).toBeGreaterThan(5)
  for (const path of links) expect(() => readFileSync(join(ROOT, path))).not.toThrow(/ENOENT/)
})
