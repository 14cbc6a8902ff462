import { describe, expect, test } from 'vitest'
import { parseIp } from '../../lists/ip.ts'
import { toBytes } from '../bytes.ts'
import { evaluate, problemOf } from './evaluate.fixture.ts'

const EVERY_BYTE = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))

describe('lower and upper', () => {
  test.each([
    ['', ''],
    ['WWW.cloudflare.com', 'www.cloudflare.com'],
    ['@[`{', '@[`{'],
    ['AZaz09', 'azaz09'],
    [toBytes('ÀÉ Über ß'), toBytes('ÀÉ Über ß').replace('U', 'u')],
    ['\xc9A\xdf', '\xc9a\xdf'],
  ])('lower(%j) is %j', (s, expected) => {
    expect(evaluate('lower(text)', { text: s })).toBe(expected)
  })

  test.each([
    ['', ''],
    ['www.Cloudflare.com', 'WWW.CLOUDFLARE.COM'],
    ['@[`{', '@[`{'],
    ['\xe9a\xdf\xff\xb5', '\xe9A\xdf\xff\xb5'],
  ])('upper(%j) is %j', (s, expected) => {
    expect(evaluate('upper(text)', { text: s })).toBe(expected)
  })

  test('change nothing but ASCII letters', () => {
    const changed = (call: string) =>
      [...EVERY_BYTE].filter((byte) => evaluate(call, { text: byte }) !== byte).join('')
    expect(changed('lower(text)')).toBe('ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    expect(changed('upper(text)')).toBe('abcdefghijklmnopqrstuvwxyz')
    expect(evaluate('lower(text)', { text: EVERY_BYTE })).toHaveLength(256)
    expect(evaluate('upper(text)', { text: EVERY_BYTE })).toHaveLength(256)
  })

  test('take a literal', () => {
    expect(evaluate('lower("ABC")')).toBe('abc')
    expect(evaluate('upper("abc")')).toBe('ABC')
  })

  test('take each element with [*]', () => {
    expect(evaluate('lower(items[*])', { items: ['A', 'b', ''] })).toEqual(['a', 'b', ''])
  })
})

describe('len', () => {
  test.each([
    ['len(text)', { text: '' }, 0],
    ['len(text)', { text: 'example.com' }, 11],
    ['len(text)', { text: toBytes('é') }, 2],
    ['len(text)', { text: '\0\0' }, 2],
    ['len(items)', { items: [] }, 0],
    ['len(items)', { items: ['a', 'bb'] }, 2],
    ['len(headers["a"])', { headers: new Map([['a', ['x', 'y']]]) }, 2],
    ['len(numbers)', { numbers: [1, 2, 3] }, 3],
  ])('%s of %j is %d', (expression, fields, expected) => {
    expect(evaluate(expression, fields)).toBe(expected)
  })

  test('counts each element with [*]', () => {
    expect(evaluate('len(items[*])', { items: ['waf', 'botm', 'cdn'] })).toEqual([3, 4, 3])
  })

  test('takes no map and no number', () => {
    expect(problemOf('len(names) > 0').code).toBe('invalid_argument_type')
    expect(problemOf('len(number) > 0')).toEqual({
      code: 'invalid_argument_type',
      message: 'invalid type of argument #0: expected value of type Bytes or Array<_>, but got Int',
      at: 'number',
    })
  })
})

describe('starts_with and ends_with', () => {
  test.each([
    ['/blog/first-post', '/blog', true],
    ['/blog', '/blog', true],
    ['/blo', '/blog', false],
    ['/Blog', '/blog', false],
    ['x/blog', '/blog', false],
    ['', '', true],
    ['a', '', true],
    ['', 'a', false],
    ['\xffa', '\xff', true],
  ])('%j starts with %j: %s', (s, t, expected) => {
    expect(evaluate('starts_with(text, other)', { text: s, other: t })).toBe(expected)
  })

  test.each([
    ['/welcome.html', '.html', true],
    ['.html', '.html', true],
    ['/welcome.HTML', '.html', false],
    ['/welcome.html?', '.html', false],
    ['html', '.html', false],
    ['', '', true],
    ['a\xff', '\xff', true],
  ])('%j ends with %j: %s', (s, t, expected) => {
    expect(evaluate('ends_with(text, other)', { text: s, other: t })).toBe(expected)
  })

  test.each(['starts_with', 'ends_with'])('%s takes no literal source', (name) => {
    expect(problemOf(`${name}("a", "a")`)).toEqual({
      code: 'invalid_argument_kind',
      message: 'invalid kind of argument #0: expected argument of kind Field, but got Literal',
      at: '"a"',
    })
  })
})

describe('substring', () => {
  test.each([
    ['substring(text, 2, 5)', 'dfg'],
    ['substring(text, 2)', 'dfghjk'],
    ['substring(text, -2)', 'jk'],
    ['substring(text, 0, -2)', 'asdfgh'],
    ['substring(text, -3, -1)', 'hj'],
    ['substring(text, 0)', 'asdfghjk'],
    ['substring(text, 0, 0)', ''],
    ['substring(text, 5, 2)', ''],
    ['substring(text, 8)', ''],
    ['substring(text, 9)', ''],
    ['substring(text, 0, 100)', 'asdfghjk'],
    ['substring(text, -100, 2)', 'as'],
    ['substring(text, -9223372036854775808, 9223372036854775807)', 'asdfghjk'],
  ])('%s of "asdfghjk" is %j', (expression, expected) => {
    expect(evaluate(expression, { text: 'asdfghjk' })).toBe(expected)
  })

  test('counts bytes, and may cut a character', () => {
    expect(evaluate('substring(text, 1, 2)', { text: toBytes('é') })).toBe('\xa9')
  })

  test('takes indexes from fields', () => {
    expect(
      evaluate('substring(text, number, len(other))', { text: 'asdf', number: 1, other: 'xyz' })
    ).toBe('sd')
    expect(evaluate('substring(text, number)', { text: 'asdf' })).toBeUndefined()
  })
})

describe('remove_bytes', () => {
  test.each([
    ['www.cloudflare.com', String.raw`"\x2e\x77"`, 'cloudflarecom'],
    ['abc', '""', 'abc'],
    ['a]b^c-d\\e', String.raw`"]^-\\"`, 'abcde'],
    ['a-z', '"a-z"', ''],
    ['\0\xff\x80', String.raw`"\x00\xff"`, '\x80'],
    ['aAbB', '"ab"', 'AB'],
  ])('%j without %s is %j', (s, bytes, expected) => {
    expect(evaluate(`remove_bytes(text, ${bytes})`, { text: s })).toBe(expected)
  })

  test('takes its bytes as a literal only', () => {
    expect(problemOf('remove_bytes(text, other)')).toEqual({
      code: 'invalid_argument_kind',
      message: 'invalid kind of argument #1: expected argument of kind Literal, but got Field',
      at: 'other',
    })
  })
})

describe('to_string', () => {
  test.each([
    ['to_string(number)', { number: 5 }, '5'],
    ['to_string(number)', { number: -234 }, '-234'],
    ['to_string(number)', { number: 9223372036854775807n }, '9223372036854775807'],
    ['to_string(flag)', { flag: true }, 'true'],
    ['to_string(flag)', { flag: false }, 'false'],
    ['to_string(address)', { address: parseIp('192.0.2.1')! }, '192.0.2.1'],
    ['to_string(address)', { address: parseIp('2001:DB8:0:0::1')! }, '2001:db8::1'],
    ['to_string(len(text))', { text: 'abc' }, '3'],
  ])('%s of %s is %j', (expression, fields, expected) => {
    expect(evaluate(expression, fields)).toBe(expected)
  })

  test.each(['to_string(5)', 'to_string(192.0.2.1)'])('%s is a literal', (expression) => {
    expect(problemOf(expression).code).toBe('invalid_argument_kind')
  })
})

test.each([
  'lower(text)',
  'upper(text)',
  'len(text)',
  'len(items)',
  'starts_with(text, "")',
  'ends_with(text, "")',
  'starts_with(other, text)',
  'substring(text, 0)',
  'remove_bytes(text, "a")',
  'to_string(number)',
])('%s of a missing value is missing', (expression) => {
  expect(evaluate(expression, { other: '' })).toBeUndefined()
})
