import { describe, expect, test } from 'vitest'
import { createEdge, edge1020, memoryStore } from './index.ts'
import { createEdge as createNodeEdge } from './node.ts'
import { checkOptions, OPTION_NAMES } from './options.ts'

const RULES = { rules: [] }
const edge = (options: object) => createEdge({ rules: RULES, ...options })
const onNode = (options: object) => createNodeEdge({ rules: RULES, store: 'none', ...options })

describe.each([
  ['edge1020', edge],
  ['edge1020/node', onNode],
])('options of %s', (_, make) => {
  test.each([
    [{ overides: true }, 'option "overides" is not known: did you mean overrides?'],
    [{ whatever: 1 }, 'option "whatever" is not known: expected one of answers, asn,'],
    [{ trust: 'loopback' }, 'option trust: "loopback": expected a list of networks and names'],
    [{ trust: [1] }, 'option trust: 1: expected a list'],
    [{ geo: 5 }, 'option geo: 5: expected a name or a file, or an object with lookup()'],
    [
      { bots: {} },
      'option bots: [object Object]: expected a name or a file, or an object with judge()',
    ],
    [{ reputation: null }, 'option reputation: null: expected'],
    [{ store: { name: 'x' } }, 'option store: [object Object]: expected'],
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

test('the mount’s own option is known', () => {
  expect(() => edge1020({ rules: RULES, connection: () => ({}) })).not.toThrow()
})

describe('checkOptions', () => {
  const told = (options: object): string | undefined => {
    try {
      checkOptions(options)
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  test.each([
    ...['answers', 'asn', 'body', 'bots', 'colo', 'connection', 'data', 'feeds', 'geo'],
    ...['instance', 'lists', 'onClose', 'onError', 'onWarning', 'overrides', 'personas'],
    ...['redactQuery', 'reputation', 'rules', 'seesTls', 'store', 'trust'],
  ])('%s is an option', (name) => {
    expect(told({ [name]: undefined })).toBeUndefined()
    expect(OPTION_NAMES).toContain(name)
  })

  test('there are no others', () => {
    expect(OPTION_NAMES).toHaveLength(22)
    expect(told({ rules: 1, nothing_like_it: undefined })).toBe(
      `option "nothing_like_it" is not known: expected one of ${OPTION_NAMES.join(', ')}`
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
    expect(told({ [name]: 'a name' })).toBeUndefined()
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
