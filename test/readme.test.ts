// Every command and piece of code in the README, docs/mounting.md, docs/events.md, docs/admin.md and docs/api.md, run as written (but for ports, and `npx`, which here is this build).
import { spawn, spawnSync } from 'node:child_process'
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
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { shellWords } from '../src/toolkit/requests/shell.ts'
import { ROOT, type Running, run, startServe } from './cli.ts'
import { fencesOf } from './documents.ts'

const of = (language: string, file = 'README.md') =>
  fencesOf(file).filter((fence) => fence.language === language)
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
    // The commands ask this edge: another edge may listen on the default admin port.
    env: { ...process.env, EDGE1020_ADMIN: edge.admin },
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

/** What each other command prints. */
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
  'npx edge1020 page 1009 --dialect json': [/"error_code":1009/],
  'npx edge1020 test --init --rules rules/starter.yaml': [/- name: no scripts/, /6 tests written/],
  'npx edge1020 events': [/no scripts/, RAY],
  'npx edge1020 events --action block': [/no scripts/, RAY],
  'npx edge1020 events "$RAY"': [/no scripts/, /http\.user_agent/, /curl\//],
  'npx edge1020 events "$RAY" --json': [/"matched"/, /"http\.user_agent"/],
  "curl 'http://127.0.0.1:8021/api/events?action=block&limit=5'": [/"events":/, RAY],
  'curl "http://127.0.0.1:8021/api/events/$RAY"': [/"matched"/, /"http\.user_agent"/],
  'curl http://127.0.0.1:8021/healthz': [/"ok":true/, /"storeFailures":0/],
  'curl http://127.0.0.1:8021/api/events': [/"events":/, RAY],
  'npx edge1020 events --where path.contains=. --where ip=127.0.0.0/8 --since 2h': [/\/\.env/, RAY],
  'npx edge1020 events --action block --since 2h --top rule,country': [/^COUNT +SHARE +RULE/m],
  'npx edge1020 events --series action --bucket 1h --since 1d': [/^TIME +ACTION +COUNT/m, /block/],
  'npx edge1020 events --text scripts --format csv': [/^ray,time,colo/m, RAY],
  "curl 'http://127.0.0.1:8021/api/events?path.contains=.&ip=127.0.0.0/8&since=2h'": [/\/\.env/],
  "curl 'http://127.0.0.1:8021/api/events/top?by=rule,country&action=block'": [/"rows":\[\{/],
  "curl 'http://127.0.0.1:8021/api/events/series?bucket=1h&by=action&since=1d'": [/"points":\[\{/],
  'curl http://127.0.0.1:8021/api/openapi.json': [/"openapi":"3\.1\.0"/],
  [String.raw`curl http://127.0.0.1:8021/client/v4/graphql --json '{"query": "{ viewer { zones(filter: { zoneTag: \"any\" }) { firewallEventsAdaptiveGroups(filter: { action: \"block\" }, limit: 5, orderBy: [count_DESC]) { count dimensions { ruleId clientCountryName } } } } }"}'`]:
    [/"data":\{"viewer"/, /"count":\d+,"dimensions"/],
  'curl http://127.0.0.1:8021/metrics': [/^edge1020_requests_total \d/m, /^process_cpu/m],
  'curl http://127.0.0.1:8021/api/audit': [/"entries":/],
  'curl -X POST http://127.0.0.1:8021/api/rules/reload': [/"enabled":\d/, /"files":/],
  'npx edge1020 lint rules/starter.yaml': [/no findings: 6 rules/],
  "npx edge1020 eval 'ip.src.asnum in {24940} and not cf.client.bot' --as curl-hetzner": [
    /^true$/m,
  ],
}

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

const commands = ['README.md', 'docs/mounting.md', 'docs/events.md', 'docs/admin.md'].flatMap(
  (file) => of('sh', file).flatMap(({ text }) => text.trim().split('\n'))
)
const assignment = commands.find((command) => command.startsWith('RAY='))!

describe('commands', () => {
  test('the first three are those of package.json', () => {
    const { name, scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(commands.slice(0, 3)).toEqual([
      `npm install ${name} hono @hono/node-server`,
      'npm ci',
      'npm start',
    ])
    expect(scripts.start).toBe('node dist/cli/main.js serve --demo-traffic')
    expect(scripts.prestart).toBe('npm run build:stale')
  })

  const others = [...new Set(commands.slice(3))]
    .filter((command) => command !== assignment && !SERVING.test(command))
    .filter((command) => !/:8030\b/.test(command))

  test('each has something expected of it', () => {
    expect(others.filter((command) => !(command in EXPECTED))).toEqual([])
    expect(Object.keys(EXPECTED).filter((command) => !others.includes(command))).toEqual([])
  })

  test.for(others.filter((command) => !canRun(command)))('%s', (_, { skip }) => {
    skip('no curl on the PATH')
  })

  /** Without a store or files of its own a command needs no process; one of each kind has one all the same. */
  const runHere = async (command: string) => {
    const [, , ...args] = shellWords(command, 'bash')
    const data = args[0] === 'events' ? ['--data', join(clone, '.edge1020')] : []
    const { code, out, err } = await run([...args, ...data])
    return { code, out: out + err }
  }
  const isHere = (command: string) => /^npx edge1020 (?:page|lint|eval|events --)/.test(command)

  test.each(others.filter(canRun))('%s', async (command) => {
    const script = command.includes('$RAY')
      ? `${here(assignment)}\n${here(command)}`
      : here(command)
    const runs = isHere(command) && !command.includes('$') ? runHere : inShell
    const { code, out } = await runs(script)
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
})

describe('code', () => {
  const [first, express, client] = of('js').map(({ text }) => text)
  const [hono, express2, listener, judge, anywhere] = of('js', 'docs/mounting.md').map(
    ({ text }) => text
  )

  const [measured, spans] = of('js', 'docs/admin.md').map(({ text }) => text)
  const [checked, serving, kit, tables, contract] = of('js', 'docs/api.md').map(({ text }) => text)

  const runProgram = async (name: string, text: string) => {
    const file = join(programs, `${name}.mjs`)
    writeFileSync(file, text)
    return inShell(`node ${file}`)
  }

  test('these are all', () => {
    expect(of('js')).toHaveLength(3)
    expect(of('js', 'docs/mounting.md')).toHaveLength(5)
    expect(of('js', 'docs/api.md')).toHaveLength(5)
    expect(of('js', 'docs/admin.md')).toHaveLength(2)
    expect(express2).toBe(express)
  })

  test('the first screen of the README', async () => {
    expect(first).toContain('serve({ fetch: app.fetch, port: 3000 })')
    const { out } = await runProgram(
      'first',
      `${first!.replace('serve({ fetch: app.fetch, port: 3000 })', '')}
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, async ({ port }) => {
  const get = (agent) => fetch('http://127.0.0.1:' + port, { headers: { 'user-agent': agent } })
  const [passed, blocked] = [await get('Firefox'), await get('curl/8')]
  console.log(passed.status, await passed.text(), blocked.status, await blocked.text())
  process.exit()
})`
    )
    expect(out).toMatch(/^200 your Ray ID is [\da-f]{16}\n 403 [\s\S]*1020/)
  })

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

  test('judging on any runtime', async () => {
    const { code, out } = await runProgram('anywhere', anywhere!)
    expect(out).toBe('block 403\n')
    expect(code).toBe(0)
  })

  test('docs/api.md: serving, and rules that are replaced', async () => {
    const { code, out } = await runProgram('serving', serving!)
    expect(out).toBe('403 200 200\n')
    expect(code).toBe(0)
  })

  test('docs/api.md: wrong rules fail at start', async () => {
    const { code, out } = await runProgram('checked', checked!)
    expect(out).toBe('invalid_rules\n')
    expect(code).toBe(0)
  })

  test('docs/api.md: the toolkit', async () => {
    const { code, out } = await runProgram('kit', kit!)
    expect(out).toBe("1020 nothing to find here\n[ 'user_agent', 'path' ]\n")
    expect(code).toBe(0)
  })

  test('docs/api.md: tables passed in', async () => {
    const { code, out } = await runProgram('tables', tables!)
    expect(out).toBe('block <html lang="de"\n')
    expect(code).toBe(0)
  })

  test('docs/admin.md: metrics of a mounted edge', async () => {
    const { out } = await runProgram(
      'metrics',
      `${measured!.replace('serve({ fetch: app.fetch, port: 3000 })', '')}
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, async ({ port }) => {
  const get = (path) => fetch('http://127.0.0.1:' + port + path, { headers: { 'user-agent': 'curl/8' } })
  console.log((await get('/')).status)
  const response = await get('/metrics')
  console.log(response.headers.get('content-type'), await response.text())
  process.exit()
})`
    )
    expect(out).toMatch(/^403\ntext\/plain; version=0\.0\.4/)
    expect(out).toMatch(/^edge1020_matches_total\{[^}]*rule="no-curl",action="block"\} 1$/m)
    expect(out).toMatch(/^edge1020_data_age_seconds\{role="country"/m)
  })

  test('docs/admin.md: a traced edge', async () => {
    const { code, out } = await runProgram('traced', spans!)
    expect([code, out]).toEqual([0, 'block\n'])
  })

  test('docs/api.md: the tests of a store', async () => {
    const folder = join(programs, 'contract')
    mkdirSync(folder)
    // A configuration of its own, so that the package is imported as built.
    writeFileSync(join(folder, 'vitest.config.mjs'), 'export default {}\n')
    writeFileSync(join(folder, 'store.test.mjs'), contract!)
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
    const { code, out } = await inShell(`node ${vitest} run --root ${folder} --reporter json`)
    const { numPassedTests, success } = JSON.parse(out.slice(out.indexOf('{')))
    expect([code, success]).toEqual([0, true])
    expect(numPassedTests).toBeGreaterThan(100)
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

test('the README is short', () => {
  const lines = readFileSync(join(ROOT, 'README.md'), 'utf8').trimEnd().split('\n')
  expect(lines.length).toBeLessThan(150)
})

test('every file that the README names is there', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path!)
  expect(links.length).toBeGreaterThan(5)
  for (const path of links) expect(() => readFileSync(join(ROOT, path))).not.toThrow(/ENOENT/)
})

test('every path in the table of CONTRIBUTING.md is there', () => {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
  const paths = [...text.matchAll(/`((?:src|test)\/[\w./-]+)`/g)]
    .map(([, path]) => path!)
    .filter((path) => !/NAME|xx\./.test(path))
  expect(paths.length).toBeGreaterThan(15)
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
