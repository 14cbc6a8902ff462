import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseLossless, printLossless } from './lossless-json.ts'

describe('parseLossless', () => {
  test.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
    [
      '[1,9223372036854775807,{"a":9223372036854775807}]',
      [1, '9223372036854775807', { a: '9223372036854775807' }],
    ],
    ['"9223372036854775807"', '9223372036854775807'],
    ['"\\"9223372036854775807"', '"9223372036854775807'],
    ['0.1234567890123456789', 0.12345678901234568],
    ['12345678901234567890.5', 12345678901234567000],
    ['12345678901234567e3', 12345678901234567000],
    ['1e30', 1e30],
  ])('%s', (text, json) => expect(parseLossless(text)).toEqual(json))

  test.each(['', '{', '92233720368547758071 2', '01234567890123456789'])(
    '%j is not JSON',
    (text) => {
      expect(() => parseLossless(text)).toThrow(SyntaxError)
    }
  )

  test('equals JSON.parse for JSON without long integers', () => {
    const short = fc.jsonValue().filter((json) => !/\d{16}/.test(JSON.stringify(json)))
    fc.assert(
      fc.property(short, (json) => {
        expect(parseLossless(JSON.stringify(json))).toEqual(json)
      })
    )
  })
})

describe('printLossless', () => {
  test('writes bigints as numbers at any depth', () => {
    expect(printLossless({ a: [2n ** 63n - 1n], b: -(2n ** 63n) })).toBe(
      '{"a":[9223372036854775807],"b":-9223372036854775808}'
    )
  })

  test('omits members that are undefined', () => {
    expect(printLossless({ a: undefined, b: null })).toBe('{"b":null}')
  })

  test('otherwise equals JSON.stringify', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(printLossless(json)).toBe(JSON.stringify(json))
      })
    )
  })
})
