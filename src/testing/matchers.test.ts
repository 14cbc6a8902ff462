import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEdge } from './create.ts'
import { createTestEdge } from './create.ts'
import { matchers } from './matchers.ts'

const RULES = {
  rules: [
    { name: 'no bots', id: 'r-1', when: { user_agent: 'bot' }, action: 'block' },
    { name: 'ask', when: { path: '/ask' }, action: 'js_challenge' },
  ],
  rate_limits: [
    {
      name: 'slow down',
      expression: 'http.request.uri.path eq "/slow"',
      action: 'block',
      period: 60,
      requests_per_period: 1,
      mitigation_timeout: 60,
    },
  ],
}
const BOT = { headers: { 'user-agent': 'bot/1' } }

let edge: TestEdge
let gone: TestEdge
beforeAll(async () => {
  edge = await createTestEdge({ rules: RULES })
  gone = await createTestEdge({ rules: RULES, seed: 3 })
  // The clock stands still, so later requests exceed the limit.
  for (const one of [edge, gone]) await one.fetch('/slow')
})
afterAll(() => edge.close())

type Name = keyof typeof matchers

const run = (name: Name, received: unknown, expected?: unknown, isNot = false) =>
  (
    matchers[name] as (this: object, ...given: unknown[]) => ReturnType<typeof matchers.toPass>
  ).call({ isNot }, received, expected)

/** Returns the message of a failed matcher; `undefined` if it passes. */
const failure = async (name: Name, received: unknown, expected?: unknown) => {
  const { pass, message } = await run(name, received, expected)
  return pass ? undefined : message()
}

describe('of responses', () => {
  const passed = () => edge.fetch('/')
  const blocked = () => fetch(`${edge.url}/p`, BOT)
  const limited = () => edge.fetch('/slow')
  const challenged = () => edge.fetch('/ask')
  const broken = () => {
    edge.originDown(522, { times: 1 })
    return edge.fetch('/')
  }
  const ASKED = { passed, blocked, limited, challenged, broken }
  const HOLD: [Name, unknown, (keyof typeof ASKED)[]][] = [
    ['toPass', undefined, ['passed']],
    ['toBeBlocked', undefined, ['blocked', 'limited']],
    ['toBeBlocked', { code: 1020 }, ['blocked']],
    ['toBeBlocked', { code: 1015 }, ['limited']],
    ['toBeBlocked', { status: 403 }, ['blocked']],
    ['toBeBlocked', { rule: 'no bots' }, ['blocked']],
    ['toBeBlocked', { rule: 'r-1' }, ['blocked']],
    ['toBeBlocked', { rule: /^no / }, ['blocked']],
    ['toBeBlocked', { rule: /ask/ }, []],
    ['toBeRateLimited', undefined, ['limited']],
    ['toBeRateLimited', { retryAfter: 60, rule: 'slow down' }, ['limited']],
    ['toBeRateLimited', { retryAfter: 61 }, []],
    ['toBeRateLimited', { rule: 'no bots' }, []],
    ['toBeChallenged', undefined, ['challenged']],
    ['toBeChallenged', { rule: 'ask' }, ['challenged']],
    ['toBeChallenged', { rule: 'other' }, []],
    ['toHaveRayId', undefined, ['passed', 'blocked', 'limited', 'challenged', 'broken']],
    ['toHaveRayId', '0123456789abcdef', []],
  ]
  test.each(HOLD)('%s %j holds for %j and no other', async (name, expected, holding) => {
    const found: string[] = []
    for (const [key, ask] of Object.entries(ASKED)) {
      if ((await run(name, await ask(), expected)).pass) found.push(key)
    }
    expect(found).toEqual(holding)
  })

  test('returns the result synchronously if an edge of this process knows the request', async () => {
    expect(run('toPass', await passed())).not.toBeInstanceOf(Promise)
    expect(run('toBeBlocked', await blocked())).not.toBeInstanceOf(Promise)
  })

  test('the address distinguishes two edges with the same Ray IDs', async () => {
    const [first, second] = [await createTestEdge({ rules: RULES }), await createTestEdge()]
    const [blocked, passed] = [await fetch(first.url, BOT), await fetch(second.url, BOT)]
    expect(blocked.headers.get('cf-ray')).toBe(passed.headers.get('cf-ray'))
    expect(await failure('toBeBlocked', blocked, { rule: 'no bots' })).toBeUndefined()
    expect(await failure('toPass', passed)).toBeUndefined()
    await Promise.all([first.close(), second.close()])
  })

  test('accepts a response whose body was read', async () => {
    const response = await blocked()
    await response.text()
    expect(await failure('toBeBlocked', response, { code: 1020, rule: 'no bots' })).toBeUndefined()
  })

  test('accepts the Ray ID with and without its data centre', async () => {
    const response = await passed()
    const { ray } = edge.requests().at(-1)!
    for (const text of [ray, `${ray}-LOC`, ray.toUpperCase()]) {
      expect(await failure('toHaveRayId', response, text)).toBeUndefined()
    }
  })
})

describe('of other values from clients', () => {
  const shapes = async () => {
    const response = await fetch(edge.url, BOT)
    const { status, headers } = response
    const data = await response.text()
    const { ray } = edge.requests().at(-1)!
    return {
      axios: { status, headers: Object.fromEntries(headers), data, config: { url: edge.url } },
      error: Object.assign(new Error('403'), {
        response: { status, headers: Object.fromEntries(headers), data },
      }),
      got: { statusCode: status, headers: { 'cf-ray': `${ray}-LOC` }, body: data },
      event: edge.lastEvent(),
      request: edge.requests().at(-1),
    }
  }
  test.each(['axios', 'error', 'got', 'event', 'request'] as const)('%s', async (shape) => {
    const received = (await shapes())[shape]
    expect(
      await failure('toBeBlocked', received, { code: 1020, rule: 'no bots', status: 403 })
    ).toBeUndefined()
    expect(await failure('toPass', received)).toContain('blocked with 1020')
  })

  test('a connection that was cut', async () => {
    edge.dropNext()
    const error: unknown = await fetch(edge.url).catch((thrown) => thrown)
    expect(await failure('toBeBlocked', error)).toBe(
      'expected the request to be blocked\nbut the request was cut off: there is no response'
    )
    expect(await failure('toPass', edge.requests().at(-1))).toContain('was cut off')
  })

  test.each([
    [7, 'expected a response, got 7'],
    [new Error('no such host'), 'expected a response, got the error "no such host"'],
    [Promise.resolve(), 'cannot identify a promise: await it first'],
    [{}, 'cannot identify an object without status, headers and body'],
  ])('%o is none', (received, message) => {
    expect(() => run('toPass', received)).toThrow(message)
  })

  test('reads the body if the edge is closed or in another process', async () => {
    const [blocked, passed, limited] = [
      await fetch(gone.url, BOT),
      await fetch(gone.url),
      await fetch(`${gone.url}/slow`),
    ]
    const copies = [blocked, passed, limited].map(
      ({ status, headers, body }) => new Response(body, { status, headers })
    ) as [Response, Response, Response]
    await gone.close()
    expect(await failure('toBeBlocked', copies[0].clone(), { code: 1020 })).toBeUndefined()
    expect(await failure('toPass', copies[1])).toBeUndefined()
    expect(await failure('toBeRateLimited', copies[2], { retryAfter: 60 })).toBeUndefined()
    const { pass, message } = await run('toBeBlocked', copies[0], { rule: 'no bots' })
    expect(pass).toBe(false)
    expect(message()).toMatch(
      /^expected the request to be blocked by rule "no bots"\nbut the request was blocked with 1020 \(status 403\) by a rule that only its edge knows, Ray ID [0-9a-f]{16}\nwhich rule it was only/
    )
  })
})

describe('messages contain the outcome, the rule and the Ray ID', () => {
  const ray = () => edge.requests().at(-1)!.ray

  test('a pass in place of a block', async () => {
    const response = await edge.as('tor-exit').fetch('/x?y=1')
    expect(await failure('toBeBlocked', response, { code: 1020, rule: 'no bots' })).toBe(
      `expected the request to be blocked with 1020 by rule "no bots"\nbut GET ${edge.url}/x?y=1 as tor-exit passed (status 200), Ray ID ${ray()}`
    )
  })

  test('another rule', async () => {
    const response = await edge.fetch('/slow')
    expect(await failure('toBeBlocked', response, { code: 1020 })).toBe(
      `expected the request to be blocked with 1020\nbut GET ${edge.url}/slow was blocked with 1015 (status 429) by rule "slow down", Retry-After 60 s, Ray ID ${ray()}`
    )
  })

  test('a refusal that the test forced', async () => {
    edge.challengeNext()
    const response = await edge.fetch('/')
    expect(await failure('toPass', response)).toBe(
      `expected the request to pass\nbut GET ${edge.url}/ was challenged (status 403) by rule "challengeNext", forced by the test, Ray ID ${ray()}`
    )
  })

  test('a failing origin', async () => {
    edge.originDown(522, { times: 1 })
    const response = await edge.fetch('/')
    expect(await failure('toBeRateLimited', response, { retryAfter: 3 })).toBe(
      `expected the request to be rate limited (1015), Retry-After 3 s,\nbut GET ${edge.url}/ passed, and its origin failed with 522 (status 522), Ray ID ${ray()}`
    )
  })

  test('with .not', async () => {
    const response = await edge.fetch('/', BOT)
    const { pass, message } = await run('toBeBlocked', response, undefined, true)
    expect(pass).toBe(true)
    expect(message()).toBe(
      `expected the request not to be blocked\nbut GET ${edge.url}/ was blocked with 1020 (status 403) by rule "no bots", Ray ID ${ray()}`
    )
  })
})

test.each<[Name, unknown, string]>([
  ['toBeBlocked', { cod: 1020 }, 'toBeBlocked: option "cod" is not known: did you mean code?'],
  ['toBeBlocked', 1020, 'toBeBlocked: 1020: expected an object with code, rule, status'],
  [
    'toBeBlocked',
    { code: 1021 },
    'toBeBlocked: code: there is no error 1021 here: did you mean 1020?',
  ],
  ['toBeBlocked', { rule: '' }, 'toBeBlocked: rule: "": expected the name or the id of a rule'],
  ['toBeBlocked', { status: '403' }, 'toBeBlocked: status: "403": expected a whole number'],
  ['toBeRateLimited', { retryAfter: '3' }, 'toBeRateLimited: retryAfter: "3": expected a whole'],
  ['toBeChallenged', { rules: 'x' }, 'did you mean rule?'],
  ['toHaveRayId', 'xyz', 'toHaveRayId: "xyz": expected a Ray ID: 16 hex digits'],
])('%s(%j) is a mistake', async (name, expected, message) => {
  const response = await edge.fetch('/')
  expect(() => run(name, response, expected)).toThrow(message)
})
