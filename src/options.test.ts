import { describe, expect, test } from 'vitest'
import { createEdge, edge1020, memoryStore } from './index.ts'
import type { EventOptions } from './node.ts'
import { createEdge as createNodeEdge } from './node.ts'
import { checkOptions, OPTION_NAMES } from './options.ts'
import { checkStoreOptions, readStoreName } from './store-name.ts'

const RULES = { rules: [] }
const edge = (options: object) => createEdge({ rules: RULES, ...options })
const onNode = (options: object) =>
  createNodeEdge({ rules: RULES, store: 'none', bots: 'off', ...options })

describe.each([
  ['edge1020', edge, 'an object with'],
  ['edge1020/node', onNode, 'a name or a file, or an object with'],
])('options of %s', (_, make, provider) => {
  test.each([
    [{ overides: true }, 'unknown option "overides": did you mean overrides?'],
    [{ anonymizeIp: 'hash' }, 'option anonymizeIp: "hash": expected \'truncate\', or { key }'],
    [{ anonymizeIp: { key: 'short' } }, 'option anonymizeIp: [object Object]: expected'],
    [{ anonymizeIp: null }, 'option anonymizeIp: [object Object]: expected'],
    [{ whatever: 1 }, 'unknown option "whatever": expected one of anonymizeIp, answers, asn,'],
    [{ trust: 'loopback' }, 'option trust: "loopback": expected a list of networks and names'],
    [{ trust: [1] }, 'option trust: 1: expected a list'],
    [{ geo: 5 }, `option geo: 5: expected ${provider} lookup()`],
    [{ bots: {} }, `option bots: [object Object]: expected ${provider} judge()`],
    [{ reputation: null }, 'option reputation: null: expected'],
    [{ bots: Object.create(null) }, `option bots: an object: expected ${provider} judge()`],
    [{ trust: [Object.create(null)] }, 'option trust: a list: expected a list of networks'],
    [{ trust: [Symbol('x')] }, 'option trust: a list: expected a list of networks'],
    [{ seesTls: Symbol('x') }, 'option seesTls: Symbol(x): expected true or false'],
    [{ store: { name: 'x' } }, 'option store: [object Object]: expected'],
    [{ rules: undefined }, 'option rules: undefined: expected'],
    [{ rules: null }, 'option rules: null: expected'],
    [{ rules: 5 }, 'option rules: 5: expected'],
    [{ overrides: 'yes' }, 'option overrides: "yes": expected true or false'],
  ])('%j is told', (options, message) => {
    expect(() => make(options)).toThrow(
      expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(message) })
    )
  })

  test('those that there are', () => {
    const geo = { name: 'g', date: '', lookup: () => undefined }
    expect(() =>
      make({ trust: ['loopback'], overrides: false, geo, store: memoryStore() })
    ).not.toThrow()
  })
})

test.each([
  [{ maxAgeDay: 7 }, 'unknown member of option events "maxAgeDay": did you mean maxAgeDays?'],
  [{ readOnly: true }, 'unknown member of option events "readOnly": expected one of durability,'],
  [30, 'option events: 30: expected an object such as { maxAgeDays: 30 }'],
  [[], 'option events: : expected an object'],
  [null, 'option events: null: expected an object'],
])('events: %j is told', (events, message) => {
  expect(() => onNode({ events })).toThrow(
    expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(message) })
  )
})

test.each(['ndjson:x', {}, null])('sinks: %j is told', (sinks) => {
  expect(() => onNode({ sinks })).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/^option sinks: .*expected a list/) })
  )
})

test('every member of events has an effect', () => {
  const events: Required<EventOptions> = {
    durability: 'commit',
    onStoreFailure: 'hold',
    maxAgeDays: 1,
    maxBytes: 1,
    maxEvents: 1,
    maxHeldBytes: 1,
  }
  expect(() => checkStoreOptions(undefined, events)).not.toThrow()
})

const RULE = { name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }

describe.each([
  ['edge1020', (rules: object) => createEdge({ rules })],
  ['edge1020/node', (rules: object) => createNodeEdge({ rules, store: 'none', bots: 'off' })],
])('rules of %s', (_, make) => {
  test.each([
    ['a list of rules', [RULE, { ...RULE, name: 'two' }], ['no curl', 'two']],
    ['one document', { rules: [RULE] }, ['no curl']],
    [
      'several documents',
      [{ rules: [RULE] }, { rules: [{ ...RULE, name: 'two' }] }],
      ['no curl', 'two'],
    ],
    ['an empty list', [], []],
  ])('%s', (_, rules, names) => {
    expect(make(rules).ruleset.rules.map(({ name }) => name)).toEqual(names)
  })

  test('one rule without its list is told once', () => {
    expect(() => make(RULE)).toThrow(
      expect.objectContaining({
        code: 'invalid_rules',
        diagnostics: [
          expect.objectContaining({
            message: 'document: this is one rule: expected a document',
            help: 'put it in a list, `rules: [ … ]`',
          }),
        ],
      })
    )
  })

  test('a mistake in a list of rules names its place in the list', () => {
    expect(() => make([RULE, { ...RULE, name: 'two', action: 'blok' }])).toThrow(
      expect.objectContaining({
        code: 'invalid_rules',
        message: expect.stringContaining('rules[1].action'),
      })
    )
  })
})

test.each([
  ['createEdge({})', () => createEdge({} as never), /^option rules: undefined: expected a list of/],
  ['createEdge()', () => createEdge(undefined as never), /^options: undefined: expected an object/],
  ['edge1020()', () => edge1020(undefined as never), /^options: undefined: expected an object/],
  ['createEdge("a.yaml")', () => createEdge('a.yaml' as never), /^options: "a.yaml": expected an/],
  ['createEdge({ rules: "a" })', () => createEdge({ rules: 'a' as never }), /"a": expected a list/],
  ['on Node, createEdge({})', () => createNodeEdge({} as never), /^option rules: .* rule files or/],
  ['on Node, createEdge(null)', () => createNodeEdge(null as never), /^options: null: expected an/],
  [
    'a name without Node',
    () => createEdge({ rules: [], store: 'memory' as never }),
    /^option store: "memory": expected an object with append\(\)$/,
  ],
])('%s is told outright', (_, make, message) => {
  expect(make).toThrow(
    expect.objectContaining({ code: 'invalid_option', message: expect.stringMatching(message) })
  )
})

describe('the name of a store', () => {
  test.each([
    'memory',
    'none',
    'sqlite:events.db',
    'sqlite:/a b/c:d.db',
    'postgres://edge:secret@db.test/edge',
    'postgresql:///edge',
  ])('%s', (name) => {
    expect(readStoreName(name)).toBe(name)
  })

  test.each([
    ['sqllite', 'store "sqllite": did you mean sqlite:FILE?'],
    ['sqlite', 'store "sqlite": did you mean sqlite:FILE?'],
    ['sqlite:', 'store "sqlite:": did you mean sqlite:FILE?'],
    ['sqlit:events.db', 'store "sqlit:events.db": did you mean sqlite:FILE?'],
    ['Memory', 'store "Memory": did you mean memory?'],
    ['nome', 'store "nome": did you mean none?'],
    ['postgres', 'store "postgres": did you mean postgres://HOST/DATABASE?'],
    [
      'postgre://edge:s3/cr@t@db.test/edge',
      'store "postgre://***@db.test/edge": did you mean postgres://HOST/DATABASE?',
    ],
    [
      'mysql://edge:s3cret@db.test',
      'store "mysql://***@db.test": expected one of memory, none, sqlite:FILE, postgres://HOST/DATABASE',
    ],
    ['', 'store "": expected one of memory, none, sqlite:FILE, postgres://HOST/DATABASE'],
  ])('%j is told', (name, message) => {
    expect(() => readStoreName(name)).toThrow(
      expect.objectContaining({ code: 'unknown_store', message })
    )
  })

  test('a misspelt one is refused by the types and by the edge', () => {
    // @ts-expect-error not the name of a store
    expect(() => createNodeEdge({ rules: [], store: 'sqllite' })).toThrow(
      'did you mean sqlite:FILE?'
    )
  })
})

test('the mount’s own option is known', () => {
  expect(() => edge1020({ rules: RULES, connection: () => ({}) })).not.toThrow()
})

describe('checkOptions', () => {
  const told = (options: object): string | undefined => {
    try {
      checkOptions({ rules: [], ...options }, { takesNames: true })
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  test.each([
    ...['answers', 'asn', 'body', 'bots', 'colo', 'connection', 'counters', 'data', 'feeds', 'geo'],
    ...['challenges', 'events'],
    ...['instance', 'lists', 'onClose', 'onError', 'onWarning', 'overrides', 'personas'],
    ...['redactQuery', 'reputation', 'rules', 'seesTls', 'store', 'terraform', 'trust'],
  ])('%s is an option', (name) => {
    if (name !== 'rules') expect(told({ [name]: undefined })).toBeUndefined()
    expect(OPTION_NAMES).toContain(name)
  })

  test('there are no others', () => {
    expect(OPTION_NAMES).toHaveLength(28)
    expect(told({ rules: 1, nothing_like_it: undefined })).toBe(
      `unknown option "nothing_like_it": expected one of ${OPTION_NAMES.join(', ')}`
    )
  })

  const PROVIDERS = [
    ['geo', 'lookup'],
    ['asn', 'lookup'],
    ['reputation', 'lookup'],
    ['bots', 'judge'],
    ['store', 'append'],
  ] as const

  test.each(PROVIDERS)('%s has %s(), or is named', (name, method) => {
    const message = (value: string) =>
      `option ${name}: ${value}: expected a name or a file, or an object with ${method}()`
    expect(told({ [name]: { [method]: () => undefined } })).toBeUndefined()
    expect(told({ [name]: name === 'store' ? 'memory' : 'a name' })).toBeUndefined()
    expect(told({ [name]: { [method]: 'no function' } })).toBe(message('[object Object]'))
    expect(told({ [name]: { other: () => undefined } })).toBe(message('[object Object]'))
    expect(told({ [name]: null })).toBe(message('null'))
    expect(told({ [name]: true })).toBe(message('true'))
    // A function has no methods of its own kind, whatever hangs on it.
    expect(told({ [name]: Object.assign(() => {}, { [method]: () => {} }) })).toContain(
      `or an object with ${method}()`
    )
  })

  test('geo alone may be several files', () => {
    expect(told({ geo: ['a.mmdb', 'b.mmdb'] })).toBeUndefined()
    expect(told({ geo: ['a.mmdb', 1] })).toContain('option geo: a.mmdb,1: expected')
    expect(told({ asn: ['a.tsv'] })).toContain('option asn: a.tsv: expected')
  })

  test.each(['overrides', 'seesTls'])('%s is a boolean', (name) => {
    expect(told({ [name]: true })).toBeUndefined()
    expect(told({ [name]: false })).toBeUndefined()
    expect(told({ [name]: 'yes' })).toBe(`option ${name}: "yes": expected true or false`)
    expect(told({ [name]: 1 })).toBe(`option ${name}: 1: expected true or false`)
    expect(told({ [name]: null })).toBe(`option ${name}: null: expected true or false`)
  })

  test('trust is a list of texts', () => {
    const message = (value: string) =>
      `option trust: ${value}: expected a list of networks and names, e.g. ['loopback']`
    expect(told({ trust: [] })).toBeUndefined()
    expect(told({ trust: ['loopback', '192.0.2.0/24'] })).toBeUndefined()
    expect(told({ trust: 'loopback' })).toBe(message('"loopback"'))
    expect(told({ trust: ['loopback', 1] })).toBe(message('loopback,1'))
    expect(told({ trust: null })).toBe(message('null'))
  })
})
