import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EdgeError } from '../../error.ts'
import { eventually } from '../../eventually.fixture.ts'
import { ipOf, refusal } from '../feeds/feeds.fixture.ts'
import { parseFeedSpec } from '../feeds/spec.ts'
import type { FeedFacts, Feeds } from './feeds.ts'
import { openFeeds, updateFeeds } from './feeds.ts'

let dir: string
let opened: Feeds[]
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'edge1020-feeds-'))
  opened = []
})
afterEach(() => {
  for (const feeds of opened) feeds.close()
  rmSync(dir, { recursive: true })
})

const INTERVAL_MS = 10
const write = (name: string, text: string) => {
  const file = join(dir, name)
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
  return file
}
const open = (specs: readonly string[], onError: (error: EdgeError) => void = () => {}) => {
  const changes: FeedFacts[] = []
  const feeds = openFeeds(specs.map(parseFeedSpec), {
    data: dir,
    onError,
    onChange: (facts) => changes.push(facts),
    intervalMs: INTERVAL_MS,
  })
  opened.push(feeds)
  return { ...feeds, changes }
}

describe('openFeeds', () => {
  test('reads scores, lists and facts from files', () => {
    const drop = write(
      'drop.txt',
      '; Last-Modified: Sun, 30 Aug 2026 05:17:00 GMT\n198.51.100.0/24 ; SBL1\n'
    )
    const exits = write('exits.txt', 'ExitAddress 203.0.113.9 2026-08-01 00:00:00\n')
    const asns = write('asns.txt', 'AS64496 # one\nAS64497\n')
    utimesSync(asns, new Date('2026-07-05T12:00:00Z'), new Date('2026-07-05T12:00:00Z'))
    const { reputation, lists, facts } = open([
      `drop=${drop},weight=90,list=bad`,
      `exits=${exits},list=bad,list=cf.anonymizer`,
      `hosting=${asns}`,
    ])
    expect(reputation.lookup(ipOf('198.51.100.7'))).toEqual({
      score: 90,
      lists: ['drop'],
      isTor: false,
    })
    expect(reputation.lookup(ipOf('203.0.113.9'))).toEqual({
      score: 50,
      lists: ['exits'],
      isTor: true,
    })
    expect(reputation).toMatchObject({ name: 'drop, exits, hosting', date: '2026-07-05' })

    const names = ['drop', 'exits', 'hosting', 'bad', 'cf.anonymizer', 'cf.vpn', 'toString']
    const has = (address: string) => names.map((name) => lists.ip(name)?.has(ipOf(address)))
    expect(has('198.51.100.7')).toEqual([true, false, undefined, true, false, undefined, undefined])
    expect(has('203.0.113.9')).toEqual([false, true, undefined, true, true, undefined, undefined])
    const hosting = lists.int('hosting')
    expect([64496, 64497n, 64498].map((asn) => hosting?.has(asn))).toEqual([true, true, false])
    expect(lists.int('drop')).toBe(undefined)

    const common = { kind: 'ip', problems: [] }
    expect(facts()).toEqual([
      {
        ...common,
        name: 'drop',
        source: drop,
        file: drop,
        format: 'list',
        entries: 1,
        date: '2026-08-30',
        tor: false,
        weight: 90,
        lists: ['drop', 'bad'],
      },
      {
        ...common,
        name: 'exits',
        source: exits,
        file: exits,
        format: 'tor',
        entries: 1,
        date: '2026-08-01',
        tor: true,
        weight: 50,
        lists: ['exits', 'bad', 'cf.anonymizer'],
      },
      {
        ...common,
        name: 'hosting',
        source: asns,
        file: asns,
        format: 'asn',
        kind: 'asn',
        entries: 2,
        date: '2026-07-05',
        tor: false,
        weight: 50,
        lists: ['hosting'],
      },
    ])
  })

  test('reads a URL from its downloaded copy', () => {
    mkdirSync(join(dir, 'feeds'))
    write('feeds/drop.txt', '198.51.100.0/24')
    const { reputation, facts } = open(['drop=https://key@feeds.test/drop.txt?token=x,tor'])
    expect(reputation.lookup(ipOf('198.51.100.7'))).toEqual({
      score: 50,
      lists: ['drop'],
      isTor: true,
    })
    expect(facts()).toMatchObject([
      { source: 'https://feeds.test/drop.txt?…', file: join(dir, 'feeds', 'drop.txt') },
    ])
  })

  test('a missing or invalid feed is refused by name', () => {
    const at = (name: string) => join(dir, name)
    const page = write('page.txt', '<html>')
    const list = write('list.txt', '198.51.100.1')
    const message = (...specs: string[]) => refusal(() => open(specs))
    expect(message('drop=https://me:pw@feeds.test/drop.txt?key=x')).toEqual([
      'feed_missing',
      `feed drop: ${at('feeds/drop.txt')} does not exist: \`edge1020 update feeds\` with the same --feed downloads it from https://feeds.test/drop.txt?…`,
    ])
    expect(message(`drop=${at('none.txt')}`)).toEqual([
      'feed_missing',
      `feed drop: ${at('none.txt')} does not exist`,
    ])
    expect(message(`drop=${dir}`)).toEqual([
      'invalid_feed',
      `feed drop: ${dir} cannot be read: it is not a file`,
    ])
    expect(message(`drop=${page}`)).toEqual([
      'invalid_feed',
      `feed ${page}: it is a web page, expected a list of addresses`,
    ])
    expect(message(`a=${list}`, `a=${list}`)).toEqual([
      'invalid_feed',
      'feed a appears twice: give the second feed another name, and list=a to fill the same list',
    ])
  })

  test('options of the spec reach the parser', () => {
    const file = write('x.txt', '10.0.0.1\t2\n198.51.100.1\t4\n198.51.100.2\t1\n')
    const { reputation, facts } = open([
      `x=${file},format=scored,full=4,min=2,unfiltered,weight=80`,
    ])
    const scores = ['10.0.0.1', '198.51.100.1', '198.51.100.2'].map(
      (address) => reputation.lookup(ipOf(address)).score
    )
    expect(scores).toEqual([40, 80, 0])
    expect(facts()).toMatchObject([{ entries: 2, format: 'scored', problems: [] }])
  })
})

describe('a changed feed', () => {
  test('updates sets, including those already handed out', async () => {
    const a = write('a.txt', '198.51.100.1')
    const b = write('b.txt', '203.0.113.1')
    const asns = write('asns.txt', 'AS64496')
    const { reputation, lists, changes, facts } = open([
      `a=${a},list=both`,
      `b=${b},list=both`,
      `n=${asns}`,
    ])
    const both = lists.ip('both')!
    const hosting = lists.int('n')!
    expect([both.has(ipOf('198.51.100.1')), both.has(ipOf('198.51.100.2'))]).toEqual([true, false])
    expect([hosting.has(64496), hosting.has(64497)]).toEqual([true, false])

    write('a.txt', '198.51.100.2\n198.51.100.3')
    write('asns.txt', 'AS64497\nAS64498')
    await eventually(() => expect(changes).toHaveLength(2))
    expect([both.has(ipOf('198.51.100.1')), both.has(ipOf('198.51.100.2'))]).toEqual([false, true])
    expect(both.has(ipOf('203.0.113.1'))).toBe(true)
    expect([hosting.has(64496), hosting.has(64497)]).toEqual([false, true])
    expect(reputation.lookup(ipOf('198.51.100.3'))).toEqual({
      score: 50,
      lists: ['a'],
      isTor: false,
    })
    expect(reputation.lookup(ipOf('198.51.100.1')).score).toBe(0)
    expect(facts().map(({ entries }) => entries)).toEqual([2, 1, 2])
    expect(lists.ip('both')).toBe(both)
    expect(lists.int('n')).toBe(hosting)
  })

  test.each([
    ['a web page', '<html>', 'it is a web page, expected a list of addresses'],
    ['nothing', '', 'it is empty'],
    [
      'autonomous systems',
      'AS64496',
      'it now lists autonomous systems instead of addresses: restart the edge to change the kind',
    ],
  ])(
    'keeps its entries if the file becomes %s, until the file is a feed again',
    async (_, text, problem) => {
      const file = write('a.txt', '198.51.100.1')
      const errors: EdgeError[] = []
      const { reputation, changes, facts } = open([`a=${file}`], (error) => errors.push(error))
      const before = facts()
      write('a.txt', text)
      await eventually(() => expect(errors).toHaveLength(1))
      expect(errors[0]).toMatchObject({ code: 'invalid_feed', message: `feed ${file}: ${problem}` })
      expect(reputation.lookup(ipOf('198.51.100.1')).score).toBe(50)
      expect(facts()).toEqual(before)

      write('a.txt', '198.51.100.2\n198.51.100.3')
      await eventually(() => expect(changes).toHaveLength(1))
      expect(reputation.lookup(ipOf('198.51.100.1')).score).toBe(0)
      expect(reputation.lookup(ipOf('198.51.100.2')).score).toBe(50)
    }
  )

  test('may become empty: comments only', async () => {
    const file = write('asns.txt', 'AS64496')
    const { lists, changes } = open([`n=${file}`])
    write('asns.txt', '# nobody today')
    await eventually(() => expect(changes).toHaveLength(1))
    expect(changes[0]).toMatchObject({
      kind: 'asn',
      entries: 0,
      problems: [`${file}: it has no entries`],
    })
    expect(lists.int('n')!.has(64496)).toBe(false)
    write('asns.txt', 'AS64496\nAS64497')
    await eventually(() => expect(changes).toHaveLength(2))
    expect(lists.int('n')!.has(64496)).toBe(true)
  })

  test('may start empty: its lists have every kind until the first entry', async () => {
    const file = write('x.txt', '# nothing yet')
    const { lists, changes, facts } = open([`x=${file}`])
    expect(facts()[0]!.kind).toBeUndefined()
    expect([lists.ip('x'), lists.int('x'), lists.string('x')]).not.toContain(undefined)
    write('x.txt', '*.b.test')
    await eventually(() => expect(changes).toHaveLength(1))
    expect(changes[0]).toMatchObject({ kind: 'hostname', entries: 1 })
    expect(lists.string('x')!.has('www.b.test')).toBe(true)
    expect(lists.ip('x')!.has(ipOf('198.51.100.1'))).toBe(false)
  })

  test('of host names fills only lists of host names, and no score', () => {
    const file = write('hosts.txt', 'shop.test\n*.b.test\n')
    const { lists, facts } = open([`hosts=${file},list=ours`])
    const { string, ip, int } = lists
    for (const name of ['hosts', 'ours']) {
      const hosts = ['Shop.test', 'www.b.test', 'b.test']
      expect(hosts.map((host) => string(name)!.has(host))).toEqual([true, true, false])
      expect([ip(name), int(name)]).toEqual([undefined, undefined])
    }
    expect(facts()[0]).toMatchObject({ format: 'hostname', kind: 'hostname', entries: 2 })
  })

  test('is not read after close', async () => {
    const file = write('a.txt', '198.51.100.1')
    const { reputation, changes, close } = open([`a=${file}`])
    close()
    write('a.txt', '198.51.100.2')
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS * 10))
    expect(changes).toEqual([])
    expect(reputation.lookup(ipOf('198.51.100.1')).score).toBe(50)
  })
})

describe('updateFeeds', () => {
  const MODIFIED = 'Sun, 30 Aug 2026 05:17:00 GMT'
  let server: Server
  let base: string
  let content: Record<string, string>
  beforeAll(async () => {
    server = createServer((request, response) => {
      const text = content[request.url ?? '']
      const isKnown = text !== undefined && request.headers['if-modified-since'] === MODIFIED
      response.writeHead(text === undefined ? 404 : isKnown ? 304 : 200, {
        'last-modified': MODIFIED,
        ...(text === undefined || isKnown ? {} : { 'content-length': text.length }),
      })
      response.end(isKnown ? undefined : text)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  const update = (...specs: string[]) => updateFeeds(specs.map(parseFeedSpec), { data: dir })
  const copy = (name: string) => join(dir, 'feeds', `${name}.txt`)

  test('saves copies for openFeeds; one failure stops no other download', async () => {
    content = { '/a': '198.51.100.1\n198.51.100.2\n', '/page': '<html>', '/b': '203.0.113.1' }
    const local = write('mine.txt', '198.51.100.9')
    const updates = await update(
      `a=${base}/a`,
      `page=${base}/page`,
      `none=${base}/none`,
      `mine=${local}`,
      `b=${base}/b`
    )
    expect(updates).toMatchObject([
      {
        name: 'a',
        status: 'updated',
        entries: 2,
        date: '2026-08-30',
        problems: [],
        file: copy('a'),
      },
      { name: 'page', status: 'failed', file: copy('page') },
      { name: 'none', status: 'failed', error: { code: 'download_failed' } },
      { name: 'mine', status: 'local', entries: 1, file: local },
      { name: 'b', status: 'updated', entries: 1 },
    ])
    const { reputation } = open([`a=${base}/a`, `b=${base}/b`])
    expect(reputation.lookup(ipOf('198.51.100.2')).lists).toEqual(['a'])
    expect(reputation.date).toBe('2026-08-30')
  })

  test('keeps an up-to-date copy, and the previous copy if the download is not a feed', async () => {
    content = { '/a': '198.51.100.1' }
    await update(`a=${base}/a`)
    expect(await update(`a=${base}/a`)).toMatchObject([{ status: 'unchanged', entries: 1 }])
    rmSync(`${copy('a')}.source.json`)
    content = { '/a': '<html>Sorry' }
    const [failed] = await update(`a=${base}/a`)
    expect(failed).toMatchObject({ name: 'a', status: 'failed' })
    expect(failed?.status === 'failed' && failed.error.message).toContain('it is a web page')
    expect(readFileSync(copy('a'), 'utf8')).toBe('198.51.100.1')
  })

  test('reports progress', async () => {
    content = { '/a': '198.51.100.1' }
    const progress: unknown[] = []
    await updateFeeds([parseFeedSpec(`a=${base}/a`)], {
      data: dir,
      onProgress: (...args) => progress.push(args),
    })
    expect(progress.at(-1)).toEqual(['a', 12, 12])
  })
})
