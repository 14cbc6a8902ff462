import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { Hono } from 'hono'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { get, portOf } from '../test/cli.ts'
import type { EventStore } from './events/event.ts'
import { openStore } from './events/node/open.ts'
import { formatIp } from './lists/ip.ts'
import { createEdge, edge1020, memoryStore, nodeMiddleware, type Options } from './node.ts'
import type { AsnSource, BotSource, GeoSource } from './visitor/visitor.ts'

vi.mock('./events/node/open.ts', { spy: true })

const RULES = {
  rules: [
    { name: 'curl', when: { user_agent: 'curl' }, action: 'block' },
    { name: 'log', when: { path: '/log' }, action: 'log' },
  ],
}
const IP = '175.45.176.1'

const scratch = () => {
  const dir = mkdtempSync(join(tmpdir(), 'edge1020-node-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const open = (options: Partial<Options> = {}) => {
  const edge = createEdge({ rules: RULES, store: 'memory', onWarning: () => {}, ...options })
  onTestFinished(() => edge.close())
  return edge
}

const request = (path = '/', headers: Record<string, string> = {}) =>
  new Request(`http://a.test${path}`, { headers })

const ruleNames = async (expression: string, options: Partial<Options>, ip = IP) => {
  const rules = { rules: [{ name: 'fires', expression, action: 'block' }] }
  const verdict = await open({ ...options, rules }).judge(request(), { remoteAddress: ip })
  return verdict.matches.map(({ rule }) => rule.name)
}

const FIRES = ['fires']

afterEach(() => void vi.restoreAllMocks())

describe('rules', () => {
  const YAML = 'rules:\n  - name: from a file\n    when: { path: /file }\n    action: block\n'

  test('are documents, or files, one or several', async () => {
    const dir = scratch()
    const [first, second] = [join(dir, 'a.yaml'), join(dir, 'b.yaml')]
    writeFileSync(first, YAML)
    writeFileSync(second, YAML.replaceAll('file', 'second'))
    const cases: [Options['rules'], string[]][] = [
      [RULES, ['curl', 'log']],
      [
        [RULES, { rules: [{ name: 'more', when: { path: '/m' }, action: 'log' }] }],
        ['curl', 'log', 'more'],
      ],
      [first, ['from a file']],
      [
        [second, first],
        ['from a second', 'from a file'],
      ],
      [dir, ['from a file', 'from a second']],
    ]
    for (const [rules, names] of cases) {
      expect(open({ rules }).ruleset.rules.map(({ name }) => name)).toEqual(names)
    }
  })

  test('that cannot be read are refused', () => {
    expect(() => open({ rules: '/nowhere.yaml' })).toThrow(
      expect.objectContaining({ code: 'file_not_found' })
    )
    expect(() => open({ rules: { rules: [{ name: 'x', action: 'blok' }] } })).toThrow(
      expect.objectContaining({ code: 'invalid_rules' })
    )
  })
})

describe('the store', () => {
  test('is SQLite in the data directory by default', async () => {
    const data = join(scratch(), 'data')
    const edge = createEdge({ rules: RULES, data, onWarning: () => {} })
    const { ray } = await edge.judge(request('/', { 'user-agent': 'curl' }))
    await edge.close()
    expect(existsSync(join(data, 'events.db'))).toBe(true)
    const again = createEdge({ rules: RULES, data, onWarning: () => {} })
    expect(await again.store.find(ray)).toMatchObject({ found: true })
    await again.close()
  })

  test('is the one that is named, or given', () => {
    expect(open({ store: 'memory' }).store.name).toBe('memory')
    expect(open({ store: 'none' }).store.discards).toBe(true)
    const own = memoryStore()
    expect(open({ store: own }).store).toBe(own)
    const file = join(scratch(), 'own.db')
    expect(open({ store: `sqlite:${file}` }).store.name).toContain(file)
    // @ts-expect-error not the name of a store
    expect(() => open({ store: 'sqllite' })).toThrow(
      expect.objectContaining({ code: 'unknown_store' })
    )
  })
})

describe('a store of an edge that a later option refuses', () => {
  const refuse = (store: Options['store']) =>
    expect(() => open({ store, trust: ['no such network'] })).toThrow(
      expect.objectContaining({ code: 'invalid_trust' })
    )

  test('is closed where the edge opened it', async () => {
    const file = join(scratch(), 'own.db')
    refuse(`sqlite:${file}`)
    const opened: EventStore = vi.mocked(openStore).mock.results.at(-1)?.value
    expect(opened.name).toContain(file)
    await expect(opened.query()).rejects.toMatchObject({ code: 'store_closed' })
  })

  test('stays open where it was given', () => {
    const store = memoryStore()
    const close = vi.spyOn(store, 'close')
    refuse(store)
    expect(close).not.toHaveBeenCalled()
  })
})

describe('closing', () => {
  test('waits for the events of requests that passed, then closes the store', async () => {
    const store = memoryStore()
    let commit = () => {}
    const append: EventStore['append'] = async (events) => {
      await new Promise<void>((resolve) => {
        commit = resolve
      })
      await store.append(events)
    }
    const order: string[] = []
    const edge = createEdge({
      rules: RULES,
      store: { ...store, append, close: async () => void order.push('store') },
      onClose: () => void order.push('onClose'),
      onWarning: () => {},
    })
    expect((await edge.judge(request('/log'))).action).toBe('log')
    const closing = edge.close().then(() => order.push('closed'))
    await new Promise((done) => setTimeout(done, 20))
    expect(order).toEqual([])
    commit()
    await closing
    expect(order).toEqual(['onClose', 'store', 'closed'])
    expect(await store.query()).toHaveLength(1)
  })
})

describe('sources', () => {
  const geo: GeoSource = { name: 'own', date: '', lookup: () => ({ country: 'PT' }) }
  const asn: AsnSource = { name: 'own', date: '', lookup: () => ({ asn: 64_500, name: 'Own' }) }
  const judge: BotSource['judge'] = () => ({
    verified: false,
    category: '',
    score: 7,
    reason: 'own',
  })
  const bots: BotSource = { name: 'own', date: '', judge }

  test.each<[string, Partial<Options>]>([
    ['ip.src.country eq "PT"', { geo }],
    ['ip.src.asnum eq 64500', { asn }],
    ['cf.bot_management.score eq 7', { bots }],
    [
      'edge.ip_reputation.score eq 40',
      {
        reputation: {
          name: 'own',
          date: '',
          lookup: () => ({ score: 40, lists: [], isTor: false }),
        },
      },
    ],
  ])('%s by the caller’s own', async (expression, options) => {
    expect(await ruleNames(expression, options)).toEqual(FIRES)
    expect(await ruleNames(expression, {})).toEqual([])
  })

  test('know countries and networks without any option', async () => {
    expect(await ruleNames('ip.src.country eq "KP"', {})).toEqual(FIRES)
    expect(await ruleNames('ip.src.asnum eq 15169', {}, '8.8.8.8')).toEqual(FIRES)
  })

  test('tell bots from people unless that is off', async () => {
    const expression = 'cf.bot_management.score lt 99'
    expect(await ruleNames(expression, {})).toEqual(FIRES)
    expect(await ruleNames(expression, { bots: 'off' })).toEqual([])
  })

  test('read a table of networks from a file', async () => {
    const file = join(scratch(), 'asn.tsv')
    writeFileSync(file, `175.45.176.0\t175.45.176.255\t64501\tKP\tTEST-NET\n`)
    expect(await ruleNames('ip.src.asnum eq 64501', { asn: file })).toEqual(FIRES)
    expect(() =>
      open({
        rules: { rules: [{ name: 'x', expression: 'ip.src.asnum eq 1', action: 'log' }] },
        asn: '/nowhere.tsv',
      })
    ).toThrow(expect.objectContaining({ code: 'asn_failed' }))
  })
})

describe('lists', () => {
  const feed = () => {
    const file = join(scratch(), 'drop.txt')
    writeFileSync(file, '175.45.176.0/24\n')
    return `drop=${file},weight=90`
  }

  test('come from feeds, with a score', async () => {
    const feeds = [feed()]
    expect(await ruleNames('ip.src in $drop', { feeds })).toEqual(FIRES)
    expect(await ruleNames('edge.ip_reputation.score eq 90', { feeds })).toEqual(FIRES)
    expect(await ruleNames('ip.src in $drop', { feeds }, '8.8.8.8')).toEqual([])
  })

  test('come by entries or by functions, and win over feeds of the same name', async () => {
    const feeds = [feed()]
    const lists = { drop: ['192.0.2.0/24'] }
    expect(await ruleNames('ip.src in $drop', { feeds, lists })).toEqual([])
    expect(await ruleNames('ip.src in $drop', { feeds, lists }, '192.0.2.9')).toEqual(FIRES)
    const ip = (name: string) =>
      name === 'own'
        ? { has: (one: Parameters<typeof formatIp>[0]) => formatIp(one) === IP }
        : undefined
    expect(await ruleNames('ip.src in $own', { lists: { ip } })).toEqual(FIRES)
    expect(await ruleNames('ip.src in $own', { lists: { ip } }, '8.8.8.8')).toEqual([])
  })
})

describe('what is told', () => {
  const rules = { rules: [{ name: 'ja3', when: { ja3: 'a'.repeat(32) }, action: 'log' }] }

  test('rules without data are warned of, on the console unless somebody listens', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    createEdge({ rules, store: 'memory' })
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^edge1020: .*ja3/))
    const onWarning = vi.fn()
    createEdge({ rules, store: 'memory', onWarning })
    expect(onWarning).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('ja3'))
    expect(warn).toHaveBeenCalledOnce()
  })

  test('old feeds are warned of, other old data is not: commands and the start show it', () => {
    const file = join(scratch(), 'drop.txt')
    writeFileSync(file, '192.0.2.0/24\n')
    utimesSync(file, new Date('2020-01-02'), new Date('2020-01-02'))
    const onWarning = vi.fn()
    open({ feeds: [`drop=${file}`], onWarning })
    expect(onWarning).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^feed drop: data of 2020-01-02 is \d+ days old/)
    )
  })

  test('events that are lost are told, on the console unless somebody listens', async () => {
    const failing = () => ({
      ...memoryStore(),
      append: () => Promise.reject(new Error('disk full')),
    })
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    await open({ store: failing() }).judge(request('/', { 'user-agent': 'curl' }))
    expect(error).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^edge1020: .*not committed/)
    )
    const onError = vi.fn()
    await open({ store: failing(), onError }).judge(request('/', { 'user-agent': 'curl' }))
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'store_failed' })
    )
    expect(error).toHaveBeenCalledOnce()
  })

  test('an option that is misspelt is refused before anything is opened', () => {
    const data = join(scratch(), 'data')
    expect(() => createEdge({ rules: RULES, data, trusts: [] } as Options)).toThrow(
      expect.objectContaining({ code: 'invalid_option' })
    )
    expect(existsSync(data)).toBe(false)
  })
})

describe('personas', () => {
  const as = (name: string, options: Partial<Options>) =>
    open(options).judge(request('/', { 'x-edge-as': name }), { remoteAddress: '127.0.0.1' })

  test('are there where overrides are on, and only then', async () => {
    expect((await as('chrome-berlin', { overrides: true })).visitor.persona?.name).toBe(
      'chrome-berlin'
    )
    expect((await as('chrome-berlin', {})).visitor.persona).toBeUndefined()
    expect((await as('nobody', { overrides: true })).action).toBe('reject')
  })
})

describe('the instance in Ray IDs', () => {
  /** The same for all Ray IDs of an instance. */
  const placeOf = async (options: Partial<Options>) =>
    (await open(options).judge(request())).ray.slice(-2)

  test('is the caller’s', async () => {
    expect(await placeOf({ instance: 1 })).toBe(await placeOf({ instance: 1 }))
    expect(await placeOf({ instance: 1 })).not.toBe(await placeOf({ instance: 2 }))
    expect(() => open({ instance: 256 })).toThrow(
      expect.objectContaining({ code: 'invalid_instance' })
    )
  })

  test('is one of this process and thread, where the caller names none', async () => {
    const instance = (process.pid + threadId * 37) % 256
    expect(await placeOf({})).toBe(await placeOf({ instance }))
    expect(await placeOf({})).not.toBe(await placeOf({ instance: (instance + 1) % 256 }))
  })
})

describe('mounts', () => {
  test('Hono takes options or an edge', async () => {
    for (const given of [{ rules: RULES, store: 'memory' as const, onWarning: () => {} }, open()]) {
      const app = new Hono()
      app.use(edge1020(given))
      app.get('/', (c) => c.text(c.get('rayId')))
      expect((await app.request('/', { headers: { 'user-agent': 'curl' } })).status).toBe(403)
      expect(await (await app.request('/')).text()).toMatch(/^[0-9a-f]{16}$/)
    }
  })

  test('Hono is told the peer by its own option', async () => {
    const app = new Hono()
    const connection = () => ({ remoteAddress: '192.0.2.9' })
    app.use(edge1020({ rules: RULES, store: 'memory', onWarning: () => {}, connection }))
    app.get('/', (c) => c.text(c.req.header('cf-connecting-ip') ?? ''))
    expect(await (await app.request('/')).text()).toBe('192.0.2.9')
  })

  test('node:http takes options or an edge; a visitor’s own True-Client-IP never reaches the app', async () => {
    for (const given of [{ rules: RULES, store: 'memory' as const, onWarning: () => {} }, open()]) {
      const middleware = nodeMiddleware(given)
      const server = createServer((req, res) =>
        middleware(req, res, () => res.end(JSON.stringify(req.headers)))
      )
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void server.close())
      const url = `http://127.0.0.1:${portOf(server.address())}`
      expect((await get(url, { headers: { 'user-agent': 'curl' } })).status).toBe(403)
      const { body } = await get(url, { headers: { 'true-client-ip': '6.6.6.6', 'x-keep': 'me' } })
      expect(body).not.toContain('6.6.6.6')
      expect(JSON.parse(body)).toMatchObject({ 'x-keep': 'me', 'cf-connecting-ip': '127.0.0.1' })
    }
  })
})
