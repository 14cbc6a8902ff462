import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toBytes } from '../bytes.ts'
import { evaluate, problemOf } from './evaluate.fixture.ts'

const decode = (text: string, options?: string) =>
  evaluate(options === undefined ? 'url_decode(text)' : `url_decode(text, "${options}")`, { text })

describe('url_decode', () => {
  test.each([
    ['John%20Doe', 'John Doe'],
    ['John+Doe', 'John Doe'],
    ['%2520', '%20'],
    ['%2B', '+'],
    ['%E4%BD', '\xe4\xbd'],
    ['%e4%bD', '\xe4\xbd'],
    ['%u2601', '%u2601'],
    ['100%', '100%'],
    ['%4', '%4'],
    ['%zz%41', '%zzA'],
    ['%%41', '%A'],
    ['plain', 'plain'],
    ['', ''],
  ])('%j is %j', (text, expected) => expect(decode(text)).toBe(expected))

  test.each([
    ['%2520', ' '],
    ['%25252541', 'A'],
    ['%%34%31', 'A'],
    ['%25', '%'],
    ['%25zz', '%zz'],
    ['%252B', ' '],
    ['%u0041', '%u0041'],
    [`%${'25'.repeat(30_000)}41`, 'A'],
  ])('recursively, %.20j is %j', (text, expected) => expect(decode(text, 'r')).toBe(expected))

  test.each([
    ['%u2601', toBytes('☁')],
    ['%u0041%42', 'AB'],
    ['%ud83d%ude00', toBytes('😀')],
    ['%ud83d', toBytes('\ufffd')],
    ['%ud83d%ud83d%ude00', toBytes('\ufffd😀')],
    ['%ude00%ud83d', toBytes('\ufffd\ufffd')],
    ['%ud83dx%ude00', toBytes('\ufffdx\ufffd')],
    ['%u00zz', '%u00zz'],
    ['%U0041', '%U0041'],
    ['%2541', '%41'],
  ])('with %%uXXXX, %j is %j', (text, expected) => expect(decode(text, 'u')).toBe(expected))

  test.each(['ur', 'ru'])('options %s combine', (options) => {
    expect(decode('%25u2601%2520', options)).toBe(toBytes('☁ '))
  })

  test('recursively is the same as again and again', () => {
    const piece = fc.constantFrom('%', '25', '3', '4', '1', 'u', '0', '+', 'D', 'c3', ' ')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        let text = pieces.join('')
        for (let before = ''; before !== text; ) {
          before = text
          text = decode(before) as string
        }
        expect(decode(pieces.join(''), 'r')).toBe(text)
      })
    )
  })

  test('every element of an array is decoded', () => {
    expect(evaluate('url_decode(items[*])', { items: ['a%20b', 'c'] })).toEqual(['a b', 'c'])
  })

  test.each([
    ['url_decode("a")', 'invalid_argument_kind', '"a"'],
    ['url_decode(text, "x")', 'invalid_argument', '"x"'],
    ['url_decode(text, "rux")', 'invalid_argument', '"rux"'],
    ['url_decode(text, other)', 'invalid_argument_kind', 'other'],
  ])('%s is refused', (expression, code, at) => {
    expect(problemOf(expression)).toMatchObject({ code, at })
  })
})

describe('remove_query_args', () => {
  test.each([
    ['"country"', 'order=asc&country=GB', 'order=asc'],
    ['"order"', 'order=asc&country=GB', 'country=GB'],
    ['"search"', 'order=asc&country=GB', 'order=asc&country=GB'],
    ['"category"', 'category=a&order=desc&category=b', 'order=desc'],
    ['"a", "b"', 'a=1&c=2&b=3', 'c=2'],
    ['"a"', 'a&ab=1&A=2', 'ab=1&A=2'],
    ['"a"', 'a=1=2&&b', '&b'],
    ['"a"', 'a=1', ''],
    ['"a"', '', ''],
    ['"a"', '%61=1', '%61=1'],
  ])('without %s, %j is %j', (names, text, expected) => {
    expect(evaluate(`remove_query_args(text, ${names})`, { text })).toBe(expected)
  })

  test.each([
    ['remove_query_args(text)', 'invalid_argument_count', 'remove_query_args(text)'],
    ['remove_query_args(text, other)', 'invalid_argument_kind', 'other'],
  ])('%s is refused', (expression, code, at) => {
    expect(problemOf(expression)).toMatchObject({ code, at })
  })
})
