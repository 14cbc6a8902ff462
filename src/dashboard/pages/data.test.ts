import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { compareIp, type Ip, parseIp } from '../../lists/ip.ts'
import { rulesFromObjects } from '../../rules/objects.ts'
import type { CityPlace } from '../../visitor/visitor.ts'
import { createDesk } from '../desk.ts'
import { sideWith } from '../side.fixture.ts'

test('data: shows the loaded sources, and refuses an invalid address', async () => {
  const { ask } = await sideWith([], {
    facts: () => [{ role: 'country', name: 'x', date: '', text: 'mine, 2026', warning: 'old <b>' }],
  })
  const { text } = await ask('/data')
  expect(text).toContain('mine, 2026')
  expect(text).toContain('old &lt;b&gt;')
  expect((await ask('/data?ip=1.2.3')).status).toBe(400)
  expect((await ask('/data?ip=192.0.2.1')).status).toBe(200)
})

test('data: each list shows its entries, its place and its use by rules', async () => {
  const blocked = (list: string) => ({
    name: list,
    expression: `ip.src in $${list}`,
    action: 'block',
  })
  const ruleset = rulesFromObjects(
    [
      {
        lists: {
          offices: { kind: 'ip', items: ['192.0.2.0/24', '198.51.100.1'] },
          idle: { kind: 'asn', items: [64_496] },
        },
        rules: [blocked('offices'), blocked('drop')],
      },
    ],
    { lists: { ip: () => ({ has: () => false }), int: () => undefined, string: () => undefined } }
  )
  const { text } = await (await sideWith([], { ruleset })).ask('/data')
  const cells = [...text.matchAll(/<tr><td><code>(.*?)<\/tr>/g)].map(([, row = '']) =>
    row.replace(/<[^>]+>/g, '|').replace(/\|+/g, '|')
  )
  expect(cells).toEqual([
    '$offices|addresses|2|lists.offices|yes|',
    '$idle|autonomous systems|1|lists.idle|no|',
    '$drop|a feed, or an option of the edge|yes|',
  ])
  expect((await (await sideWith()).ask('/data')).text).toContain('The documents fill no list')
})

describe('a look-up', () => {
  const dir = mkdtempSync(join(tmpdir(), 'edge1020-data-'))
  const file = join(dir, 'site.yaml')
  writeFileSync(
    file,
    `lists:
  offices: [198.51.100.1, 192.0.2.0/24, 8.8.4.0/24, 8.8.4.4, 8.8.0.0/16]
  more: { file: more.txt, kind: ip }
  networks: [AS64496]
  hosts: ["*.shop.test"]
  words: { kind: string, items: ["<b>&"] }
rules:
  - { name: one, action: block, expression: 'ip.src in $offices or ip.src in $drop or ip.src in $other' }
`
  )
  writeFileSync(join(dir, 'more.txt'), '# comment\n203.0.113.0/24\n8.8.4.4\n')
  const drop = parseIp('8.8.4.4')!
  const lists = {
    ip: (name: string) => {
      if (name === 'drop') return { has: (ip: Ip) => compareIp(ip, drop) === 0 }
      return name === 'other' ? { has: () => false } : undefined
    },
    int: () => undefined,
    string: () => undefined,
  }
  const place = () => ({ city: 'Ulm', region: 'Swabia' }) as CityPlace
  const geo = { name: 'test', date: '', lookup: () => ({ country: 'DE' }), place }
  const asn = { name: 'test', date: '', lookup: () => ({ asn: 64_496, name: 'A <i> net' }) }
  const desk = createDesk({
    paths: [dir],
    loading: { lists },
    trials: { asn, geo },
    reload: async () => {},
  })
  afterAll(() => {
    desk.endThread()
    rmSync(dir, { recursive: true })
  })
  const asked = async (query: string, ruleset = desk.load()) => {
    const side = await sideWith([], { desk, ruleset })
    const { text, status } = await side.ask(`/data?${query}`)
    const card = /<section class="card table">.*?<\/section>/s.exec(text)?.[0] ?? ''
    const rows = [...card.matchAll(/<tr><td>(.*?)<\/tr>/g)].map(([, row = '']) =>
      row.replace(/<[^>]+>/g, '|').replace(/\|+/g, '|')
    )
    return { status, card, rows, missing: /Not in (.*?)\.<\/p>/.exec(card)?.[1] ?? '' }
  }

  test('of an address shows its data, each matching list with entry and place, and the other lists', async () => {
    const { rows, missing, card } = await asked('q=8.8.4.4')
    expect(rows).toEqual([
      `|$offices|8.8.4.0/24|${file}:2|addresses|`,
      `|$more|8.8.4.4|${join(dir, 'more.txt')}:3|addresses|`,
      `|$networks|AS64496|${file}:4|autonomous systems|`,
      '|$drop|a feed, or an option of the edge|',
    ])
    expect(missing.replace(/<[^>]+>/g, '')).toBe('$hosts, $words, $other')
    expect(card).toContain('A &lt;i&gt; net')
    expect((await asked('ip=8.8.4.4')).rows).toEqual(rows)
    // Rules see the IPv4 address inside these forms.
    for (const form of ['::ffff:8.8.4.4', '64:ff9b::8.8.4.4']) {
      expect((await asked(`q=${form}`)).rows).toEqual(rows)
    }
    expect((await asked('q=198.51.100.1')).rows[0]).toContain('|198.51.100.1|')
    expect((await asked('q=8.8.200.1')).rows[0]).toContain('|8.8.0.0/16|')
    // City data is large, and a look-up never loads it.
    expect(card).not.toContain('Ulm')
    const reads = { name: 'a', expression: 'ip.src.city eq "Ulm"', action: 'log' }
    const ofCities = rulesFromObjects([{ rules: [reads] }])
    expect((await asked('q=8.8.4.4', ofCities)).card).toContain('Ulm, Swabia')
  })

  test('of lists that became unreadable shows the problem instead of an empty result', async () => {
    const ruleset = desk.load()
    const more = join(dir, 'more.txt')
    renameSync(more, `${more}.old`)
    onTestFinished(() => renameSync(`${more}.old`, more))
    const { status, card } = await asked('q=8.8.4.4', ruleset)
    expect(status).toBe(200)
    expect(card).toContain('role="alert"')
    expect(card).toContain('more.txt')
    expect(card).toContain('A &lt;i&gt; net')
    expect(card).not.toMatch(/No list|Not in/)
  })

  test('finds an AS number, a host name and another text', async () => {
    expect((await asked('q=as64496')).rows).toEqual([
      `|$networks|AS64496|${file}:4|autonomous systems|`,
    ])
    expect((await asked('q=WWW.Shop.test')).rows).toEqual([
      `|$hosts|*.shop.test|${file}:5|host names|`,
    ])
    const hostile = await asked(`q=${encodeURIComponent('<b>&')}`)
    expect(hostile.rows).toEqual([`|$words|&lt;b&gt;&amp;|${file}:6|texts|`])
    expect(hostile.card).not.toContain('<b>')
    expect((await asked('q=nothing.test')).card).toContain('No list holds it.')
    expect((await asked('q=192.0.2')).status).toBe(400)
  })
})
