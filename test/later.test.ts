// The main entry as an app outside Node loads it: the parts that `test/whole.ts` preloads for all other tests are imported on demand.
import { beforeEach, describe, expect, test, vi } from 'vitest'

let main: typeof import('../src/index.ts')

beforeEach(async () => {
  vi.resetModules()
  main = await import('../src/index.ts')
})

const PEER = { remoteAddress: '192.0.2.1' }
const get = (path: string, init?: RequestInit) => new Request(`https://shop.test${path}`, init)

const edgeWith = (rules: readonly object[], options: object = {}) =>
  main.createEdge({ rules, ...options })

const block = (expression: string) => ({ name: expression, expression, action: 'block' })

const actionOf = async (edge: import('../src/index.ts').Edge, request: Request, peer = PEER) =>
  (await edge.judge(request, peer)).action

describe('rules of simple comparisons', () => {
  const RULES = [
    { name: 'no curl', when: { user_agent: 'curl' }, action: 'block' },
    { name: 'no secrets', when: { path: '/.env' }, action: 'block' },
    { name: 'not from there', when: { ip: '198.51.100.0/24' }, action: 'block' },
  ]

  test('do not delay a request that passes', () => {
    expect(edgeWith(RULES).decide(get('/'), PEER)).toMatchObject({ action: 'pass' })
  })

  test('refuse with the page and the event of the rule, from the first request on', async () => {
    const edge = edgeWith(RULES)
    const deciding = edge.decide(get('/.env', { headers: { accept: 'application/json' } }), PEER)
    expect(deciding).toBeInstanceOf(Promise)
    const { answer, event, ray } = await deciding
    expect(answer).toMatchObject({ status: 403 })
    expect(JSON.parse(String(answer!.body))).toMatchObject({ error_code: 1020, ray_id: ray })
    expect(event).toMatchObject({
      rule: { name: 'no secrets' },
      matched: [{ field: 'http.request.uri.path', value: '/.env' }],
    })
    expect(edge.stats).toMatchObject({ judged: 1, blocked: 1 })
  })

  test('refuse immediately if no event is stored and the page is loaded', async () => {
    const edge = edgeWith(RULES, { store: main.noStore() })
    await edge.decide(get('/.env'), PEER)
    expect(edge.decide(get('/.env'), PEER)).toMatchObject({ action: 'block' })
  })
})

test.each([
  ['http.request.uri.path matches "^/(a|b)+$"', get('/abab'), get('/abc')],
  [
    'lookup_json_string(http.request.headers["x"][0], "a") eq "b"',
    get('/', { headers: { x: '{"a":"b"}' } }),
    get('/', { headers: { x: '{"a":"c"}' } }),
  ],
  ['url_decode(http.request.uri.path, "r") contains "secret"', get('/%2573ecret'), get('/%2574')],
  [
    'http.request.body.raw contains "drop"',
    get('/', { method: 'POST', body: 'drop table' }),
    get('/', { method: 'POST', body: 'hello' }),
  ],
  [
    'any(http.request.body.form.names[*] eq "admin")',
    get('/', { method: 'POST', body: new URLSearchParams({ admin: '1' }) }),
    get('/', { method: 'POST', body: new URLSearchParams({ user: '1' }) }),
  ],
])('%s matches the expected requests only', async (expression, matching, other) => {
  const edge = edgeWith([block(expression)])
  expect(await actionOf(edge, matching)).toBe('block')
  expect(await actionOf(edge, other)).toBe('pass')
})

test('a rule that calls sha256() matches the hash', async () => {
  const digest = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode('shop.test'))
  )
  const bytes = [...digest].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  const edge = edgeWith([block(`sha256(http.host) eq "${bytes}"`)])
  expect(await actionOf(edge, get('/'))).toBe('block')
})

describe('invalid rules', () => {
  const LATE = [
    ['http.host matches "(a"', 'unclosed group'],
    ['sha256(http.host, "a") eq "b"', 'invalid number of arguments'],
  ] as const

  test.each(LATE)('%s is refused with its place after its part has loaded', async (text, cause) => {
    const edge = edgeWith([block(text)])
    const error = expect.objectContaining({
      code: 'invalid_rules',
      message: expect.stringContaining(cause),
      diagnostics: [
        expect.objectContaining({ message: expect.stringContaining('rules[0].expression: ') }),
      ],
    })
    await expect(edge.ready).rejects.toEqual(error)
    await expect(edge.judge(get('/'), PEER)).rejects.toEqual(error)
    edge.replaceRules(main.rulesFromObjects([{ rules: [block('ip.src eq 192.0.2.1')] }]))
    await edge.ready
    expect(await actionOf(edge, get('/'))).toBe('block')
  })

  test('of simple comparisons are refused immediately', () => {
    for (const [text, cause] of [
      ['http.hots eq "a"', 'did you mean `http.host`?'],
      ['lowr(http.host) eq "a"', 'did you mean `lower`?'],
      ['sha265(http.host) eq "a"', 'did you mean `sha256`?'],
      ['http.host eq 1', 'http.host eq 1'],
      ['len(http.host, 1) eq 1', 'invalid number of arguments'],
      ['ip.src in {1.2.3.400}', '1.2.3.400'],
    ] as const) {
      expect(() => edgeWith([block(text)])).toThrow(
        expect.objectContaining({ code: 'invalid_rules', message: expect.stringContaining(cause) })
      )
    }
  })

  test('of other products are refused after their readers have loaded', async () => {
    const documents = [
      { access: [{ block: '192.0.2.300' }] },
      { lockdown: [{ name: 'a', urls: [], allow: [] }] },
      { user_agents: [{ block: 1 }] },
      { rate_limits: [{ name: 'a' }] },
      { lists: [{ name: 'A B' }] },
      { zones: [{ hosts: 'a.test' }] },
      { rules: [{ ...block('ssl'), response: { status: 1 } }] },
      { rules: [{ ...block('ssl'), page: 'nice' }] },
      { rules: [{ ...block('ssl'), action: 'skip', skip: { phases: ['a'] } }] },
    ]
    const edges = documents.map((rules) => main.createEdge({ rules }))
    const failed = edges.map(async (edge) => edge.ready.catch(({ code }) => code))
    expect(await Promise.all(failed)).toEqual(documents.map(() => 'invalid_rules'))
  })

  test('are all refused immediately, with hints, after every part has loaded', async () => {
    await main.loadAll()
    const regexes = [
      ['http.host matches "(?u)\\\\p{Klingonish}"', 'Klingonish'],
      ['http.host matches "((a{1,1000}){1,1000}b){2}"', 'exceeds size limit'],
    ] as const
    for (const [text, cause] of [...LATE, ...regexes]) {
      expect(() => edgeWith([block(text)])).toThrow(cause)
    }
    expect(() => edgeWith([block("http.host eq 'a'")])).toThrow('strings take double quotes')
  })

  test('need their part before rulesFromObjects() reads them', async () => {
    const documents = [{ rules: [block('http.host matches "a"')] }]
    expect(() => main.rulesFromObjects(documents)).toThrow(
      expect.objectContaining({ code: 'still_loading' })
    )
    await main.loadAll()
    expect(main.rulesFromObjects(documents).rules).toHaveLength(1)
  })
})

test('text documents are read immediately by every program, whatever their rules need', async () => {
  const { loadRules } = await import('../src/rules/load.ts')
  const text = `
access: [{ block: 198.51.100.7 }]
rules: [{ name: scripts, expression: 'http.user_agent matches "curl" and sha256(http.host) ne "a"', action: block }]
rate_limits: []
zones: [{ name: a.test }]
`
  expect(loadRules([{ file: 'site.yaml', text }]).access).toHaveLength(1)
})

test('new rules replace rules that are still loading', async () => {
  const edge = edgeWith([block('http.host matches "shop"')])
  expect(edge.ruleset.rules).toEqual([])
  edge.replaceRules(main.rulesFromObjects([{ rules: [block('ip.src eq 192.0.2.9')] }]))
  await edge.ready
  expect(edge.ruleset.rules.map(({ name }) => name)).toEqual(['ip.src eq 192.0.2.9'])
  expect(await actionOf(edge, get('/'))).toBe('pass')
})

test('an invalid option is refused by createEdge', () => {
  expect(() => edgeWith([], { answers: { contact: 'nobody' } })).toThrow(
    expect.objectContaining({ code: 'invalid_contact' })
  )
})

test('rules of all products apply after their parts have loaded', async () => {
  const edge = main.createEdge({
    rules: {
      access: [{ block: '198.51.100.7' }],
      lockdown: [{ name: 'office', urls: ['shop.test/admin'], allow: ['192.0.2.9'] }],
      user_agents: [{ block: 'BadBot/1.0' }],
      rules: [
        {
          name: 'many',
          when: { ip: Array.from({ length: 40 }, (_, i) => `203.0.113.${i * 2}`) },
          action: 'block',
        },
      ],
    },
  })
  await edge.ready
  const codeOf = async (request: Request, remoteAddress = '192.0.2.1') => {
    request.headers.set('accept', 'application/json')
    const { answer } = await edge.judge(request, { remoteAddress })
    return answer && JSON.parse(String(answer.body)).error_code
  }
  expect(await codeOf(get('/'), '198.51.100.7')).toBe(1006)
  expect(await codeOf(get('/admin'))).toBe(1106)
  expect(await codeOf(get('/', { headers: { 'user-agent': 'BadBot/1.0' } }))).toBe(1010)
  expect(await codeOf(get('/'), '203.0.113.78')).toBe(1020)
  expect(await codeOf(get('/'), '203.0.113.79')).toBeUndefined()
})

test('many rules on one field match like each of them alone', async () => {
  const edge = edgeWith(
    Array.from({ length: 40 }, (_, i) => block(`http.request.uri.path eq "/old-${i}"`))
  )
  expect(await actionOf(edge, get('/old-39'))).toBe('block')
  expect(await actionOf(edge, get('/old-40'))).toBe('pass')
})

test('new rules wait for their engine', async () => {
  const edge = edgeWith([])
  expect(edge.decide(get('/a'), PEER)).toMatchObject({ action: 'pass' })
  await main.loadAll()
  edge.replaceRules(main.rulesFromObjects([{ rules: [block('http.request.uri.path ~ "^/a$"')] }]))
  expect(await actionOf(edge, get('/a'))).toBe('block')
  expect(edge.decide(get('/b'), PEER)).toMatchObject({ action: 'pass' })
})

test('the address and scheme from a trusted peer are accepted', async () => {
  const edge = edgeWith([block('ip.src eq 198.51.100.7 and ssl')], { trust: ['192.0.2.1'] })
  const headers = { 'x-forwarded-for': '198.51.100.7', 'x-forwarded-proto': 'https' }
  expect(await actionOf(edge, new Request('http://shop.test/', { headers }))).toBe('block')
  expect(await actionOf(edge, get('/'))).toBe('pass')
})

test('claims of an untrusted peer are noted, even if no rule matches', async () => {
  const edge = edgeWith([])
  const { visitor } = await edge.judge(get('/', { headers: { forwarded: 'for=1.2.3.4' } }), PEER)
  expect(visitor.notes).toEqual(['forwarded ignored: 192.0.2.1 is not a trusted proxy'])
})

test('test overrides apply, and invalid ones are reported', async () => {
  const edge = edgeWith([block('ip.src.country eq "DE"')], { overrides: true })
  const loopback = { remoteAddress: '127.0.0.1' }
  const as = (country: string) => get('/', { headers: { 'x-edge-country': country } })
  expect(await actionOf(edge, as('DE'), loopback)).toBe('block')
  expect(await actionOf(edge, as('FR'), loopback)).toBe('pass')
  const { answer } = await edge.judge(as('Germany'), loopback)
  expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('x-edge-country') })
})

test('the preview of errors answers before the first match', async () => {
  const { action, answer } = await edgeWith([]).judge(get('/cdn-cgi/error/1015'), PEER)
  expect({ action, status: answer?.status }).toEqual({ action: 'preview', status: 429 })
})

test('refuse() returns a promise until the texts have loaded', async () => {
  const edge = edgeWith([])
  const verdict = await edge.judge(get('/'), PEER)
  const refusing = edge.refuse(521, verdict)
  expect(refusing).toBeInstanceOf(Promise)
  expect(await refusing).toMatchObject({ status: 521 })
  expect(edge.refuse(521, verdict)).toMatchObject({ status: 521 })
})

test('explaining an expression before its part has loaded gives an error', () => {
  const { rules } = main.rulesFromObjects([{ rules: [block('http.host eq "a"')] }])
  expect(() => rules[0]!.expression.explain({ get: () => 'a' })).toThrow('not loaded yet')
})
