import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { createControl } from '../control/control.ts'
import { createEdge } from '../edge.ts'
import { eventWith } from '../events/event.fixture.ts'
import { memoryStore } from '../events/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { edgeTrials } from '../server/edge-trials.ts'
import { type AdminOptions, createAdmin } from './admin.ts'
import { schemas } from './schemas.ts'
import { testSchemas } from './test-schemas.ts'

const TOKEN = 'correct-horse-battery'
const event = eventWith({ action: 'block', reputation: { score: 7, lists: ['drop'] }, ja4: 't13' })
const also = { ...event, matchIndex: 1 }

/** Returns the test control of an edge that has refused the request of `event`. */
const controlWithEvent = () => {
  const control = createControl()
  control.attach({ load: () => rulesFromObjects([{ rules: [] }]), replace: () => {} })
  control.hooks.recorded([event])
  return control
}

/** Request bodies of the routes that need one, besides the login. */
const BODIES: Readonly<Record<string, object>> = {
  '/api/explain': { request: 'https://shop.test/', from: 'curl-hetzner' },
  '/api/check': { request: 'https://shop.test/', from: ['curl-hetzner', { asn: 1 }] },
  '/api/test/block-next': { code: 1006, times: 2, when: { path: '/a' }, rule: 'x' },
  '/api/test/limit-next': { retryAfter: 3 },
  '/api/test/challenge-next': { action: 'js_challenge' },
  '/api/test/origin-down': { code: 522 },
  '/api/test/script': { steps: [1015, 'pass', { answer: 'drop', times: 'always' }] },
  '/api/test/use': { rules: [{ name: 'x', expression: 'true', action: 'block' }] },
  '/api/test/clock': { seconds: 3 },
  '/api/test/wait-for-event': { rule: event.rule.name, timeoutMs: 0 },
}

const ruleset = rulesFromObjects([
  { rules: [{ name: 'hosting', when: { asn: [24940, 16509] }, action: 'block' }] },
])

const side = async (options: Partial<AdminOptions> = {}) => {
  const store = memoryStore()
  await store.append([event, also])
  const admin = createAdmin({
    store,
    health: () => ({ rules: { enabled: 1, total: 1 }, judged: 1, blocked: 1 }),
    reload: async () => ({ rules: { enabled: 1, total: 1 }, files: ['a.yaml'], warnings: [] }),
    trials: edgeTrials(createEdge({ ruleset, store })),
    metrics: { contentType: 'text/plain; version=0.0.4', text: async () => '' },
    tests: controlWithEvent(),
    ...options,
  })
  return async (
    method: string,
    target: string,
    headers: Record<string, string> = {},
    body = ''
  ) => {
    const answer = await admin({
      method,
      target,
      headers: { host: 'localhost', ...headers },
      peer: '192.0.2.1',
      body: async () => body,
    })
    return { ...answer, json: () => JSON.parse(String(answer.body)) }
  }
}
const ask = await side({ token: undefined })
const api = (await ask('GET', '/api/openapi.json')).json()

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
ajv.addSchema({ $id: 'api', components: { schemas: { ...schemas, ...testSchemas } } })
const check = (schema: string, value: unknown) => {
  const validate = ajv.getSchema(`api#/components/schemas/${schema}`)!
  return validate(value) ? [] : validate.errors
}

interface Operation {
  parameters: { name?: string; in?: string; example?: string; $ref?: string }[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, { content?: Record<string, { schema: { $ref?: string } }> }>
}
const operations = Object.entries(api.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
)

test('the description is a valid OpenAPI 3.1 document', async () => {
  const { valid, errors } = await new Validator().validate(api)
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

describe('the answer of each route matches its description', () => {
  test.each(operations)('$method $path', async ({ path, method, operation }) => {
    const query = path.endsWith('/top') ? '?by=rule' : path.endsWith('/series') ? '?bucket=1h' : ''
    const target = path.replace('{ray}', event.ray) + query
    const [type = ''] = Object.keys(operation.requestBody?.content ?? {})
    const isLogin = path === '/login'
    // A reset would also affect the other tests.
    const asked = isLogin
      ? await side({ token: TOKEN })
      : path.startsWith('/api/test/')
        ? await side()
        : ask
    const given = path.startsWith('/api/') ? (BODIES[path] ?? {}) : { token: TOKEN }
    const body = path.endsWith('graphql') ? '{"query":"{ __typename }"}' : JSON.stringify(given)
    const takes = operation.requestBody?.content[type] as { schema: { $ref: string } } | undefined
    if (path.startsWith('/api/') && takes !== undefined) {
      expect(check(takes.schema.$ref.split('/').at(-1)!, given)).toEqual([])
    }
    const answer = await asked(method.toUpperCase(), target, { 'content-type': type }, body)
    const described = operation.responses[String(answer.status)]
    expect(answer.status).toBeLessThan(400)
    expect(described).toBeDefined()
    if (described!.content === undefined) return
    const [[contentType, content]] = Object.entries(described!.content) as [
      [string, { schema: { $ref?: string } }],
    ]
    expect(answer.headers['Content-Type']!.split(';')[0]).toBe(contentType)
    const schema = content.schema.$ref?.split('/').at(-1)
    if (schema !== undefined) expect(check(schema, answer.json())).toEqual([])
  })

  test('a problem matches the description', async () => {
    const { status, json } = await ask('GET', '/api/events?limit=x')
    expect(status).toBe(400)
    expect(check('Problem', json())).toEqual([])
  })

  test('the schemas refuse an invalid event', () => {
    expect(check('Event', { ...event, ray: undefined })).not.toEqual([])
    expect(check('EventPage', { events: [event], other: 1 })).not.toEqual([])
  })
})

describe('parameters', () => {
  const conditions = Object.values(
    api.components.parameters as Record<string, { name: string; schema: { type: string } }>
  )

  test('accepts each condition in the description', async () => {
    expect(conditions.length).toBeGreaterThan(80)
    for (const { name, schema } of conditions) {
      const value =
        schema.type === 'integer' ||
        /^(?:asn|status|matchIndex|reputation|(?:bot\.score|answer\.code)\b)/.test(name)
          ? '7'
          : name.startsWith('ip.inNetwork')
            ? '192.0.2.0/24'
            : ({
                ray: event.ray,
                action: 'block',
                ip: '192.0.2.1',
                country: 'NL',
                time: '2026-01-01',
              }[name.split('.')[0]!] ?? 'x')
      const { status, body } = await ask('GET', `/api/events?${name}=${encodeURIComponent(value)}`)
      expect([name, status, status === 200 ? '' : body]).toEqual([name, 200, ''])
    }
  })

  test.each(
    operations.flatMap(({ path, operation }) =>
      operation.parameters.flatMap(({ name, in: place, example }) =>
        place === 'query' ? [{ path, name: name!, example }] : []
      )
    )
  )('$path takes $name=$example', async ({ path, name, example }) => {
    const needed = { top: 'by=rule&', series: 'bucket=1h&' }[path.split('/').at(-1)!] ?? ''
    const more = needed.startsWith(`${name}=`) ? '' : needed
    const { status, body } = await ask(
      'GET',
      `${path}?${more}${name}=${encodeURIComponent(example!)}`
    )
    expect([status, status === 200 ? '' : body]).toEqual([200, ''])
  })
})
