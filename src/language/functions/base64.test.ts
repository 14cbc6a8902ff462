import { describe, expect, test } from 'vitest'
import { evaluate, problemOf } from './evaluate.fixture.ts'

describe('encode_base64', () => {
  test.each([
    ['encode_base64(text)', 'hello world', 'aGVsbG8gd29ybGQ'],
    ['encode_base64(text, "p")', 'hello world', 'aGVsbG8gd29ybGQ='],
    ['encode_base64(text, "")', 'hello world', 'aGVsbG8gd29ybGQ'],
    ['encode_base64(text)', '\xfb\xff', '+/8'],
    ['encode_base64(text, "u")', '\xfb\xff', '-_8'],
    ['encode_base64(text, "p")', '\xfb\xff', '+/8='],
    ['encode_base64(text, "up")', '\xfb\xff', '-_8='],
    ['encode_base64(text, "pu")', 'f', 'Zg=='],
    ['encode_base64(text, "p")', '', ''],
  ])('%s of %j is %j', (expression, text, expected) => {
    expect(evaluate(expression, { text })).toBe(expected)
  })
})

describe('decode_base64', () => {
  test.each([
    ['MTIzYWJj', '123abc'],
    ['Zg==', 'f'],
    ['Zg', 'f'],
    ['+/8=', '\xfb\xff'],
    ['', ''],
  ])('of %j is %j', (text, expected) => {
    expect(evaluate('decode_base64(text)', { text })).toBe(expected)
  })

  test.each(['Zg=', 'Z', 'Z===', '=', 'MTIz YWJj', 'MTIz\n', '-_8', 'a%20', '\xff'])(
    'of %j is missing',
    (text) => expect(evaluate('decode_base64(text)', { text })).toBeUndefined()
  )

  test('of an array leaves out what is no Base64', () => {
    expect(evaluate('decode_base64(items[*])', { items: ['Zg', '!', 'Zw'] })).toEqual(['f', 'g'])
  })

  test.each([
    ['decode_base64("Zg")', 'invalid_argument_kind', '"Zg"'],
    ['encode_base64(text, "x")', 'invalid_argument', '"x"'],
    ['encode_base64(text, other)', 'invalid_argument_kind', 'other'],
  ])('%s is refused', (expression, code, at) => {
    expect(problemOf(expression)).toMatchObject({ code, at })
  })
})
