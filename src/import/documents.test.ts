import { describe, expect, test } from 'vitest'
import { ApiDocuments, isOwnDocument } from './documents.ts'
import { parseWithPlaces } from './json-view.ts'
import { Found } from './read.ts'
import type { ImportedRule } from './rule.ts'

/** Reads documents by their file names. */
const read = (documents: Readonly<Record<string, unknown>>) => {
  const found = new Found()
  const api = new ApiDocuments(found)
  for (const [file, document] of Object.entries(documents)) {
    const text = typeof document === 'string' ? document : JSON.stringify(document)
    api.read(file, parseWithPlaces(file, text))
  }
  api.finish()
  return { ...found, broken: api.broken }
}

const first = (document: unknown): ImportedRule => read({ 'a.json': document }).rules[0]!

const RULE = { action: 'block', expression: '(true)', description: 'All', last_updated: null }
const RULESET = { kind: 'zone', phase: 'http_request_firewall_custom', rules: [RULE] }

test('a rate limit in a phase without rate limits is named', () => {
  const limited = { ...RULE, ratelimit: { characteristics: ['ip.src'], period: 60 } }
  const { rules, warnings } = read({ 'a.json': { ...RULESET, rules: [RULE, limited] } })
  expect(rules).toHaveLength(2)
  expect(warnings).toEqual([
    'a.json:1: All: it has a rate limit, but the phase http_request_firewall_custom has none: its action applies to every request that matches',
  ])
})

describe('shapes of rulesets', () => {
  test.each<[string, unknown]>([
    ['a ruleset', RULESET],
    ['a response', { result: RULESET, success: true, errors: [] }],
    [
      'a response with several',
      { result: [RULESET, { ...RULESET, rules: undefined }], success: true },
    ],
    ['an object of rules', { rules: [RULE] }],
    ['an array of rules', [RULE]],
  ])('%s', (_, document) => {
    expect(read({ 'a.json': document }).rules).toMatchObject([
      {
        product: 'custom',
        name: 'All',
        expression: '(true)',
        action: 'block',
        enabled: true,
        source: 'a.json:1',
      },
    ])
  })

  test('real members: null ids, versions as text, an expression that is a boolean to YAML', () => {
    expect(
      first({
        rules: [
          {
            id: null,
            version: '2',
            action: 'block',
            expression: 'true',
            ref: null,
            enabled: false,
          },
        ],
      })
    ).toEqual({
      product: 'custom',
      expression: 'true',
      action: 'block',
      enabled: false,
      source: 'a.json:1',
    })
  })

  test('skip with ruleset, phases and products together, and a response of its own', () => {
    expect(
      first({
        rules: [
          {
            ...RULE,
            action: 'skip',
            action_parameters: {
              ruleset: 'current',
              phases: ['http_ratelimit'],
              products: ['bic'],
            },
            logging: { enabled: false },
          },
        ],
      }).skip
    ).toEqual({
      current: true,
      phases: ['http_ratelimit'],
      products: ['bic'],
      rulesets: [],
      logs: false,
    })
    expect(
      first({
        rules: [
          {
            ...RULE,
            action_parameters: {
              response: { status_code: 404, content: '{}', content_type: 'application/json' },
            },
          },
        ],
      }).response
    ).toEqual({ status: 404, content: '{}', content_type: 'application/json' })
  })

  test('rate limits, with and without their ruleset', () => {
    const limit = {
      ...RULE,
      ratelimit: {
        characteristics: ['ip.src', 'cf.colo.id'],
        period: 10,
        requests_per_period: 3,
        mitigation_timeout: 60,
      },
    }
    for (const document of [
      { rules: [limit] },
      [limit],
      { ...RULESET, phase: 'http_ratelimit', rules: [limit] },
    ]) {
      expect(first(document)).toMatchObject({
        product: 'ratelimit',
        characteristics: ['ip.src', 'cf.colo.id'],
        period: 10,
        requests: 3,
        timeout: 60,
      })
    }
  })

  test('a phase that is not emulated is named, one that is not about visitors passed over', () => {
    const managed = read({ 'a.json': { ...RULESET, phase: 'http_request_firewall_managed' } })
    expect(managed.rules).toEqual([])
    expect(managed.warnings).toEqual([
      expect.stringContaining('http_request_firewall_managed are not emulated'),
    ])
    expect(read({ 'a.json': { ...RULESET, phase: 'http_request_transform' } })).toMatchObject({
      rules: [],
      warnings: [],
    })
  })

  test('a response without success is a broken file, with what the API said', () => {
    expect(
      read({
        'a.json': {
          success: false,
          result: null,
          errors: [{ code: 10000, message: 'Authentication error' }],
        },
      }).broken
    ).toEqual([
      {
        source: 'a.json',
        what: 'the response',
        reason: 'the API answered 10000 Authentication error',
      },
    ])
  })

  test('recorded exchanges', () => {
    const recording = `interactions:\n- request: {}\n  response:\n    code: 200\n    body: |\n      ${JSON.stringify({ result: RULESET, success: true })}\n- response:\n    body: "no JSON"\n`
    expect(read({ 'r.yaml': recording }).rules).toMatchObject([
      { name: 'All', source: expect.stringMatching(/^r\.yaml:2/) },
    ])
  })

  test.each<[string, object, string]>([
    ['action', { expression: 'true', ref: 'a' }, '`action` is missing'],
    ['expression', { action: 'block', ref: 'a' }, '`expression` is missing'],
    ['enabled', { ...RULE, enabled: 'maybe' }, '`enabled`: expected true or false'],
  ])('a rule with a wrong %s is left out by itself', (_, wrong, reason) => {
    const { rules, leftOut } = read({ 'a.json': { ...RULESET, rules: [wrong, RULE] } })
    expect(rules).toHaveLength(1)
    expect(leftOut).toMatchObject([{ source: 'a.json:1', reason }])
  })
})

describe('older products', () => {
  test('firewall rules in the order of their priorities, their filters within or beside them', () => {
    const { rules, leftOut } = read({
      'rules.json': {
        result: [
          { id: 'r1', action: 'block', description: 'last', filter: { expression: 'a' } },
          {
            id: 'r2',
            action: 'allow',
            description: 'second',
            priority: 20,
            paused: true,
            filter: { id: 'f' },
          },
          {
            id: 'r3',
            action: 'bypass',
            products: ['bic'],
            description: 'first',
            priority: 1,
            filter: { expression: 'c' },
          },
          { id: 'r4', action: 'block', description: 'lost', filter: { id: 'nobody' } },
        ],
        success: true,
      },
      'filters.json': { result: [{ id: 'f', expression: 'b', paused: false }], success: true },
    })
    expect(
      rules.map(({ name, expression, action, written_action, enabled }) => [
        name,
        expression,
        action,
        written_action,
        enabled,
      ])
    ).toEqual([
      ['first', 'c', 'skip', 'bypass', true],
      ['second', 'b', 'skip', 'allow', false],
      ['last', 'a', 'block', undefined, true],
    ])
    expect(rules[0]!.skip).toMatchObject({ current: false, products: ['bic'] })
    expect(rules[1]!.skip).toMatchObject({ current: true })
    expect(leftOut).toMatchObject([{ what: 'lost', reason: 'its filter is not among the files' }])
  })

  test('access rules, agents, lockdowns, rate limits of the old API', () => {
    const { rules } = read({
      'a.json': [
        {
          mode: 'whitelist',
          notes: 'us',
          configuration: { target: 'ip6', value: '2001:0db8:0000:0000:0000:0000:0000:0001' },
        },
        {
          mode: 'block',
          paused: true,
          description: 'copier',
          configuration: { target: 'ua', value: 'Copy/1' },
        },
        {
          urls: ['a.test/*'],
          configurations: [{ target: 'ip', value: '192.0.2.1' }],
          description: 'till',
        },
        {
          description: 'slow',
          threshold: 5,
          period: 60,
          match: { request: { url: 'a.test/*', methods: ['GET'] } },
          action: { mode: 'ban', timeout: 9 },
        },
      ],
    })
    expect(rules).toEqual([
      {
        product: 'access',
        name: 'us',
        action: 'allow',
        written_action: 'whitelist',
        enabled: true,
        source: 'a.json:1',
        target: 'ip6',
        value: '2001:db8::1',
      },
      {
        product: 'ua',
        name: 'copier',
        action: 'block',
        enabled: false,
        source: 'a.json:1',
        target: 'ua',
        value: 'Copy/1',
      },
      {
        product: 'lockdown',
        name: 'till',
        enabled: true,
        source: 'a.json:1',
        urls: ['a.test/*'],
        addresses: ['192.0.2.1'],
      },
      {
        product: 'ratelimit',
        name: 'slow',
        action: 'block',
        written_action: 'ban',
        enabled: true,
        source: 'a.json:1',
        threshold: 5,
        period: 60,
        timeout: 9,
        url: 'a.test/*',
        methods: ['GET'],
      },
    ])
  })

  test('lists with the items of their files', () => {
    const { rules } = read({
      'lists.json': {
        result: [
          { id: 'l', name: 'offices', kind: 'ip', num_items: 2 },
          { id: 'm', name: 'none', kind: 'asn' },
        ],
        success: true,
      },
      'offices.items.json': {
        result: [{ ip: '192.0.2.0/28', comment: 'Utrecht' }, { ip: '2001:db8::/32' }],
        success: true,
      },
    })
    expect(rules).toMatchObject([
      {
        product: 'list',
        name: 'offices',
        kind: 'ip',
        items: 2,
        entries: [{ value: '192.0.2.0/28', comment: 'Utrecht' }, { value: '2001:db8::/32' }],
      },
      { product: 'list', name: 'none', kind: 'asn', items: 0 },
    ])
  })
})

test.each<[string, unknown, boolean]>([
  ['a rule with a name', { rules: [{ name: 'x', action: 'block', expression: 'true' }] }, true],
  ['a rule with when', { rules: [{ id: 'x', action: 'block', when: {} }] }, true],
  ['a rule with an id alone', { rules: [{ id: 'x', action: 'block', expression: 'true' }] }, true],
  ['a rule with a ref', { rules: [{ ref: 'x', action: 'block', expression: 'true' }] }, false],
  ['a rule without a name or an id', { rules: [{ action: 'block', expression: 'true' }] }, false],
  ['a ruleset', RULESET, false],
  ['a response', { result: [], success: true }, false],
  ['an array', [RULE], false],
  ['a list of own rules', [{ name: 'x', action: 'block', when: {} }], true],
  [
    'a list of own rules with expressions',
    [{ name: 'x', action: 'block', expression: 'true' }],
    true,
  ],
  ['an empty list', [], true],
  ['one own rule', { name: 'x', action: 'block', expression: 'true' }, true],
  ['own rules of no kind', { rules: [] }, true],
  ['something else', { hello: 1 }, true],
])('%s: own document %#', (_, document, expected) => {
  expect(isOwnDocument(parseWithPlaces('a.json', JSON.stringify(document)))).toBe(expected)
})

test('words of JavaScript are no phases and no actions', () => {
  const phase = { 'a.json': { ...RULESET, phase: 'constructor' } }
  expect(read(phase)).toMatchObject({ rules: [], leftOut: [], broken: [] })
  const filter = { expression: 'ssl' }
  expect(first({ result: [{ id: 'a1', action: 'constructor', filter }] })).toMatchObject({
    action: 'constructor',
  })
})
