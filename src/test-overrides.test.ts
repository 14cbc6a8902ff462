import { describe, expect, test } from 'vitest'
import { readOverrides } from './context.ts'
import { defaultScheme } from './language/defaults.ts'
import { badOverride, testOverrides as read } from './test-overrides.ts'
import type { Visitor } from './visitor/visitor.ts'

const testOverrides = (of: Visitor) => read(of, readOverrides)

const visitor = (changes: Partial<Visitor>) =>
  ({ overrideProblems: [], fieldOverrides: undefined, ...changes }) as Visitor

describe('testOverrides', () => {
  test('where none is set there are no fields', () => {
    expect(testOverrides(visitor({}))).toEqual({ fields: undefined, problems: [] })
  })

  test('values by slot, as the fields’ types have them', () => {
    const { fields, problems } = testOverrides(
      visitor({ fieldOverrides: { 'http.host': 'é', 'ip.src.asnum': 7 } })
    )
    expect(problems).toEqual([])
    expect(fields).toEqual(
      new Map<number, unknown>([
        [defaultScheme.slot('http.host'), '\xc3\xa9'],
        [defaultScheme.slot('ip.src.asnum'), 7],
      ])
    )
  })

  test.each([
    [{ 'http.hots': 'a' }, 'x-edge-fields: "http.hots" is not a field of the Rules language'],
    [{ 'ip.src.asnum': 'seven' }, 'x-edge-fields: ip.src.asnum'],
  ])('%j is a problem beside the others', (fieldOverrides, message) => {
    const overrides = testOverrides(visitor({ fieldOverrides, overrideProblems: ['first'] }))
    expect(overrides).toEqual({
      fields: undefined,
      problems: ['first', expect.stringContaining(message)],
    })
  })

  test('problems of other headers stay', () => {
    expect(testOverrides(visitor({ overrideProblems: ['first'] })).problems).toEqual(['first'])
  })

  test('what is no mistake of the tester is not swallowed', () => {
    const fieldOverrides = {
      get 'http.host'(): string {
        throw new TypeError('broken')
      },
    }
    expect(() => testOverrides(visitor({ fieldOverrides }))).toThrow(TypeError)
  })
})

describe('badOverride', () => {
  const RAY = '0123456789abcdef'
  const rayId = { ray: RAY, header: `${RAY}-LHR`, timeMs: 0 }

  test('names each mistake on its line', () => {
    expect(badOverride(['one', 'zwei ö'], rayId, 'GET')).toEqual({
      status: 400,
      headers: {
        'Content-Type': 'text/plain; charset=UTF-8',
        'Content-Length': '12',
        'Cache-Control': 'no-store',
        'CF-RAY': `${RAY}-LHR`,
        'x-edge1020': 'bad-override',
      },
      body: 'one\nzwei ö\n',
    })
  })

  test('HEAD has the length and no body', () => {
    const { body, headers } = badOverride(['one'], rayId, 'HEAD')
    expect([body, headers['Content-Length']]).toEqual(['', '4'])
  })
})
