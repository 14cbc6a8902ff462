// Whole trips of who is asking: data files, feeds, downloads and named visitors, from the command line to the event.
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { mmdb } from '../src/visitor/node/mmdb.fixture.ts'
import type { Running } from './cli.ts'
import { get, run, scratch, startServe } from './cli.ts'

const { dir, remove } = scratch()
const RULES = join(dir, 'rules.yaml')
writeFileSync(
  RULES,
  `rules:
  - { name: hosting networks, when: { asn: [24940, 14061] }, action: block }
  - { name: Tor, expression: ip.src.country eq "T1", action: block }
  - { name: listed, expression: ip.src in $drop, action: block }
  - { name: reputation, expression: edge.ip_reputation.score ge 50, action: block }
  - { name: fake bots, expression: http.user_agent contains "Googlebot" and not cf.client.bot, action: block }
  - { name: office, expression: ip.src in $office, action: skip }
`
)
const file = (name: string, text: string | Uint8Array) => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}
const DROP = file('drop.txt', '# ours\n192.0.2.0/24\n2001:db8:bad::/48\n')
const SCORED = file('scored.txt', '198.51.100.7\t10\n198.51.100.8\t1\n')
const TOR = file('tor.txt', '203.0.113.66\n203.0.113.67\n')

afterAll(remove)

let edge: Running | undefined
/** By its options: tests that ask for the same ones ask the same edge. */
const edges = new Map<string, Promise<Running>>()
afterAll(async () => {
  for (const running of edges.values()) await (await running).stop()
})

const serving = async (...args: string[]) => {
  const options = args.join(' ')
  const running =
    edges.get(options) ??
    startServe(['--store', 'memory', '--overrides', '--rules', RULES, ...args])
  edges.set(options, running)
  edge = await running
}

const asked = async (headers: Record<string, string>) => {
  const { status, headers: answered } = await get(`${edge!.url}/`, {
    headers: { 'user-agent': 'Mozilla/5.0', ...headers },
  })
  const ray = String(answered['cf-ray']).slice(0, 16)
  const found = await get(`${edge!.admin}/api/events/${ray}`)
  return { status, event: found.status === 200 ? JSON.parse(found.body) : undefined }
}

describe('a rule on visitor data', () => {
  test('fires by ASN on a fresh clone', async () => {
    await serving()
    const blocked = await asked({ 'x-edge-ip': '5.9.1.1' })
    expect(blocked.status).toBe(403)
    expect(blocked.event).toMatchObject({
      rule: { name: 'hosting networks' },
      asn: 24_940,
      asnName: expect.stringMatching(/hetzner/i),
    })
    expect((await asked({ 'x-edge-ip': '8.8.8.8' })).status).toBe(200)
  })

  test('fires by list, score and Tor, and the event names the feeds', async () => {
    await serving(
      '--feed',
      `drop=${DROP},weight=80`,
      '--feed',
      `scored=${SCORED},weight=100`,
      '--feed',
      `tor_exits=${TOR},tor,weight=0`
    )
    expect(await asked({ 'x-edge-ip': '2001:db8:bad::1' })).toMatchObject({
      status: 403,
      event: { rule: { name: 'listed' }, reputation: { score: 80, lists: ['drop'] } },
    })
    expect(await asked({ 'x-edge-ip': '198.51.100.7' })).toMatchObject({
      status: 403,
      event: {
        rule: { name: 'reputation' },
        matched: [{ field: 'edge.ip_reputation.score' }],
        reputation: { lists: ['scored'] },
      },
    })
    expect(await asked({ 'x-edge-ip': '203.0.113.66' })).toMatchObject({
      status: 403,
      event: { rule: { name: 'Tor' }, country: 'T1' },
    })
    for (const ip of ['198.51.100.8', '203.0.113.68', '192.0.3.1']) {
      expect((await asked({ 'x-edge-ip': ip })).status).toBe(200)
    }
  })

  test('a changed feed is reloaded while the edge runs', async () => {
    const path = file('changing.txt', '192.0.2.1\n')
    await serving('--feed', `drop=${path},weight=0`)
    expect((await asked({ 'x-edge-ip': '192.0.2.2' })).status).toBe(200)
    writeFileSync(path, '192.0.2.2\n192.0.2.3\n')
    await expect
      .poll(async () => (await asked({ 'x-edge-ip': '192.0.2.2' })).status, { timeout: 20_000 })
      .toBe(403)
    expect(edge!.texts.err).toMatch(/new data of feed drop: 2 entries/)
    writeFileSync(path, '<!DOCTYPE html><html>')
    await expect.poll(() => edge!.texts.err, { timeout: 20_000 }).toContain('changing.txt')
    expect((await asked({ 'x-edge-ip': '192.0.2.2' })).status).toBe(403)
  }, 60_000)
})

describe('personas', () => {
  test.each([
    ['curl-hetzner', 403, 'hosting networks'],
    ['tor-exit', 403, 'Tor'],
    ['fake-googlebot', 403, undefined],
    ['googlebot', 200, undefined],
    ['chrome-berlin', 200, undefined],
  ])('%s: %i', async (name, status, rule) => {
    await serving()
    const answered = await asked({ 'x-edge-as': name })
    expect(answered.status).toBe(status)
    if (rule !== undefined) expect(answered.event.rule.name).toBe(rule)
    if (status === 403) expect(answered.event.notes.join()).toContain(name)
  })

  test('add their headers, which the event shows', async () => {
    await serving()
    const { event } = await asked({ 'x-edge-as': 'curl-hetzner', 'user-agent': 'mine' })
    expect(event.userAgent).toMatch(/^curl\//)
  })

  test('can come from files; a misspelt name is reported', async () => {
    const path = file(
      'personas.yaml',
      'personas:\n  - name: partner\n    description: our partner\n    ip: 5.9.1.1\n    country: DE\n    asn: 24940\n    user_agent: partner/1\n'
    )
    await serving('--personas', path)
    expect((await asked({ 'x-edge-as': 'partner' })).event.userAgent).toBe('partner/1')
    const wrong = await get(`${edge!.url}/`, { headers: { 'x-edge-as': 'partnr' } })
    expect([wrong.status, wrong.body]).toEqual([400, expect.stringContaining('partner')])
  })
})

describe('edge1020 doctor', () => {
  const findings = async (...args: string[]) => {
    const { code, out } = await run(['doctor', '--json', '--data', join(dir, 'data'), ...args])
    const list: { level: string; what: string; text: string }[] = JSON.parse(out).findings
    return { code, list, levels: (level: string) => list.filter((one) => one.level === level) }
  }

  // As long as the pinned packages are younger than a year.
  const bundled = Date.now() < Date.parse('2027-06-18') ? [] : ['country data', 'ASN data']

  test('accepts a fresh clone, and reports the age of its data', async () => {
    const { code, list, levels } = await findings()
    expect(code).toBe(0)
    expect(levels('error')).toEqual([])
    expect(levels('warning').map(({ what }) => what)).toEqual(bundled)
    for (const what of ['country data', 'ASN data']) {
      expect(list).toContainEqual({
        level: 'ok',
        what,
        text: expect.stringMatching(/2026-06-17 \(\d+ days old\)/),
      })
    }
    expect((await findings('--strict')).code).toBe(bundled.length === 0 ? 0 : 1)
  })

  test('reports with --strict that a given database is older than 90 days', async () => {
    const DAY_S = 86_400
    const given = (name: string, days: number) =>
      file(
        name,
        mmdb({
          built: Math.floor(Date.now() / 1_000) - days * DAY_S,
          networks: [['192.0.2.0/24', { country: { iso_code: 'DE' } }]],
        })
      )
    const old = await findings('--strict', '--geo', given('old.mmdb', 100))
    expect(old.code).toBe(1)
    expect(old.levels('warning')[0]).toEqual({
      level: 'warning',
      what: 'country data',
      text: expect.stringContaining('100 days old (more than 90)'),
    })
    const { levels } = await findings('--geo', given('fresh.mmdb', 80))
    expect(levels('warning').map(({ what }) => what)).not.toContain('country data')
  })

  test('reports old places if a rule reads a place', async () => {
    const rules = file(
      'city.yaml',
      'rules:\n  - { name: city, expression: ip.src.city eq "Berlin", action: block }\n'
    )
    const { levels } = await findings('--rules', rules)
    expect(levels('warning').map(({ what }) => what)).toEqual(
      bundled.length === 0 ? ['places'] : ['country data', 'places', 'ASN data']
    )
  })

  test('lists rules without data', async () => {
    const { levels } = await findings('--rules', RULES)
    const texts = levels('warning').map(({ text }) => text)
    expect(texts).toContainEqual(expect.stringContaining('$drop'))
    expect(texts).toContainEqual(expect.stringContaining('edge.ip_reputation.score'))
    const filled = await findings('--rules', RULES, '--feed', `drop=${DROP}`)
    expect(
      filled
        .levels('warning')
        .map(({ text }) => text)
        .join()
    ).not.toMatch(/\$drop|score/)
  })

  test.each([
    ['--geo', 'rules.yaml'],
    ['--asn-data', 'rules.yaml'],
    ['--feed', 'x=rules.yaml'],
    ['--rules', 'drop.txt'],
  ])('%s %s is broken, and the other sources are still reported', async (flag, name) => {
    const { code, levels } = await findings(
      flag,
      name.includes('=') ? name.replace('=', `=${dir}/`) : join(dir, name)
    )
    expect(code).toBe(1)
    expect(levels('error')).toHaveLength(1)
    expect(levels('error')[0]!.text).toContain(name.split('=').at(-1))
    expect(levels('ok').length).toBeGreaterThanOrEqual(3)
  })
})

describe('edge1020 doctor with several broken sources', () => {
  const findings = async (...args: string[]) => {
    const { code, out } = await run(['doctor', '--json', ...args])
    return {
      code,
      list: JSON.parse(out).findings as { level: string; what: string; text: string }[],
    }
  }

  test('reports each of them, and the missing data of the rules', async () => {
    const rules = file(
      'ja4.yaml',
      'rules:\n  - name: a\n    when: { ja4: [t13d3112h2_e8f1e7e78f70_b26ce05bbdd6] }\n    action: log\n'
    )
    const bad = [file('bad.mmdb', 'x'), file('bad.tsv', '1.0.0.0\tbanana\n')]
    const args = [
      '--data',
      join(dir, 'data'),
      '--rules',
      rules,
      '--geo',
      bad[0]!,
      '--asn-data',
      bad[1]!,
    ]
    const { code, list } = await findings(...args)
    expect(code).toBe(1)
    const errors = list.filter(({ level }) => level === 'error')
    expect(errors.map(({ what }) => what)).toEqual(['--geo', '--asn-data'])
    expect(errors[0]!.text).toContain('bad.mmdb')
    expect(errors[1]!.text).toContain('bad.tsv')
    const ja4 = ({ what, text }: { what: string; text: string }) =>
      what === 'rules' && /ja4/.test(text)
    expect(list.filter(({ level }) => level === 'warning').some(ja4)).toBe(true)
    const secure = await findings('--data', join(dir, 'data'), '--rules', rules, '--tls')
    expect(secure.code).toBe(0)
    expect(secure.list.filter(({ level }) => level === 'warning').some(ja4)).toBe(false)
  })

  test('a downloaded table of networks that is broken', async () => {
    const data = join(dir, 'data-broken')
    mkdirSync(data)
    writeFileSync(join(data, 'asn.bin'), 'x'.repeat(100))
    const { code, list } = await findings('--data', data)
    expect(code).toBe(1)
    expect(
      list
        .filter(({ level }) => level === 'error')
        .map(({ text }) => text)
        .join()
    ).toContain('asn.bin')
  })

  test('--data with a file', async () => {
    const { code, list } = await findings('--data', file('data.txt', ''))
    expect(code).toBe(1)
    expect(list).toContainEqual({
      level: 'error',
      what: 'data',
      text: expect.stringMatching(/data\.txt: a file: expected a directory$/),
    })
  })

  test('an unused database is reported', async () => {
    const place = { country: { iso_code: 'DE' } }
    const made = file('country.mmdb', mmdb({ networks: [['192.0.2.0/24', place]] }))
    const { code, list } = await findings('--data', join(dir, 'data'), '--geo', made, '--geo', made)
    expect(code).toBe(0)
    expect(list.map(({ what }) => what)).not.toContain('anonymous IPs')
    expect(list).toContainEqual({
      level: 'warning',
      what: 'not used',
      text: expect.stringContaining('country.mmdb: not used'),
    })
  })
})

describe('edge1020 update', () => {
  const hosting = async (files: Record<string, string | Uint8Array>) => {
    const server: Server = createServer((request, response) => {
      const body = files[request.url ?? '']
      if (body === undefined) response.writeHead(404).end()
      else response.writeHead(200, { 'Content-Length': Buffer.byteLength(body) }).end(body)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const dataDir = (name: string) => {
    const path = join(dir, name)
    mkdirSync(path, { recursive: true })
    return path
  }

  /** A table as large as one of the Internet has to be: 192.0.2.0/24 is AS64500, the rest counts up. */
  const table = () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => {
      const net = `20.${i >> 8}.${i & 255}`
      return `${net}.0\t${net}.255\t${100_000 + i}\tUS\tNET-${i}`
    })
    return `${rows.join('\n')}\n192.0.2.0\t192.0.2.255\t64500\tDE\tEXAMPLE\n198.51.100.0\t198.51.100.255\t0\tNone\tNot routed\n`
  }

  test('asn: the full table, used by the next look-up', async () => {
    const url = await hosting({ '/asn.tsv.gz': gzipSync(table()), '/bad.gz': gzipSync('<html>') })
    const data = dataDir('asn')
    const updated = await run(['update', 'asn', '--data', data, '--url', `${url}/asn.tsv.gz`])
    expect(updated).toMatchObject({ code: 0, out: expect.stringContaining('12001 networks') })
    const lookUp = async (ip: string) =>
      (await run(['eval', 'ip.src.asnum', '--ip', ip, '--data', data])).out.trim()
    expect(await lookUp('20.1.2.3')).toBe(String(100_000 + 258))
    expect(await lookUp('198.51.100.1')).toBe('0')

    const failed = await run(['update', 'asn', '--data', data, '--url', `${url}/bad.gz`])
    expect(failed.code).toBe(2)
    expect(failed.err).toContain(`${url}/bad.gz`)
    expect(await lookUp('20.1.2.3')).toBe(String(100_000 + 258))
    const missing = await run(['update', 'asn', '--data', data, '--url', `${url}/none`])
    expect(missing.err).toContain('404')
  })

  test('feeds: one failure does not stop the other downloads', async () => {
    const url = await hosting({ '/drop.txt': '192.0.2.0/24\n', '/page.html': '<!DOCTYPE html>' })
    const data = dataDir('feeds')
    const feeds = ['--feed', `drop=${url}/drop.txt`, '--feed', `page=${url}/page.html`]
    const updated = await run(['update', 'feeds', '--data', data, ...feeds])
    expect(updated.code).toBe(1)
    expect(updated.out).toBe('drop: updated, 1 entries\n')
    expect(updated.err).toContain('page')
    const found = await run([
      'eval',
      'ip.src in $drop',
      '--ip',
      '192.0.2.9',
      '--data',
      data,
      ...feeds.slice(0, 2),
    ])
    expect(found.out).toBe('true\n')
    // A copy of another place is used, but not silently.
    const warningsWith = async (feed: string) => {
      const { out } = await run(['doctor', '--json', '--data', data, '--feed', feed])
      const list: { level: string; text: string }[] = JSON.parse(out).findings
      return list.filter(({ level }) => level === 'warning').map(({ text }) => text)
    }
    const moved = expect.stringContaining(
      'downloaded from another URL: run `edge1020 update feeds`'
    )
    expect(await warningsWith(`drop=${url}/moved.txt`)).toContainEqual(moved)
    expect(await warningsWith(`drop=${url}/drop.txt`)).not.toContainEqual(moved)
  })

  test.each([
    [['update'], 'expected asn or feeds'],
    [['update', 'geo'], 'unknown data "geo": expected one of asn, feeds'],
    [['update', 'feeds'], 'expected --feed NAME=URL'],
    [['update', 'feeds', '--feed', 'nonsense'], 'nonsense'],
    [['update', 'asn', '--url', 'ftp://x/y'], 'ftp://x/y'],
  ])('%j is refused with the expected form', async (args, message) => {
    const { code, err } = await run([...args, '--data', dataDir('none')])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})
