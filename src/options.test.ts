import { describe, expect, test } from 'vitest'
import { createEdge, edge1020, memoryStore } from './index.ts'
import { createEdge as createNodeEdge } from './node.ts'

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
