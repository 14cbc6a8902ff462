// What an edge takes from outside: other rules, sources of data, bodies, test overrides.
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { heldStore, isSettled, requestWith, rulesetOf } from './edge.fixture.ts'
import { BLOCK, BODY, edgeWith, LOG, LOOPBACK, PEER, post, slowBody } from './edge-rules.fixture.ts'
import { EdgeError } from './error.ts'
import { Later } from './later.ts'
import { readPersonas } from './personas/personas.ts'
import { Verdict } from './verdict.ts'
import type { AsnSource, GeoSource } from './visitor/visitor.ts'

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
