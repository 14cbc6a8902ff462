import { describe, expect, test } from 'vitest'
import { evaluate, problemOf } from './evaluate.fixture.ts'

describe('sha256', () => {
  test('gives the 32 bytes', () => {
    expect(evaluate('encode_base64(sha256(text), "p")', { text: 'abc' })).toBe(
      'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='
    )
  })
})

const hash = (expression: string, text: string) => evaluate(expression, { text }) as number

describe('hash_in_range', () => {
  const seeds = Array.from({ length: 2_000 }, (_, i) => `seed ${i}`)

  test('takes every number of the range, its start too, and its end never', () => {
    const results = new Set(seeds.map((seed) => hash('hash_in_range(3, 7, text)', seed)))
    expect([...results].sort()).toEqual([3, 4, 5, 6])
  })

  test('spreads evenly', () => {
    const below = seeds.filter((seed) => hash('hash_in_range(0, 100, text)', seed) < 10).length
    expect(below).toBeGreaterThan(140)
    expect(below).toBeLessThan(260)
  })

  test('is the same for the same values and not for others', () => {
    const at = (values: string) =>
      evaluate(`hash_in_range(0, 1000000000, ${values})`, { text: 'ab' })
    expect(at('text')).toBe(at('"ab"'))
    expect(at('text, "c"')).not.toBe(at('"a", "bc"'))
    expect(at('1')).not.toBe(at('"1"'))
    expect(at('text, "c"')).not.toBe(at('"c", text'))
  })

  test.each([
    ['-5, -4', -5],
    ['9223372036854775806, 9223372036854775807', 9223372036854775806n],
  ])('hash_in_range(%s, text) is %s', (range, expected) => {
    expect(evaluate(`hash_in_range(${range}, text)`, { text: 'a' })).toBe(expected)
  })

  test('of a missing value is missing', () => {
    expect(evaluate('hash_in_range(0, 100, text)')).toBeUndefined()
  })

  test.each([
    ['hash_in_range(5, 5, text)', 'invalid_argument', '5'],
    ['hash_in_range(5, 4, text)', 'invalid_argument', '4'],
    ['hash_in_range(0, 9223372036854775807, text)', 'invalid_argument', '9223372036854775807'],
    ['hash_in_range(0, number, text)', 'invalid_argument_kind', 'number'],
    ['hash_in_range(0, 100)', 'invalid_argument_count', 'hash_in_range(0, 100)'],
    ['hash_in_range(0, 100, items)', 'invalid_argument_type', 'items'],
  ])('%s is refused', (expression, code, at) => {
    expect(problemOf(expression)).toMatchObject({ code, at })
  })
})
