import { describe, expect, test, vi } from 'vitest'
import { contextLayout, RequestContext } from './context.ts'
import type { GivenRule } from './edge.fixture.ts'
import { requestWith, rulesetOf } from './edge.fixture.ts'
import type { Match } from './phases/phase.ts'
import type { RayId } from './ray.ts'
import { createRecorder } from './record.ts'
import type { RawRequest } from './request/request.ts'
import { readRequest } from './request/request.ts'
import type { VisitorsOptions } from './visitor/identify.ts'
import { createVisitors } from './visitor/identify.ts'
import type { Connection } from './visitor/visitor.ts'

const TIME = '2026-11-23T05:30:00.123Z'
const RAY = '0123456789abcdef'
const rayAt = (timeMs: number): RayId => ({ ray: RAY, header: `${RAY}-LHR`, timeMs })
const HEADERS = { 'Content-Type': 'text/html; charset=UTF-8' }
const REFERER = 'https://ann:secret@blog.test/post?id=7'
const JA3 = '0'.repeat(32)
const JA4 = 't13d1812h1_85036bcba153_b26ce05bbdd6'

interface Situation {
  rules?: GivenRule[]
  request?: RawRequest
  connection?: Connection
  visitors?: VisitorsOptions
  redactQuery?: boolean | readonly string[]
  status?: number
  /** 0: the answer has none. */
  code?: number
  time?: string
}

const recorded = ({
  rules = [{ name: 'No Admin', expression: 'http.request.method eq "GET"' }],
  request = requestWith(),
  connection = { remoteAddress: '8.8.8.8' },
  visitors = {},
  redactQuery = false,
  status = 403,
  code = 1020,
  time = TIME,
}: Situation = {}) => {
  const ruleset = rulesetOf(...rules)
  const rayId = rayAt(Date.parse(time))
  const reader = readRequest(request, connection.encrypted === true, rayId.timeMs)
  const visitor = createVisitors(visitors).identify((name) => reader.joined(name), connection)
  const context = new RequestContext(
    contextLayout(ruleset.fields),
    reader,
    visitor,
    connection,
    rayId
  )
  const matches = ruleset.rules.map(
    (rule): Match => ({
      phase: { name: 'custom-rules', source: 'firewallcustom' },
      rule,
      action: rule.action,
      code: 1020,
      page: rule.page,
    })
  )
  const answer =
    status === 0
      ? undefined
      : { status, headers: HEADERS, body: '', ...(code === 0 ? {} : { code }) }
  return createRecorder({ redactQuery, colo: 'LHR' }).matches(matches, context, answer)
}

test('an event says all of the request, the visitor and the rule', () => {
  const events = recorded({
    request: requestWith('/a%20b?c=d&e', ['User-Agent', 'curl/8', 'Referer', REFERER], {
      method: 'PUT',
      httpVersion: '2.0',
    }),
    rules: [{ name: 'No Curl', expression: 'http.user_agent contains "curl"' }],
    connection: { remoteAddress: '::ffff:8.8.8.8', encrypted: true },
    visitors: {
      geo: { name: 'g', date: '', lookup: () => ({ country: 'DE' }) },
      asn: { name: 'a', date: '', lookup: () => ({ asn: 64_496, name: 'Example Net' }) },
      reputation: {
        name: 'r',
        date: '',
        lookup: () => ({ score: 90, lists: ['drop', 'own'], isTor: false }),
      },
    },
  })
  expect(events).toEqual([
    {
      ray: RAY,
      colo: 'LHR',
      time: TIME,
      kind: 'firewall',
      action: 'block',
      source: 'firewallcustom',
      rule: {
        id: 'no-curl',
        name: 'No Curl',
        source: 'rules[0]',
        hash: expect.stringMatching(/^[\da-f]{16}$/),
      },
      expression: 'http.user_agent contains "curl"',
      phasePath: 'ip-access > zone-lockdown > user-agents > custom-rules',
      matched: [
        {
          field: 'http.user_agent',
          value: 'curl/8',
          expression: 'http.user_agent contains "curl"',
        },
      ],
      matchIndex: 0,
      ip: '8.8.8.8',
      country: 'DE',
      asn: 64_496,
      asnName: 'Example Net',
      reputation: { score: 90, lists: ['drop', 'own'] },
      userAgent: 'curl/8',
      referer: { scheme: 'https', host: 'blog.test', path: '/post', query: '?id=7' },
      method: 'PUT',
      scheme: 'https',
      host: 'shop.test',
      path: '/a%20b',
      query: '?c=d&e',
      protocol: 'HTTP/2',
      status: 403,
      answer: { code: 1020, type: 'text/html' },
      notes: [],
    },
  ])
})

test('what is not known is absent or empty', () => {
  const [event] = recorded({ connection: {} })
  expect(event).toMatchObject({ ip: '', country: 'XX', asn: 0, userAgent: '', query: '' })
  for (const key of ['asnName', 'reputation', 'ja3', 'ja4', 'bot', 'referer'])
    expect(event).not.toHaveProperty(key)
})

test('the referer’s query is redacted like the request’s', () => {
  const [event] = recorded({
    request: requestWith('/', ['Referer', 'https://blog.test/?token=x&page=2']),
    redactQuery: ['token'],
  })
  expect(event!.referer!.query).toBe('?token=REDACTED&page=2')
})

describe('bot detection', () => {
  const bots = {
    name: 'b',
    date: '',
    judge: () => ({
      verified: true,
      category: 'Search Engine Crawler',
      score: 30,
      reason: 'known',
    }),
  }
  test('is told if a rule asked, with its reason', () => {
    const [event] = recorded({
      rules: [{ name: 'bots', expression: 'cf.client.bot' }],
      visitors: { bots },
    })
    expect(event!.bot).toEqual({ score: 30, verified: true, category: 'Search Engine Crawler' })
    expect(event!.notes).toEqual(['bot score 30: known'])
  })

  test('does not begin for the event alone', () => {
    expect(recorded({ visitors: { bots } })[0]).not.toHaveProperty('bot')
  })
})

describe('the answer', () => {
  test.each([
    ['has the code of the answer', 1009],
    ['has code 0 if the answer has none', 0],
  ])('%s', (_, code) => {
    const [event] = recorded({ rules: [{ name: 'a', expression: 'true' }], code })
    expect(event!.answer).toEqual({ code, type: 'text/html' })
  })

  test('is absent if the request passes', () => {
    const rules: GivenRule[] = [{ name: 'a', expression: 'true', action: 'log' }]
    expect(recorded({ rules, status: 0 })[0]).not.toHaveProperty('answer')
  })
})

describe('fingerprints', () => {
  const JA3_FIELD = 'cf.bot_management.ja3_hash'
  const JA4_FIELD = 'cf.bot_management.ja4'
  test.each([
    [
      { [JA3_FIELD]: JA3, [JA4_FIELD]: JA4 },
      { ja3: JA3, ja4: JA4 },
    ],
    [{ [JA3_FIELD]: JA3 }, { ja3: JA3 }],
    [{ [JA4_FIELD]: JA4 }, { ja4: JA4 }],
    [{ [JA3_FIELD]: '', [JA4_FIELD]: '' }, {}],
  ])('%j', (fields, expected) => {
    const [{ ja3, ja4 } = {}] = recorded({ connection: { fields } })
    expect(JSON.parse(JSON.stringify({ ja3, ja4 }))).toEqual(expected)
  })
})

describe('the matches of one request', () => {
  const three: GivenRule[] = [
    { name: 'a', expression: 'http.request.method eq "GET"', action: 'log' },
    { name: 'b', expression: 'http.host eq "shop.test"', action: 'log' },
    { name: 'c', expression: 'http.request.uri.path eq "/"', action: 'skip' },
  ]

  test('are events in the same order, the last with index 0', () => {
    const events = recorded({ rules: three, status: 0 })
    expect(events.map(({ rule, action, matchIndex }) => [rule.name, action, matchIndex])).toEqual([
      ['a', 'log', 2],
      ['b', 'log', 1],
      ['c', 'skip', 0],
    ])
    expect(events.map(({ matched }) => matched[0]!.field)).toEqual([
      'http.request.method',
      'http.host',
      'http.request.uri.path',
    ])
    expect(events.every(({ status }) => status === 0)).toBe(true)
  })

  test('have notes of their own', () => {
    const [first, second] = recorded({
      rules: three,
      request: requestWith('/', ['X-Edge-Ip', '1.1.1.1']),
    })
    expect(first!.notes).toEqual(second!.notes)
    first!.notes.push('mine')
    expect(second!.notes).not.toContain('mine')
  })

  test('read what they have in common once', () => {
    const read = vi.spyOn(RequestContext.prototype, 'field')
    expect(recorded({ rules: three })).toHaveLength(3)
    const names = read.mock.calls.map(([name]) => name)
    expect(names.filter((name) => name === 'cf.bot_management.ja4')).toHaveLength(1)
    read.mockRestore()
  })
})

test('each event has the time of its own request', () => {
  const times = [TIME, '2026-11-23T05:30:00.124Z', TIME]
  expect(times.map((time) => recorded({ time })[0]!.time)).toEqual(times)
})

test('notes hold what an explanation found out, in every event', () => {
  const events = recorded({
    rules: [
      { name: 'a', expression: 'http.request.method eq "GET"', action: 'log' },
      { name: 'b', expression: 'ip.src.country ne "DE"' },
    ],
    visitors: { geo: { name: 'empty', date: '2026-01', lookup: () => undefined } },
  })
  for (const { notes } of events) expect(notes).toContain('no country for 8.8.8.8 in empty 2026-01')
})

describe('secrets', () => {
  test('cookies and credentials are never kept', () => {
    const [event] = recorded({
      request: requestWith('/', ['Cookie', 'session=secret', 'Authorization', 'Basic secret']),
      rules: [
        {
          name: 'a',
          expression:
            'http.cookie contains "session" and any(http.request.headers["authorization"][*] contains "Basic")',
        },
      ],
    })
    expect(event!.matched).toHaveLength(2)
    expect(JSON.stringify(event)).not.toContain('secret')
  })

  test('query values are replaced where asked, in the query and in what matched', () => {
    const situation: Situation = {
      request: requestWith('/?token=hush&page=2'),
      rules: [{ name: 'a', expression: 'http.request.uri.query contains "token"' }],
    }
    const [plain] = recorded(situation)
    expect([plain!.query, plain!.matched[0]!.value]).toEqual([
      '?token=hush&page=2',
      'token=hush&page=2',
    ])
    const [some] = recorded({ ...situation, redactQuery: ['token'] })
    expect([some!.query, some!.matched[0]!.value]).toEqual([
      '?token=REDACTED&page=2',
      'token=REDACTED&page=2',
    ])
    const [all] = recorded({ ...situation, redactQuery: true })
    expect([all!.query, all!.matched[0]!.value]).toEqual([
      '?token=REDACTED&page=REDACTED',
      'token=REDACTED&page=REDACTED',
    ])
  })
})

test('text is text, whatever bytes it came in, and values are JSON', () => {
  const bytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text))
  const [event] = recorded({
    request: requestWith(bytes('/ä?ö'), ['User-Agent', bytes('日本')], {
      rawHeaders: ['Host', bytes('é.test'), 'User-Agent', bytes('日本')],
    }),
    rules: [{ name: 'a', expression: 'ip.src eq 8.8.8.8 and len(http.user_agent) > 0' }],
  })
  expect(event).toMatchObject({ userAgent: '日本', host: 'é.test', query: '?ö' })
  expect(event!.matched).toContainEqual({
    field: 'ip.src',
    value: '8.8.8.8',
    expression: 'ip.src eq 8.8.8.8',
  })
})
