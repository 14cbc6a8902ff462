import { describe, expect, test } from 'vitest'
import { parseIp } from '../../lists/ip.ts'
import { toBytes } from '../bytes.ts'
import { evaluate, problemOf } from './call.fixture.ts'

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
    expect(evaluate('lower(s)', { s })).toBe(expected)
  })

  test.each([
    ['', ''],
    ['www.Cloudflare.com', 'WWW.CLOUDFLARE.COM'],
    ['@[`{', '@[`{'],
    ['\xe9a\xdf\xff\xb5', '\xe9A\xdf\xff\xb5'],
  ])('upper(%j) is %j', (s, expected) => {
    expect(evaluate('upper(s)', { s })).toBe(expected)
  })

  test('change nothing but ASCII letters', () => {
    const changed = (call: string) =>
      [...EVERY_BYTE].filter((byte) => evaluate(call, { s: byte }) !== byte).join('')
    expect(changed('lower(s)')).toBe('ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    expect(changed('upper(s)')).toBe('abcdefghijklmnopqrstuvwxyz')
    expect(evaluate('lower(s)', { s: EVERY_BYTE })).toHaveLength(256)
    expect(evaluate('upper(s)', { s: EVERY_BYTE })).toHaveLength(256)
  })

  test('take a literal', () => {
    expect(evaluate('lower("ABC")')).toBe('abc')
    expect(evaluate('upper("abc")')).toBe('ABC')
  })

  test('take each element with [*]', () => {
    expect(evaluate('lower(list[*])', { list: ['A', 'b', ''] })).toEqual(['a', 'b', ''])
  })
})

describe('len', () => {
  test.each([
    ['len(s)', { s: '' }, 0],
    ['len(s)', { s: 'example.com' }, 11],
    ['len(s)', { s: toBytes('é') }, 2],
    ['len(s)', { s: '\0\0' }, 2],
    ['len(list)', { list: [] }, 0],
    ['len(list)', { list: ['a', 'bb'] }, 2],
    ['len(multi["a"])', { multi: new Map([['a', ['x', 'y']]]) }, 2],
    ['len(ints)', { ints: [1, 2, 3] }, 3],
  ])('%s of %j is %d', (expression, fields, expected) => {
    expect(evaluate(expression, fields)).toBe(expected)
  })

  test('counts each element with [*]', () => {
    expect(evaluate('len(list[*])', { list: ['waf', 'botm', 'cdn'] })).toEqual([3, 4, 3])
  })

  test('takes no map and no number', () => {
    expect(problemOf('len(map) > 0')[0]).toBe('invalid_argument_type')
    expect(problemOf('len(n) > 0')).toEqual([
      'invalid_argument_type',
      'invalid type of argument #0: expected value of type Bytes or Array<_>, but got Int',
      'n',
    ])
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
    expect(evaluate('starts_with(s, t)', { s, t })).toBe(expected)
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
    expect(evaluate('ends_with(s, t)', { s, t })).toBe(expected)
  })

  test.each(['starts_with', 'ends_with'])('%s takes no literal source', (name) => {
    expect(problemOf(`${name}("a", "a")`)).toEqual([
      'invalid_argument_kind',
      'invalid kind of argument #0: expected argument of kind Field, but got Literal',
      '"a"',
    ])
  })
})

describe('substring', () => {
  test.each([
    ['substring(s, 2, 5)', 'dfg'],
    ['substring(s, 2)', 'dfghjk'],
    ['substring(s, -2)', 'jk'],
    ['substring(s, 0, -2)', 'asdfgh'],
    ['substring(s, -3, -1)', 'hj'],
    ['substring(s, 0)', 'asdfghjk'],
    ['substring(s, 0, 0)', ''],
    ['substring(s, 5, 2)', ''],
    ['substring(s, 8)', ''],
    ['substring(s, 9)', ''],
    ['substring(s, 0, 100)', 'asdfghjk'],
    ['substring(s, -100, 2)', 'as'],
    ['substring(s, -9223372036854775808, 9223372036854775807)', 'asdfghjk'],
  ])('%s of "asdfghjk" is %j', (expression, expected) => {
    expect(evaluate(expression, { s: 'asdfghjk' })).toBe(expected)
  })

  test('counts bytes, and may cut a character', () => {
    expect(evaluate('substring(s, 1, 2)', { s: toBytes('é') })).toBe('\xa9')
  })

  test('takes indexes from fields', () => {
    expect(evaluate('substring(s, n, len(t))', { s: 'asdf', n: 1, t: 'xyz' })).toBe('sd')
    expect(evaluate('substring(s, n)', { s: 'asdf' })).toBeUndefined()
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
    expect(evaluate(`remove_bytes(s, ${bytes})`, { s })).toBe(expected)
  })

  test('takes its bytes as a literal only', () => {
    expect(problemOf('remove_bytes(s, t)')).toEqual([
      'invalid_argument_kind',
      'invalid kind of argument #1: expected argument of kind Literal, but got Field',
      't',
    ])
  })
})

describe('to_string', () => {
  test.each([
    ['to_string(n)', { n: 5 }, '5'],
    ['to_string(n)', { n: -234 }, '-234'],
    ['to_string(n)', { n: 9223372036854775807n }, '9223372036854775807'],
    ['to_string(b)', { b: true }, 'true'],
    ['to_string(b)', { b: false }, 'false'],
    ['to_string(addr)', { addr: parseIp('192.0.2.1')! }, '192.0.2.1'],
    ['to_string(addr)', { addr: parseIp('2001:DB8:0:0::1')! }, '2001:db8::1'],
    ['to_string(len(s))', { s: 'abc' }, '3'],
  ])('%s of %s is %j', (expression, fields, expected) => {
    expect(evaluate(expression, fields)).toBe(expected)
  })

  test.each(['to_string(5)', 'to_string(192.0.2.1)'])('%s is a literal', (expression) => {
    expect(problemOf(expression)[0]).toBe('invalid_argument_kind')
  })
})

test.each([
  'lower(s)',
  'upper(s)',
  'len(s)',
  'len(list)',
  'starts_with(s, "")',
  'ends_with(s, "")',
  'starts_with(t, s)',
  'substring(s, 0)',
  'remove_bytes(s, "a")',
  'to_string(n)',
])('%s of a missing value is missing', (expression) => {
  expect(evaluate(expression, { t: '' })).toBeUndefined()
})
