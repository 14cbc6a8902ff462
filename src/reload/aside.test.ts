import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { readPageFile } from '../answers/node/own-page-file.ts'
import { createEdge } from '../edge.ts'
import { EdgeError } from '../error.ts'
import { noStore } from '../events/none.ts'
import { loadRulePaths } from '../import/node/load.ts'
import { listsOf } from '../lists/named.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { createAsideLoader } from './aside.ts'
import { repliesTo } from './replies.ts'

const ANY_SIZE = 1
const QUESTION = {
  kind: 'load',
  options: {},
  others: new Map(),
  cached: new Map(),
  largeBytes: ANY_SIZE,
} as const
const NO_RULES = rulesFromObjects([{ rules: [] }])

describe('rules that load aside', () => {
  const root = mkdtempSync(join(tmpdir(), 'edge1020-large-'))
  afterAll(() => rmSync(root, { recursive: true }))
  const put = (name: string, text: string) => {
    const file = join(root, name)
    // A file that is renamed over another is a new one, whatever the clock's pace.
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
    return file
  }
  const load = (document: string, aside = createAsideLoader({ largeBytes: ANY_SIZE })) =>
    aside.load([document], {}, NO_RULES)
  const documentOf = (list: string, expression: string) =>
    put(
      'rules.yaml',
      `lists:\n  bad: ${list}\nrules:\n  - { name: a, expression: '${expression}', action: block }\n`
    )

  test.each([
    [
      'addresses',
      '192.0.2.0/24\n2001:db8::/32\n203.0.113.1..203.0.113.9\n',
      'ip.src in $bad',
      ['192.0.2.9', '2001:db8::1', '203.0.113.9'],
      ['192.0.3.1', '2001:db9::1', '203.0.113.10'],
    ],
    [
      'host names',
      'shop.test\n*.b.test\n',
      'http.host in $bad',
      ['shop.test', 'www.b.test'],
      ['b.test', 'x.shop.test'],
    ],
    ['networks', 'AS64496\n64497\n', 'ip.src.asnum in $bad', ['64496', '64497'], ['64498']],
  ])('a thread reads %s', async (kind, text, expression, inside, outside) => {
    put('bad.txt', text)
    const ruleset = await load(documentOf('{ file: bad.txt }', expression))
    expect(ruleset.ownLists).toMatchObject([{ name: 'bad', size: text.trim().split('\n').length }])
    const edge = createEdge({
      ruleset,
      store: noStore(),
      asn: {
        name: 'test',
        provides: new Set(['asn'] as const),
        lookup: ({ d }: { d: number }) => ({ asn: d & 0xffff, name: '' }),
      } as never,
    })
    const blocks = async (what: string) => {
      const isHost = kind === 'host names'
      const url = isHost ? `http://${what}/` : 'http://shop.example/'
      const address = isHost
        ? '198.51.100.1'
        : kind === 'networks'
          ? `1.0.${Number(what) >> 8}.${Number(what) & 255}`
          : what
      const { action } = await edge.judge(new Request(url), { remoteAddress: address })
      return action === 'block'
    }
    for (const one of inside) expect([one, await blocks(one)]).toEqual([one, true])
    for (const one of outside) expect([one, await blocks(one)]).toEqual([one, false])
  })

  test('only a changed file is read again', async () => {
    put('one.txt', '192.0.2.1\n')
    put('two.txt', '192.0.2.2\n')
    const document = put(
      'two.yaml',
      'lists: { one: { file: one.txt }, two: { file: two.txt } }\nrules: [{ name: a, expression: ip.src in $one or ip.src in $two, action: block }]\n'
    )
    const aside = createAsideLoader({ largeBytes: ANY_SIZE })
    await load(document, aside)
    const replied = vi.spyOn(Worker.prototype, 'emit')
    const lists = () => {
      const replies = replied.mock.calls.flatMap(([event, reply]) =>
        event === 'message' ? [(reply as { kind: string }).kind] : []
      )
      replied.mockClear()
      return replies.filter((kind) => kind === 'list' || kind === 'cached')
    }
    await load(document, aside)
    expect(lists()).toEqual(['cached', 'cached'])
    put('two.txt', '192.0.2.3\n')
    const ruleset = await load(document, aside)
    expect(lists()).toEqual(['cached', 'list'])
    const edge = createEdge({ ruleset, store: noStore() })
    const actions = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(async (remoteAddress) => {
      const { action } = await edge.judge(new Request('http://shop.test/'), { remoteAddress })
      return action
    })
    expect(await Promise.all(actions)).toEqual(['block', 'pass', 'block'])
  })

  test('a load takes the lists of its start, although another load ends before it', async () => {
    put('one.txt', '192.0.2.1\n')
    const document = documentOf('{ file: one.txt }', 'ip.src in $bad')
    const other = put('other.yaml', 'rules: []\n')
    const pipe = join(root, 'pipe.yaml')
    execFileSync('mkfifo', [pipe])
    const aside = createAsideLoader({ largeBytes: ANY_SIZE })
    await load(document, aside)
    const held = aside.load([pipe, document], {}, NO_RULES)
    await load(other, aside)
    await writeFile(pipe, 'rules: []\n')
    expect((await held).ownLists).toMatchObject([{ name: 'bad', size: 1 }])
  })

  test('a small file needs no thread', async () => {
    const posted = vi.spyOn(Worker.prototype, 'postMessage')
    put('bad.txt', '192.0.2.1\n')
    await load(documentOf('{ file: bad.txt }', 'ip.src in $bad'), createAsideLoader())
    expect(posted).not.toHaveBeenCalled()
  })

  test.each([
    ['192.0.2.1\nnobody\n', '{ file: bad.txt }', /bad\.txt:2: list \$bad: "nobody"/],
    [
      '192.0.2.1\n',
      '{ file: bad.txt, kind: asn }',
      /list \$bad: "192\.0\.2\.1": expected the number/,
    ],
    ['', '{ file: gone.txt }', /gone\.txt: cannot be read: no such file/],
    ['\n', '{ file: bad.txt }', /it is empty: expected a kind/],
    ['shop.test\n', '{ file: bad.txt }', /\$bad` has host names: expected a list of addresses/],
  ])('%j as %s gets the message of every load', (text, list, message) => {
    put('bad.txt', text)
    const paths = [documentOf(list, 'ip.src in $bad')]
    const replies = repliesTo({ ...QUESTION, paths })
    expect([...replies]).toEqual([
      expect.objectContaining({ kind: 'failed', code: 'invalid_rules' }),
    ])
    expect([...repliesTo({ ...QUESTION, paths })]).toMatchObject([
      { message: expect.stringMatching(message) },
    ])
  })

  test('a failure has the error of every load', async () => {
    const error = await load(documentOf('[192.0.2.1]', 'http.hots eq "x"')).catch((e) => e)
    expect(error).toBeInstanceOf(EdgeError)
    expect(error.diagnostics).toMatchObject([{ code: 'unknown_identifier', line: 4 }])
    expect(error.message).toContain('did you mean')
  })

  test('the rules of a thread are those of every load', async () => {
    put('offices.csv', '192.0.2.1,the office\n')
    put('page.html', '<h1>No</h1>::CLOUDFLARE_ERROR_1000S_BOX::')
    const document = put(
      'whole.yaml',
      `lists: { office: { file: offices.csv }, hosting: [AS64496], apps: { kind: string, items: [Shop/1.0] } }
access: [{ allow: 192.0.2.9 }, { block: [KP, AS64497, 198.51.100.0/24] }]
lockdown: [{ name: l, urls: shop.test/a, allow: 192.0.2.1, priority: 2 }]
user_agents: [{ block: Bad/1.0 }]
rules:
  - { name: s, expression: ip.src in $office, action: skip, skip: { phases: [http_ratelimit] }, logging: false }
  - { name: p, when: { path: /p }, action: block, page: { template: page.html } }
  - { name: f, expression: ip.src in $feed, action: block }
  - { name: a, expression: http.user_agent in $apps, action: block }
zones:
  - name: shop.test
    page: waf
    plan: ENT
    lists: { office: [203.0.113.1], own: ['*.shop.test'] }
    rules: [{ name: z, expression: ip.src in $office or http.host in $own, action: block }]
    rate_limits:
      - name: r
        when: { path: /login }
        characteristics: [ip.src, 'http.request.headers["x"]', cf.colo.id]
        counting_expression: http.response.code eq 401
        requests_per_period: 5
        period: 1m
        action: block
  - { name: other, default: true }
`
    )
    const lists = listsOf({ feed: ['198.51.100.7'] })
    const paths = [document]
    const expected = loadRulePaths(paths, { lists, readPage: readPageFile })
    const aside = createAsideLoader({ largeBytes: ANY_SIZE })
    const ruleset = await aside.load(paths, { lists }, NO_RULES)
    // Functions have no text: expressions are compared by theirs, and pages by their files.
    const textOf = (value: unknown) =>
      JSON.stringify(value, (_, one) =>
        typeof one?.matches === 'function' ? [one.source, one.fields, one.lists] : one
      )
    expect(JSON.parse(textOf(ruleset))).toEqual(JSON.parse(textOf(expected)))
    const edge = createEdge({ ruleset, store: noStore(), overrides: false })
    const actionOf = async (url: string, remoteAddress: string) => {
      const { action } = await edge.judge(new Request(url), { remoteAddress })
      return action
    }
    expect(await actionOf('http://other.test/', '192.0.2.1')).toBe('skip')
    expect(await actionOf('http://other.test/', '203.0.113.1')).toBe('pass')
    expect(await actionOf('http://shop.test/', '203.0.113.1')).toBe('block')
    expect(await actionOf('http://www.shop.test/', '203.0.113.2')).toBe('block')
    expect(await actionOf('http://other.test/', '198.51.100.7')).toBe('block')
    const old = new Request('http://other.test/', { headers: { 'user-agent': 'Shop/1.0' } })
    expect((await edge.judge(old, { remoteAddress: '192.0.2.2' })).action).toBe('block')
  })

  test('who loads again and again reads a large file once', () => {
    const { readList } = createAsideLoader({ largeBytes: ANY_SIZE })
    const document = documentOf('{ kind: ip, file: bad.txt }', 'ip.src in $bad')
    const read = () => readList('bad.txt', document, 'ip')
    put('bad.txt', '192.0.2.1\n')
    const first = read()
    expect(first).toMatchObject({ prepared: { kind: 'ip' }, size: 1 })
    const again = read()
    expect('prepared' in again && 'prepared' in first && again.prepared === first.prepared).toBe(
      true
    )
    put('bad.txt', '192.0.2.1\n192.0.2.3\n')
    expect(read()).toMatchObject({ size: 2 })
    put('bad.txt', 'no address\n')
    expect(read()).toMatchObject({ entries: [{ text: 'no address', line: 1 }] })
  })
})
