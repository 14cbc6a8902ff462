import '../test/whole.ts'
import { describe, expect, test } from 'vitest'
import { contextLayout, RequestContext, readOverrides } from './context.ts'
import { createEdge } from './index.ts'
import { defaultScheme } from './language/defaults.ts'
import { readPersonas } from './personas/personas.ts'
import { createRays } from './ray.ts'
import { readRequest } from './request/request.ts'
import { createVisitors } from './visitor/identify.ts'
import type { BotQuestion, BotSource, Connection } from './visitor/visitor.ts'

const JA3 = 'cf.bot_management.ja3_hash'
const JA4 = 'cf.bot_management.ja4'
const VERSION = 'http.request.version'

/** The handshake of whoever runs the test. */
const OWN = {
  [JA3]: '0'.repeat(32),
  [JA4]: 't13d3112h2_e8f1e7e78f70_b26ce05bbdd6',
  'cf.tls_version': 'TLSv1.3',
  'cf.tls_cipher': 'AEAD-AES128-GCM-SHA256',
  'cf.tls_ciphers_sha1': 'a',
  'cf.tls_client_extensions_sha1': 'b',
  'cf.tls_client_extensions_sha1_le': 'c',
  'cf.tls_client_hello_length': 517,
  'cf.tls_client_random': 'd',
  'cf.tls_client_auth.cert_verified': true,
  'cf.timings.client_tcp_rtt_msec': 3,
}
/** Of the edge, whoever asks. */
const EDGE = { 'cf.edge.server_port': 8443, 'cf.zone.name': 'shop.test' }

const CONNECTION: Connection = {
  remoteAddress: '127.0.0.1',
  encrypted: true,
  fields: { ...OWN, ...EDGE },
}

const PERSONA_JA4 = 't13d1812h1_85036bcba153_b26ce05bbdd6'
const personas = readPersonas([
  {
    file: 'personas.yaml',
    text: `personas:
  - { name: bare, user_agent: Bare/1 }
  - { name: office, ip: 198.51.100.2 }
  - name: python
    user_agent: python/3
    ja4: ${PERSONA_JA4}
    tls_version: TLSv1.2
    http_version: HTTP/1.0
    fields: { cf.tls_client_hello_length: 300 }`,
  },
])

const request = (headers: Record<string, string>) => ({
  method: 'GET',
  url: '/',
  httpVersion: '2.0',
  rawHeaders: Object.entries(headers).flat(),
})

const watched = () => {
  const questions: BotQuestion[] = []
  const bots: BotSource = {
    name: 'test',
    date: '',
    judge: (question) => {
      questions.push(question)
      return { verified: false, category: '', score: 7, reason: 'test' }
    },
  }
  return { bots, questions }
}

const names = [...Object.keys(OWN), ...Object.keys(EDGE), VERSION]

/** The values that rules get to see, by field. */
const seen = (headers: Record<string, string>) => {
  const { bots, questions } = watched()
  const reader = readRequest(request(headers), true, 0)
  const visitor = createVisitors({ overrides: true, personas, bots }).identify(
    (name) => reader.joined(name),
    CONNECTION
  )
  expect(visitor.overrideProblems).toEqual([])
  const fields = readOverrides(visitor.fieldOverrides ?? {})
  const layout = contextLayout(names)
  const context = new RequestContext(
    layout,
    reader,
    visitor,
    CONNECTION,
    createRays({}).next(),
    fields
  )
  expect(visitor.bot?.score).toBe(7)
  const values = names.map((name) => [name, context.get(defaultScheme.slot(name))])
  return { fields: Object.fromEntries(values), judgedBy: questions.map(({ ja4 }) => ja4) }
}

const NOTHING = {
  ...Object.fromEntries(Object.keys(OWN).map((name) => [name, ''])),
  'cf.tls_client_hello_length': 0,
  'cf.tls_client_auth.cert_verified': false,
  'cf.timings.client_tcp_rtt_msec': 0,
}

describe('what the transport knows', () => {
  test('is that of the connection', () => {
    expect(seen({})).toEqual({
      fields: { ...OWN, ...EDGE, [VERSION]: 'HTTP/2' },
      judgedBy: [OWN[JA4]],
    })
  })

  test.each(['bare', 'office'])('of a tester is not that of %s', (name) => {
    expect(seen({ 'x-edge-as': name })).toEqual({
      fields: { ...NOTHING, ...EDGE, [VERSION]: 'HTTP/1.1' },
      judgedBy: [''],
    })
  })

  test('of a persona is what it gives, and nothing else', () => {
    expect(seen({ 'x-edge-as': 'python' })).toEqual({
      fields: {
        ...NOTHING,
        ...EDGE,
        [JA4]: PERSONA_JA4,
        'cf.tls_version': 'TLSv1.2',
        'cf.tls_client_hello_length': 300,
        [VERSION]: 'HTTP/1.0',
      },
      judgedBy: [PERSONA_JA4],
    })
  })

  test("stays a tester's own beside single overrides", () => {
    const { fields } = seen({ 'x-edge-ip': '198.51.100.1', 'x-edge-ja3': '1'.repeat(32) })
    expect(fields).toEqual({ ...OWN, ...EDGE, [JA3]: '1'.repeat(32), [VERSION]: 'HTTP/2' })
  })
})

describe('an event', () => {
  const recorded = async (headers: Record<string, string>) => {
    const edge = createEdge({
      rules: { rules: [{ name: 'all', expression: 'true', action: 'block' }] },
      overrides: true,
      personas,
    })
    const { event } = await edge.judge(request(headers), CONNECTION)
    return { ja3: event?.ja3, ja4: event?.ja4, protocol: event?.protocol }
  }

  test.each([
    [{}, { ja3: OWN[JA3], ja4: OWN[JA4], protocol: 'HTTP/2' }],
    [{ 'x-edge-as': 'bare' }, { ja3: undefined, ja4: undefined, protocol: 'HTTP/1.1' }],
    [{ 'x-edge-as': 'python' }, { ja3: undefined, ja4: PERSONA_JA4, protocol: 'HTTP/1.0' }],
  ])('of %j', async (headers, expected) => {
    expect(await recorded(headers as Record<string, string>)).toEqual(expected)
  })
})

describe('a layout', () => {
  test('has a place for each field, from 1 on, and 0 for all others', () => {
    const { places, empty } = contextLayout(['ip.src.country', 'http.host'])
    expect(empty).toEqual([undefined, undefined, undefined])
    expect(places[defaultScheme.slot('ip.src.country')]).toBe(1)
    expect(places[defaultScheme.slot('http.host')]).toBe(2)
    expect(places.filter((place) => place !== 0)).toHaveLength(2)
  })
})

describe('a value', () => {
  const contextOf = (
    fields: readonly string[],
    overrides?: Parameters<typeof readOverrides>[0]
  ) => {
    const reader = readRequest(request({ host: 'shop.test' }), false, 0)
    const visitor = createVisitors().identify((name) => reader.joined(name), {})
    return new RequestContext(
      contextLayout(fields),
      reader,
      visitor,
      {},
      createRays({}).next(),
      overrides === undefined ? undefined : readOverrides(overrides)
    )
  }
  const SEED = 'cf.random_seed'
  const slot = defaultScheme.slot(SEED)

  test.each([[[SEED, 'http.host']], [['http.host', SEED]]])(
    'is computed once for the fields of the layout: %j',
    (fields) => {
      const context = contextOf(fields)
      expect(context.get(slot)).toBe(context.get(slot))
      expect(contextOf(fields).get(slot)).not.toBe(context.get(slot))
      expect(context.get(defaultScheme.slot('http.host'))).toBe('shop.test')
    }
  )

  test('of another field is read each time', () => {
    const context = contextOf(['http.host'])
    expect(context.get(slot)).not.toBe(context.get(slot))
  })

  test('that is random has 16 bytes', () => {
    expect(contextOf([SEED]).get(slot)).toMatch(/^[\0-\xff]{16}$/)
  })

  test('of an override wins, and leaves the others', () => {
    const context = contextOf([SEED, 'http.host'], { [SEED]: 'mine' })
    expect(context.get(slot)).toBe('mine')
    expect(context.get(defaultScheme.slot('http.host'))).toBe('shop.test')
  })

  test('of an override for an unknown field is refused by name', () => {
    expect(() => readOverrides({ 'http.hots': 'a' })).toThrow(
      expect.objectContaining({
        code: 'unknown_field',
        message: '"http.hots" is not a field of the Rules language',
      })
    )
  })
})
