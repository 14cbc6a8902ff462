// The examples of docs/visitors.md, docs/feeds.md, docs/bots.md and docs/personas.md, run as written (but for ports and addresses).
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { loadRules } from '../src/rules/load.ts'
import { ageWarning } from '../src/visitor/freshness.ts'
import { mmdb } from '../src/visitor/node/mmdb.fixture.ts'
import { get, ROOT, run, startServe } from './cli.ts'
import { fencesOf } from './documents.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-docs-'))
/** Inside the package, so that programs can import it by name. */
const programs = join(ROOT, '.edge1020', `docs-${process.pid}`)
const fences = (file: string, language: string) =>
  fencesOf(`docs/${file}.md`)
    .filter((fence) => fence.language === language)
    .map(({ text }) => text.trim())

/** Commands, those over several lines joined. */
const commands = (file: string) =>
  fences(file, 'sh').flatMap((text) => text.replace(/ \\\n\s*/g, ' ').split('\n'))

const flagsOf = (command: string) => command.replace(/^npx /, '').split(' ').slice(2)

/** What the feeds of the documents are, served from here. */
const DROP = '{"cidr":"192.0.2.0/24","sblid":"SBL1"}\n'
const EXITS = '198.51.100.7\n'
let origin = ''

beforeAll(async () => {
  for (const name of ['dist', 'node_modules', 'package.json', 'rules']) {
    symlinkSync(join(ROOT, name), join(folder, name))
  }
  mkdirSync(programs, { recursive: true })
  const networks = [['8.8.8.0/24', { country: { iso_code: 'DE' } }]] as const
  writeFileSync(join(folder, 'GeoLite2-City.mmdb'), mmdb({ type: 'GeoLite2-City', networks }))
  writeFileSync(
    join(folder, 'GeoLite2-ASN.mmdb'),
    mmdb({
      type: 'GeoLite2-ASN',
      networks: [['8.8.8.0/24', { autonomous_system_number: 64_500 }]],
    })
  )
  writeFileSync(join(folder, 'drop_v4.json'), DROP)
  writeFileSync(join(folder, 'exits.txt'), EXITS)
  writeFileSync(join(folder, 'ipsum.txt'), '203.0.113.7\t9\n')
  writeFileSync(join(folder, 'site.yaml'), fences('feeds', 'yaml')[0]!)
  writeFileSync(join(programs, 'googlebot.json'), '{"prefixes":[{"ipv4Prefix":"66.249.64.0/27"}]}')
  writeFileSync(join(programs, 'site.yaml'), fences('feeds', 'yaml')[0]!)
  for (const name of ['GeoLite2-City.mmdb', 'GeoLite2-ASN.mmdb', 'drop_v4.json', 'exits.txt']) {
    symlinkSync(join(folder, name), join(programs, name))
  }
  const server = createServer((request, response) =>
    response.end(request.url!.includes('drop') ? DROP : EXITS)
  )
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  server.unref()
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  rmSync(folder, { recursive: true })
  rmSync(programs, { recursive: true })
})

const local = (command: string) => command.replace(/https:\/\/[^/,\s]+/g, origin)

const serving = async (command: string) => {
  const running = await startServe([...flagsOf(command), '--store', 'memory', '--overrides'], {
    cwd: folder,
  })
  onTestFinished(() => void running.stop())
  return running
}

describe('docs/visitors.md', () => {
  const [geo, feeds, update, doctor, ...rest] = commands('visitors')

  test('has these commands', () => expect(rest).toEqual([]))

  test.each([geo!, feeds!])('%s', async (command) => {
    const { ready } = await serving(command)
    expect(ready).toMatchObject({ ready: true, sources: expect.any(Array) })
  })

  test(doctor!, async () => {
    const { code, out } = await run(flagsOf(`x ${doctor!.replace('npx ', '')}`), { cwd: folder })
    expect(code).toBe(0)
    expect(out).toMatch(/geo-whois-asn-country, 2026-06-17 \(\d+ days old\)/)
    expect(out).toMatch(/geoip-lite, 2023-11-15 \(\d+ days old\)/)
  })

  test('the limits of age are those of the warnings, and nobody is sent to npm for newer data', () => {
    for (const page of ['docs/visitors.md', 'docs/decisions/country-data.md']) {
      const text = readFileSync(join(ROOT, page), 'utf8')
      expect(text).not.toMatch(/npm install @ip-location-db|@latest/)
      expect(text).toContain('https://github.com/sapics/ip-location-db/releases')
      for (const name of ['geo-whois-asn-country', 'mine.mmdb']) {
        const [, days] = /\(more than (\d+)\)/.exec(
          ageWarning({ name, date: '2020-01-01' }, new Date())!
        )!
        expect(text).toContain(`${days} days`)
      }
    }
  })

  test('the download is that of test/visitor.test.ts', () => {
    expect(update).toBe('npx edge1020 update asn')
  })
})

describe('docs/feeds.md', () => {
  const [serve, update, ...rest] = commands('feeds')

  test('has these commands', () => expect(rest).toEqual([]))

  test('feeds are downloaded first, then served', async () => {
    const feeds = local(serve!)
      .split(' ')
      .filter((word) => word.includes('='))
      .flatMap((feed) => ['--feed', feed])
    const updated = await run(['update', 'feeds', ...feeds], { cwd: folder })
    expect(updated).toMatchObject({ code: 0, err: '' })
    const running = await serving(local(serve!))
    const asked = async (ip: string) =>
      (await get(running.url, { headers: { 'x-edge-ip': ip } })).status
    expect([await asked('192.0.2.7'), await asked('8.8.8.8')]).toEqual([403, 200])
  })

  test(update!, async () => {
    const [, ...words] = local(update!).split(' ')
    expect(await run(words, { cwd: folder })).toMatchObject({ code: 0 })
  })
})

describe('programs', () => {
  const runs = async (name: string, text: string) => {
    writeFileSync(join(programs, `${name}.mjs`), text)
    const { status, stdout, stderr } = spawnSync(process.execPath, [`${name}.mjs`], {
      cwd: programs,
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  }

  test('docs/visitors.md: an edge with data of its own', async () => {
    const [text] = fences('visitors', 'js')
    const { status, stdout } = await runs(
      'visitors',
      `const officeNetworks = { has: () => true }
${text!.replace('rules/site.yaml', 'site.yaml')}
for (const remoteAddress of ['192.0.2.7', '8.8.8.8']) {
  const { action, visitor } = await edge.judge(new Request('http://a.test/'), { remoteAddress })
  console.log(action, visitor.country, visitor.asn)
}
await edge.close()`
    )
    expect(stdout).toBe('block XX 0\npass DE 64500\n')
    expect(status).toBe(0)
  })

  test('docs/bots.md: bots of one’s own', async () => {
    const [text] = fences('bots', 'ts')
    const { status, stdout, stderr } = await runs(
      'bots',
      `${text}
const ask = (userAgent, ip) => bots.judge({ userAgent, ip, asn: 64496, ja4: '', header: () => undefined })
console.log(ask('OurMonitor/1').score)
process.exit()`
    )
    expect(stderr).toBe('')
    expect(stdout).toBe('1\n')
    expect(status).toBe(0)
  })
})

describe('docs/personas.md', () => {
  test.each(commands('personas'))('%s', async (command) => {
    const [, header, url] = /-H '([^']+)' (\S+)/.exec(command)!
    const [name, value] = header!.split(': ') as [string, string]
    const running = await serving('npx edge1020 serve --rules rules/starter.yaml')
    const { status } = await get(`${running.url}${new URL(url!).pathname}`, {
      headers: { [name]: value },
    })
    expect([200, 403, 404]).toContain(status)
    expect(status === 403).toBe(value === 'curl-hetzner')
  })
})

describe('docs/tls.md', () => {
  const free = (command: string) =>
    command.replace(/-port \d+/g, '-port 0').replace(/ --store memory$/, '')
  const [selfSigned, , proxied, asked, ...rest] = commands('tls')

  test('has these commands', () => expect(rest).toEqual([]))

  test('a self-signed certificate', async () => {
    const running = await startServe([...flagsOf(free(selfSigned!)), '--store', 'memory'], {
      cwd: folder,
    })
    onTestFinished(() => void running.stop())
    expect(running.url).toMatch(/^https:/)
  })

  const hasCurl = spawnSync('curl', ['--version']).error === undefined
  test.skipIf(!hasCurl && process.env.CI !== 'true')(asked!, async () => {
    const running = await startServe([...flagsOf(free(proxied!)), '--store', 'memory'], {
      cwd: folder,
    })
    onTestFinished(() => void running.stop())
    const words = asked!.replace('http://127.0.0.1:8030', running.url).split(' ').slice(1)
    const child = spawn('curl', ['-s', '-o', '-', '-w', '%{http_code}', ...words])
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    await once(child, 'close')
    expect(out).toMatch(/200$/)
    const without = await get(running.url).catch(() => ({ status: 0 }))
    expect(without.status).not.toBe(200)
  })

  test('its rule loads', () => {
    const [text] = fences('tls', 'yaml')
    const { rules, warnings } = loadRules([{ file: 'docs/tls.md', text: text! }])
    expect(rules).toHaveLength(1)
    expect(warnings).toEqual([])
  })
})
