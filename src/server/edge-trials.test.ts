import { describe, expect, test } from 'vitest'
import { createAdmin } from '../admin/admin.ts'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import type { Explanation } from '../toolkit/explanation.ts'
import { edgeTrials } from './edge-trials.ts'

const rulesOf = (name: string) =>
  rulesFromObjects([{ rules: [{ name, when: { asn: 24940 }, action: 'block' }] }])
const edge = createEdge({ ruleset: rulesOf('hosting'), store: memoryStore(), colo: 'LHR' })
const admin = createAdmin({
  store: edge.store,
  health: () => ({ rules: { enabled: 1, total: 1 } }),
  trials: edgeTrials(edge),
})
const post = async (path: string, body: unknown) => {
  const answer = await admin({
    method: 'POST',
    target: path,
    headers: { host: 'localhost', 'content-type': 'application/json' },
    body: async () => (typeof body === 'string' ? body : JSON.stringify(body)),
  })
  return { status: answer.status, json: JSON.parse(String(answer.body)) }
}

test('POST /api/explain judges by the active rules, and sends nothing', async () => {
  const { status, json } = await post('/api/explain', {
    request: 'https://shop.test/a',
    from: 'country=DE,asn=24940',
  })
  expect(status).toBe(200)
  expect(json).toMatchObject({
    status_code: 403,
    code: 1020,
    rule: { name: 'hosting' },
    flips: [{ changes: [{ attribute: 'asn', from: 24940, to: 64496, except: [24940] }] }],
  })
  expect(json.answer.headers['CF-RAY']).toMatch(/-LHR$/)
  expect(edge.stats.judged).toBe(0)
  expect((await edge.store.page()).events).toEqual([])
})

test('POST /api/check returns the blocked visitors, the reason, and the remedy', async () => {
  const { json } = await post('/api/check', {
    request: { url: 'https://shop.test/', method: 'GET' },
    from: ['chrome-berlin', { country: 'DE', asn: 24940 }],
  })
  expect(json.blocked.map(({ name }: { name: string }) => name)).toEqual(['you-2', 'hosting-de'])
  expect(json.passed.length).toBeGreaterThan(10)
  expect(json.attribution).toMatchObject({ of: 'you-2', rule: 'hosting', scope: ['asn'] })
  expect(json.attribution.irrelevant).toEqual(
    expect.arrayContaining(['country', 'user_agent', 'path'])
  )
})

test('a reload takes effect at once', async () => {
  const reloaded = createEdge({ ruleset: rulesOf('a'), store: memoryStore() })
  const { explain } = edgeTrials(reloaded)
  const ask = async () =>
    (await explain({ request: { url: '/' }, from: 'asn=24940' })) as Explanation
  expect((await ask()).rule?.name).toBe('a')
  reloaded.replaceRules(rulesOf('b'))
  expect((await ask()).rule?.name).toBe('b')
})

describe('an invalid question is a 400 with its code', () => {
  test.each<[unknown, string, string]>([
    ['{', 'invalid_request', 'not JSON'],
    [[], 'wrong_case', 'body: got []'],
    [{}, 'wrong_case', 'request: got nothing'],
    [{ request: 'hello' }, 'invalid_request', '"hello"'],
    [{ request: { url: 'x' } }, 'wrong_case', 'request.url'],
    [{ request: { url: '/', headers: 1 } }, 'wrong_case', 'request.headers'],
    [{ request: 'https://a.test/', from: 1 }, 'wrong_case', 'from: got 1'],
    [{ request: 'https://a.test/', from: { country: [] } }, 'wrong_case', 'from.country'],
    [
      { request: 'https://a.test/', from: 'contry=DE' },
      'wrong_attributes',
      'did you mean country?',
    ],
    [{ request: 'https://a.test/', from: 'nobody' }, 'wrong_attributes', 'nobody'],
    [{ request: 'https://a.test/', from: Array(17).fill('tor-exit') }, 'wrong_case', 'at most 16'],
    [{ request: 'https://a.test/', entry: 0 }, 'wrong_case', 'entry'],
    [
      { request: 'https://a.test/', from: { fields: { 'ip.src.asnum': 'x' } } },
      'wrong_attributes',
      'ip.src.asnum',
    ],
  ])('%j', async (body, code, detail) => {
    for (const path of ['/api/explain', '/api/check']) {
      const { status, json } = await post(path, body)
      expect([status, json.code]).toEqual([400, code])
      expect(json.detail).toContain(detail)
    }
  })

  test('is a 501 without rules', async () => {
    const without = createAdmin({
      store: edge.store,
      health: () => ({ rules: { enabled: 0, total: 0 } }),
    })
    const { status } = await without({
      method: 'POST',
      target: '/api/check',
      headers: { host: 'localhost' },
    })
    expect(status).toBe(501)
  })
})
