import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { GivenRule } from './edge.fixture.ts'
import { heldStore, isSettled, optionsWith, requestWith, rulesetOf, turn } from './edge.fixture.ts'
import { createEdge, isEdge } from './edge.ts'
import type { EdgeOptions } from './edge-options.ts'
import { EdgeError } from './error.ts'
import { memoryStore } from './events/memory.ts'
import { noStore } from './events/none.ts'
import { Later } from './later.ts'
import { readPersonas } from './personas/personas.ts'
import { Verdict } from './verdict.ts'
import type { AsnSource, GeoSource } from './visitor/visitor.ts'

const PEER = { remoteAddress: '192.0.2.1' }
const LOOPBACK = { remoteAddress: '127.0.0.1' }
const BLOCK: GivenRule = { name: 'no admin', expression: 'http.request.uri.path eq "/admin"' }
const LOG: GivenRule = {
  name: 'watch',
  expression: 'http.request.uri.path contains "a"',
  action: 'log',
}
const SKIP: GivenRule = {
  name: 'open',
  expression: 'http.request.uri.query eq "key"',
  action: 'skip',
}
const BODY: GivenRule = { name: 'no bad', expression: 'http.request.body.raw contains "bad"' }

const edgeWith = (rules: readonly GivenRule[], options: Partial<EdgeOptions> = {}) =>
  createEdge(optionsWith(rules, options))

const post = (body: BodyInit, path = '/') =>
  new Request(`http://shop.test${path}`, { method: 'POST', body, duplex: 'half' } as RequestInit)

/** A body of which nothing comes before `send`. */
const slowBody = () => {
  let send = (_text: string) => {}
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      send = (text) => {
        controller.enqueue(new TextEncoder().encode(text))
        controller.close()
      }
    },
  })
  return { body, send: (text: string) => send(text) }
}

afterEach(() => void vi.useRealTimers())

describe('a decision', () => {
  const edge = edgeWith([SKIP, LOG, BLOCK])

  test('that the request passes is no promise', () => {
    const verdict = edge.decide(requestWith('/x'), PEER)
    expect(verdict).toBeInstanceOf(Verdict)
    expect(verdict).toMatchObject({ action: 'pass', matches: [], answer: undefined })
    expect((verdict as Verdict).event).toBeUndefined()
    expect((verdict as Verdict).rule).toBeUndefined()
  })

  test('that a rule logs is no promise', () => {
    const verdict = edge.decide(requestWith('/a'), PEER) as Verdict
    expect(verdict).toMatchObject({ action: 'log', answer: undefined, event: { status: 0 } })
    expect(verdict.rule?.name).toBe('watch')
  })

  test('that a rule skips the others passes the request on', () => {
    const verdict = edge.decide(requestWith('/admin?key'), PEER) as Verdict
    expect(verdict).toMatchObject({ action: 'skip', answer: undefined, event: { status: 0 } })
  })

  test('to refuse is a promise, of the answer and its event', async () => {
    const decided = edge.decide(requestWith('/admin'), PEER)
    expect(decided).toBeInstanceOf(Promise)
    const verdict = await decided
    expect(verdict).toMatchObject({
      action: 'block',
      answer: { status: 403 },
      event: { action: 'block', status: 403, matchIndex: 0, ray: verdict.ray },
    })
    expect(verdict.matches.map(({ rule }) => rule.name)).toEqual(['watch', 'no admin'])
    expect(await edge.store.find(verdict.ray)).toMatchObject({
      found: true,
      events: [
        { rule: { name: 'no admin' }, matchIndex: 0 },
        { rule: { name: 'watch' }, matchIndex: 1 },
      ],
    })
  })

  test('is always a promise from judge()', async () => {
    const judged = edge.judge(requestWith('/x'), PEER)
    expect(judged).toBeInstanceOf(Promise)
    expect((await judged).action).toBe('pass')
  })

  test('is made without a connection too', () => {
    const verdict = edge.decide(requestWith('/x')) as Verdict
    expect(verdict.visitor.ipText).toBe('')
  })

  test('a disabled rule blocks nobody', () => {
    const off = edgeWith([{ ...BLOCK, enabled: false }])
    expect(off.decide(requestWith('/admin'), PEER)).toMatchObject({ action: 'pass' })
  })
})

describe('events', () => {
  test('a refusal is not decided before its events are committed', async () => {
    const held = heldStore()
    const edge = edgeWith([BLOCK], { store: held.store })
    const judged = edge.judge(requestWith('/admin'), PEER)
    expect(await isSettled(judged)).toBe(false)
    expect(held.appended).toHaveLength(1)
    held.commit()
    expect(await isSettled(judged)).toBe(true)
  })

  test('of one Ray ID are appended at once', async () => {
    const held = heldStore()
    const edge = edgeWith([LOG, BLOCK], { store: held.store })
    const judged = edge.judge(requestWith('/admin'), PEER)
    held.commit()
    const { ray } = await judged
    expect(held.appended).toMatchObject([
      [
        { ray, action: 'log', matchIndex: 1 },
        { ray, action: 'block', matchIndex: 0 },
      ],
    ])
  })

  test('a request that passes appends none', () => {
    const held = heldStore()
    edgeWith([LOG, BLOCK], { store: held.store }).decide(requestWith('/x'), PEER)
    expect(held.appended).toEqual([])
  })

  test('each carry the time of their own request', () => {
    vi.useFakeTimers()
    const edge = edgeWith([LOG])
    const times = [
      '2026-11-23T05:30:00.000Z',
      '2026-11-23T05:30:00.001Z',
      '2026-11-24T00:00:00.000Z',
    ]
    for (const time of times) {
      vi.setSystemTime(new Date(time))
      expect((edge.decide(requestWith('/a'), PEER) as Verdict).event?.time).toBe(time)
    }
  })

  test('a store that keeps none has none made, and nothing waits', () => {
    const append = vi.fn(async () => {})
    const store = { ...noStore(), append }
    const edge = edgeWith([LOG, BLOCK], { store })
    const refused = edge.decide(requestWith('/admin'), PEER) as Verdict
    expect(refused).toBeInstanceOf(Verdict)
    expect(refused).toMatchObject({ action: 'block', answer: { status: 403 }, event: undefined })
    expect(refused.matches).toHaveLength(2)
    const logged = edge.decide(requestWith('/a'), PEER)
    expect(logged).toMatchObject({ action: 'log', event: undefined, answer: undefined })
    expect(append).not.toHaveBeenCalled()
    expect(edge.stats).toMatchObject({ judged: 2, blocked: 1, lost: 0 })
  })

  test('have the data centre and the redacted query', async () => {
    const edge = edgeWith([BLOCK], { colo: 'LHR', redactQuery: ['token'] })
    const { event } = await edge.judge(requestWith('/admin?token=x&page=2'), PEER)
    expect(event).toMatchObject({ colo: 'LHR', query: '?token=REDACTED&page=2' })
    const plain = edgeWith([BLOCK])
    const { event: whole } = await plain.judge(requestWith('/admin?token=x'), PEER)
    expect(whole).toMatchObject({ colo: 'LOC', query: '?token=x' })
  })
})

describe('a store that fails', () => {
  const FAILURE = new EdgeError('store_failed', 'the disk is full')

  test('is counted and told by event; the visitor is refused all the same', async () => {
    const held = heldStore()
    const onError = vi.fn()
    const edge = edgeWith([LOG, BLOCK], { store: held.store, onError })
    const judged = edge.judge(requestWith('/admin'), PEER)
    held.fail(FAILURE)
    expect(await judged).toMatchObject({ action: 'block', answer: { status: 403 } })
    expect(edge.stats).toMatchObject({ judged: 1, blocked: 1, lost: 2 })
    expect(onError).toHaveBeenCalledExactlyOnceWith(FAILURE)
  })

  test('is counted for requests that did not wait', async () => {
    const held = heldStore()
    const edge = edgeWith([LOG], { store: held.store })
    edge.decide(requestWith('/a'), PEER)
    edge.decide(requestWith('/a'), PEER)
    held.fail(FAILURE)
    await turn()
    expect(edge.stats).toMatchObject({ judged: 2, blocked: 0, lost: 2 })
  })
})

describe('close()', () => {
  test('waits for pending events, then releases the sources, then the store', async () => {
    const held = heldStore()
    const onClose = vi.fn(() => expect(held.isClosed).toBe(false))
    const edge = edgeWith([LOG], { store: held.store, onClose })
    edge.decide(requestWith('/a'), PEER)
    const closed = edge.close()
    expect(await isSettled(closed)).toBe(false)
    expect(onClose).not.toHaveBeenCalled()
    expect(held.isClosed).toBe(false)
    held.commit()
    await closed
    expect(onClose).toHaveBeenCalledOnce()
    expect(held.isClosed).toBe(true)
  })

  test('rejects where the store cannot be closed', async () => {
    const store = { ...memoryStore(), close: () => Promise.reject(new Error('still open')) }
    await expect(edgeWith([], { store }).close()).rejects.toThrow('still open')
  })
})

describe('stats', () => {
  test('count what is judged and what is blocked', async () => {
    const edge = edgeWith([SKIP, LOG, BLOCK])
    for (const path of ['/x', '/a', '/admin?key', '/admin', '/admin']) {
      await edge.judge(requestWith(path), PEER)
    }
    expect(edge.stats).toMatchObject({ judged: 5, blocked: 2, lost: 0 })
  })
})

describe('replaceRules()', () => {
  test('while requests wait for parts has them wait for the parts of the new rules too', async () => {
    const part = () => {
      let arrive = (_module: object) => {}
      const later = new Later(
        () =>
          new Promise<object>((resolve) => {
            arrive = resolve
          })
      )
      later.ask()
      // Edges of other tests would wait for it.
      onTestFinished(() => arrive({}))
      return { later, arrive: () => arrive({}) }
    }
    const first = part()
    const edge = edgeWith([LOG])
    const decided = Promise.resolve(edge.decide(requestWith('/admin'), PEER))
    const second = part()
    edge.replaceRules(rulesetOf(BLOCK))
    first.arrive()
    await first.later.load()
    expect(await isSettled(decided)).toBe(false)
    second.arrive()
    expect(await decided).toMatchObject({ action: 'block' })
  })

  test('judges the next request by the new rules', async () => {
    const edge = edgeWith([BLOCK])
    const ruleset = rulesetOf({ name: 'other', expression: 'http.request.uri.path eq "/x"' })
    expect((await edge.judge(requestWith('/x'), PEER)).action).toBe('pass')
    edge.replaceRules(ruleset)
    expect(edge.ruleset).toBe(ruleset)
    const verdict = await edge.judge(requestWith('/x'), PEER)
    expect(verdict).toMatchObject({ action: 'block', zone: { ruleset } })
    expect((await edge.judge(requestWith('/admin'), PEER)).action).toBe('pass')
  })

  test('a request that waits for its body keeps its rules and its zone', async () => {
    const edge = edgeWith([BODY])
    const before = edge.ruleset
    const { body, send } = slowBody()
    const judged = edge.judge(post(body), PEER)
    edge.replaceRules(rulesetOf())
    send('a bad one')
    const verdict = await judged
    expect(verdict.action).toBe('block')
    expect(verdict.zone.ruleset).toBe(before)
    expect((await edge.judge(post('a bad one'), PEER)).action).toBe('pass')
  })

  test('reaches a copy of the edge too', async () => {
    const edge = edgeWith([])
    const { decide, ...rest } = edge
    const copy = { ...rest, decide }
    edge.replaceRules(rulesetOf(BLOCK))
    expect((await copy.judge(requestWith('/admin'), PEER)).action).toBe('block')
    expect((await decide(requestWith('/admin'), PEER)).action).toBe('block')
    copy.replaceRules(rulesetOf())
    expect((await edge.judge(requestWith('/admin'), PEER)).action).toBe('pass')
    expect(copy.stats).toBe(edge.stats)
  })

  test('has the warnings of the rules in force', () => {
    const edge = edgeWith([])
    expect(edge.warnings).toEqual([])
    edge.replaceRules(rulesetOf({ name: 'far', expression: 'ip.src.country eq "DE"' }))
    expect(edge.warnings).toEqual([
      expect.stringContaining('rule "far" reads ip.src.country, for which this edge has no data'),
    ])
  })

  test('leaves the old rules where the new ones need data that cannot load', async () => {
    const geo: GeoSource = {
      name: 'broken',
      date: '',
      open: () => {
        throw new EdgeError('geo_failed', 'no file')
      },
      lookup: () => undefined,
    }
    const edge = edgeWith([BLOCK], { geo })
    const before = edge.ruleset
    expect(() =>
      edge.replaceRules(rulesetOf({ name: 'far', expression: 'ip.src.country eq "DE"' }))
    ).toThrow(expect.objectContaining({ code: 'geo_failed' }))
    expect(edge.ruleset).toBe(before)
    expect((await edge.judge(requestWith('/admin'), PEER)).action).toBe('block')
  })
})

describe('sources', () => {
  const sources = () => {
    const geo = {
      name: 'g',
      date: '',
      open: vi.fn(),
      lookup: () => ({ country: 'DE' }),
    } satisfies GeoSource
    const asn = {
      name: 'a',
      date: '',
      open: vi.fn(),
      lookup: () => ({ asn: 64_496, name: 'Example' }),
    } satisfies AsnSource
    return { geo, asn }
  }

  test('are opened for the rules that read them, and not for others', () => {
    const { geo, asn } = sources()
    const edge = edgeWith([BLOCK], { geo, asn })
    expect([geo.open.mock.calls, asn.open.mock.calls]).toEqual([[], []])
    edge.replaceRules(rulesetOf({ name: 'far', expression: 'ip.src.continent eq "EU"' }))
    expect([geo.open.mock.calls, asn.open.mock.calls]).toEqual([[['country']], []])
    edgeWith([{ name: 'net', expression: 'ip.src.asnum eq 64496' }], { geo, asn })
    expect([geo.open.mock.calls, asn.open.mock.calls]).toEqual([[['country']], [[]]])
  })

  test.each([
    ['ip.src.country eq "DE"'],
    ['ip.src.continent eq "EU"'],
    ['ip.src.asnum eq 64496'],
    ['edge.ip_reputation.score eq 90'],
    ['cf.bot_management.score eq 7'],
  ])('tell the rules what they know: %s', async (expression) => {
    const edge = edgeWith([{ name: 'it', expression }], {
      ...sources(),
      reputation: {
        name: 'r',
        date: '',
        lookup: () => ({ score: 90, lists: ['drop'], isTor: false }),
      },
      bots: {
        name: 'b',
        date: '',
        judge: () => ({ verified: false, category: '', score: 7, reason: 'test' }),
      },
    })
    expect(edge.warnings).toEqual([])
    const peer = { remoteAddress: '8.8.8.8' }
    expect((await edge.judge(requestWith('/'), peer)).action).toBe('block')
    const without = edgeWith([{ name: 'it', expression }])
    expect(without.warnings).toHaveLength(1)
    expect((await without.judge(requestWith('/'), peer)).action).toBe('pass')
  })

  test('of TLS cause no warning where the transport has them', () => {
    const rules = [{ name: 'tls', expression: 'cf.bot_management.ja4 eq "x"' }]
    expect(edgeWith(rules).warnings).toHaveLength(1)
    expect(edgeWith(rules, { seesTls: true }).warnings).toEqual([])
  })

  test('a trusted peer is believed, and another is not', async () => {
    const rules = [{ name: 'it', expression: 'ip.src eq 198.51.100.7 and ssl' }]
    const headers = ['X-Forwarded-For', '198.51.100.7', 'X-Forwarded-Proto', 'https']
    const judge = async (trust: string[] = []) =>
      (await edgeWith(rules, { trust }).judge(requestWith('/', headers), PEER)).action
    expect(await judge(['192.0.2.0/24'])).toBe('block')
    expect(await judge()).toBe('pass')
    expect(() => edgeWith([], { trust: ['nobody'] })).toThrow(
      expect.objectContaining({ code: 'invalid_trust' })
    )
  })

  test.each([
    [true, 'block'],
    [false, 'pass'],
    [undefined, 'pass'],
  ])('an encrypted connection is ssl: %s', async (encrypted, action) => {
    const edge = edgeWith([{ name: 'tls', expression: 'ssl' }])
    expect((await edge.judge(requestWith('/'), { ...PEER, encrypted })).action).toBe(action)
  })
})

describe('a body', () => {
  test('that no rule reads is not waited for', () => {
    const { body } = slowBody()
    expect(edgeWith([BLOCK]).decide(post(body), PEER)).toBeInstanceOf(Verdict)
  })

  test('that a rule reads is waited for', async () => {
    const { body, send } = slowBody()
    const judged = edgeWith([BODY]).judge(post(body), PEER)
    expect(await isSettled(judged)).toBe(false)
    send('a bad one')
    expect((await judged).action).toBe('block')
  })

  test('is read to the limit that is given', async () => {
    const judge = async (body: { limitBytes?: number } = {}) =>
      (await edgeWith([BODY], { body }).judge(post(`${'.'.repeat(100)}bad`), PEER)).action
    expect(await judge({ limitBytes: 100 })).toBe('pass')
    expect(await judge()).toBe('block')
    expect(() => edgeWith([], { body: { limitBytes: -1 } })).toThrow(
      expect.objectContaining({ code: 'invalid_body_limit' })
    )
  })
})

describe('test overrides', () => {
  const OFFICE = { name: 'office', expression: 'ip.src eq 198.51.100.7' }

  test('count where they are on, and nowhere else', async () => {
    const request = requestWith('/', ['x-edge-ip', '198.51.100.7'])
    expect((await edgeWith([OFFICE], { overrides: true }).judge(request, LOOPBACK)).action).toBe(
      'block'
    )
    expect((await edgeWith([OFFICE]).judge(request, LOOPBACK)).action).toBe('pass')
    expect((await edgeWith([OFFICE], { overrides: true }).judge(request, PEER)).action).toBe('pass')
  })

  test('set fields, which win over what is real', async () => {
    const edge = edgeWith([{ name: 'it', expression: 'http.host eq "other.test"' }], {
      overrides: true,
    })
    const fields = JSON.stringify({ 'http.host': 'other.test' })
    const verdict = await edge.judge(requestWith('/', ['x-edge-fields', fields]), LOOPBACK)
    expect(verdict.action).toBe('block')
    expect((await edge.judge(requestWith('/'), LOOPBACK)).action).toBe('pass')
  })

  test('that cannot be read are told with 400, and no rule is asked', async () => {
    const held = heldStore()
    const edge = edgeWith([{ name: 'all', expression: 'true' }], {
      overrides: true,
      store: held.store,
    })
    const verdict = edge.decide(requestWith('/', ['x-edge-ip', 'nowhere']), LOOPBACK) as Verdict
    expect(verdict).toMatchObject({ action: 'reject', matches: [], answer: { status: 400 } })
    expect(verdict.answer!.body).toBe('x-edge-ip: "nowhere" is not an IP address\n')
    expect(verdict.event).toBeUndefined()
    expect(held.appended).toEqual([])
    expect(edge.stats).toMatchObject({ judged: 1, blocked: 0, lost: 0 })
  })

  test('a persona’s headers are the request’s', async () => {
    const personas = readPersonas([
      { file: 'p.yaml', text: 'personas:\n  - { name: bot, user_agent: Bot/1 }' },
    ])
    const rules = [{ name: 'bots', expression: 'http.user_agent eq "Bot/1"' }]
    const edge = edgeWith(rules, { overrides: true, personas })
    expect((await edge.judge(requestWith('/', ['x-edge-as', 'bot']), LOOPBACK)).action).toBe(
      'block'
    )
    expect((await edge.judge(requestWith('/'), LOOPBACK)).action).toBe('pass')
  })
})

describe('a reserved path', () => {
  test('is answered before any rule, without an event', async () => {
    const held = heldStore()
    const edge = edgeWith([{ name: 'all', expression: 'true' }], { store: held.store, colo: 'LHR' })
    const verdict = await edge.judge(
      requestWith('/cdn-cgi/error/1015?dialect=json', ['Accept', 'text/html']),
      PEER
    )
    expect(verdict).toMatchObject({ action: 'preview', matches: [], answer: { status: 429 } })
    expect(String(verdict.answer!.body)).toContain('"error_code":1015')
    expect(verdict.answer!.headers).toMatchObject({ 'CF-RAY': `${verdict.ray}-LHR` })
    expect(verdict.event).toBeUndefined()
    expect(held.appended).toEqual([])
    expect(edge.stats).toMatchObject({ judged: 1, blocked: 0, lost: 0 })
  })
})

describe('answers', () => {
  test('a refusal tells the code, the page and the Ray ID', async () => {
    const edge = edgeWith([{ ...BLOCK, page: { code: 1009 } }], { colo: 'LHR' })
    const verdict = await edge.judge(requestWith('/admin', ['Accept', 'application/json']), PEER)
    const body = JSON.parse(String(verdict.answer!.body))
    expect(body).toMatchObject({ error_code: 1009, ray_id: verdict.ray })
    expect(verdict.answer!.headers).toMatchObject({ 'CF-RAY': `${verdict.ray}-LHR` })
  })

  test('take the edge’s options', async () => {
    const edge = edgeWith([BLOCK], { answers: { page: { generation: 'g1' } } })
    const headers = ['Accept', 'text/html', 'Accept-Encoding', 'gzip']
    const { answer } = await edge.judge(requestWith('/admin', headers), PEER)
    expect(String(answer!.body)).toContain('class="cf-error-code">1020')
  })

  test('refuse() answers for the origin, with the Ray ID of the request', async () => {
    const edge = edgeWith([], { colo: 'LHR' })
    const verdict = await edge.judge(requestWith('/x'), PEER)
    const answer = await edge.refuse(521, verdict)
    expect(answer.status).toBe(521)
    expect(answer.headers).toMatchObject({ 'CF-RAY': `${verdict.ray}-LHR` })
  })
})

describe('Ray IDs', () => {
  test('have the data centre and instance, and are new each time', async () => {
    const edge = edgeWith([], { colo: 'LHR', instance: 3 })
    const other = edgeWith([], { instance: 4 })
    expect([edge.colo, other.colo]).toEqual(['LHR', 'LOC'])
    const rayOf = async (of: typeof edge) => (await of.judge(requestWith('/'), PEER)).rayHeader
    const [first, second] = [await rayOf(edge), await rayOf(edge)]
    expect(first).toMatch(/^[\da-f]{16}-LHR$/)
    expect(second).not.toBe(first)
    expect(second.slice(14, 16)).toBe(first.slice(14, 16))
    expect((await rayOf(other)).slice(14, 16)).not.toBe(first.slice(14, 16))
  })
})

test('isEdge tells an edge from options', () => {
  expect(isEdge(edgeWith([]))).toBe(true)
  expect(isEdge({ ...edgeWith([]) })).toBe(true)
  expect(isEdge({ rules: [] })).toBe(false)
  expect(isEdge({ decide: () => {} })).toBe(false)
  expect(isEdge({ judge: () => {} })).toBe(false)
})
