import { describe, expect, test } from 'vitest'
import { parseIp } from '../../lists/ip.ts'
import { evaluate, problemOf } from './call.fixture.ts'

const ip = (text: string) => parseIp(text)!

describe('concat', () => {
  test.each([
    ['concat("String1", " ", "String", "2")', {}, 'String1 String2'],
    ['concat(s, t)', { s: 'a', t: 'b' }, 'ab'],
    ['concat("/", s, t)', { t: '/my-path' }, '//my-path'],
    ['concat(s, "a", t)', {}, 'a'],
    ['concat(s, t)', {}, ''],
    ['concat(s, "")', { s: '' }, ''],
    ['concat(list, more)', { list: ['a', 'b'], more: ['c'] }, ['a', 'b', 'c']],
    ['concat(list, more)', { more: ['c'] }, ['c']],
    ['concat(list, more)', {}, []],
    ['concat(list, list)', { list: [] }, []],
    ['concat(ints, ints)', { ints: [1] }, [1, 1]],
    ['concat(list[*], "!")', { list: ['a', 'b'] }, ['a!', 'b!']],
    ['len(concat(list, more))', { list: ['a'], more: ['b', 'c'] }, 3],
  ])('%s of %j is %j', (expression, fields, expected) => {
    expect(evaluate(expression, fields)).toEqual(expected)
  })

  test('takes 32 arguments and no more', () => {
    const call = (count: number) => `concat(${Array(count).fill('s').join(',')})`
    expect(evaluate(call(32), { s: 'x' })).toBe('x'.repeat(32))
    expect(problemOf(call(33))).toEqual([
      'invalid_argument_count',
      'invalid number of arguments: expected 2 to 32, but got 33',
      's',
    ])
    expect(problemOf('concat(s)')[0]).toBe('invalid_argument_count')
  })

  test.each([
    ['concat(s, list)', 'Bytes', 'Array<Bytes>', 'list'],
    ['concat(list, s)', 'Array<Bytes>', 'Bytes', 's'],
    ['concat(list, more, ints)', 'Array<Bytes>', 'Array<Int>', 'ints'],
  ])('%s mixes types', (expression, wanted, got, at) => {
    expect(problemOf(expression)).toEqual([
      'invalid_argument',
      `expected value of type ${wanted}, but got ${got}`,
      at,
    ])
  })

  test.each(['concat(s, 2)', 'concat(s, b)', 'concat(s, addr)'])('%s is refused', (expression) => {
    expect(problemOf(expression)[0]).toBe('invalid_argument_type')
  })
})

describe('coalesce', () => {
  test.each([
    ['coalesce(s, "/")', { s: 'a' }, 'a'],
    ['coalesce(s, "/")', { s: '' }, ''],
    ['coalesce(s, "/")', {}, '/'],
    ['coalesce(s, t, "c")', { t: 'b' }, 'b'],
    ['coalesce(s, t)', {}, undefined],
    ['coalesce(len(list), 0)', {}, 0],
    ['coalesce(n, 0)', { n: 0 }, 0],
    ['coalesce(addr, 192.0.2.1)', {}, ip('192.0.2.1')],
    ['coalesce(list, more)', { more: ['x'] }, ['x']],
    ['coalesce(multi["a"][0], "none")', { multi: new Map() }, 'none'],
  ])('%s of %j is %j', (expression, fields, expected) => {
    expect(evaluate(expression, fields)).toEqual(expected)
  })

  test('a false that is there is not missing', () => {
    expect(evaluate('coalesce(b, ssl_or(s))'.replace('ssl_or(s)', 'b'), { b: false })).toBe(false)
  })

  test.each([
    ['coalesce(s, 0)', 'expected value of type Bytes, but got Int', '0'],
    ['coalesce(n, n, s)', 'expected value of type Int, but got Bytes', 's'],
  ])('%s mixes types', (expression, message, at) => {
    expect(problemOf(expression)).toEqual(['invalid_argument', message, at])
  })

  test('one argument is no fallback', () => {
    expect(problemOf('coalesce(s)')[0]).toBe('invalid_argument_count')
  })
})

describe('join', () => {
  test.each([
    [['a', 'b', 'c'], ',', 'a,b,c'],
    [['a'], ',', 'a'],
    [[], ',', ''],
    [['', ''], ',', ','],
    [['a', 'b'], '', 'ab'],
  ])('%j with %j is %j', (list, t, expected) => {
    expect(evaluate('join(list, t)', { list, t })).toBe(expected)
  })

  test.each([{ t: ',' }, { list: ['a', 'b'] }])('is missing with only %j', (fields) => {
    expect(evaluate('join(list, t)', fields)).toBeUndefined()
  })

  test('takes no array of numbers', () => {
    expect(problemOf('join(ints, ",")')[0]).toBe('invalid_argument_type')
  })
})

describe('split', () => {
  test.each([
    ['split(s, ",", 64)', 'groceries,electronics,diy,auto', ['groceries', 'electronics', 'diy', 'auto']],
    ['split(s, ",", 3)', 'groceries,electronics,diy,auto', ['groceries', 'electronics', 'diy,auto']],
    ['split(s, ",", 64)', 'groceries,,electronics', ['groceries', '', 'electronics']],
    ['split(s, ",", 1)', 'a,b', ['a,b']],
    ['split(s, ",")', 'a,b', ['a', 'b']],
    ['split(s, ",")', ',a,', ['', 'a', '']],
    ['split(s, ",")', '', ['']],
    ['split(s, ", ")', 'a, b,c', ['a', 'b,c']],
    ['split(s, "aa")', 'aaa', ['', 'a']],
    [String.raw`split(s, "\x00", 5)`, 'a\0b', ['a', 'b']],
  ])('%s of %j is %j', (expression, s, expected) => {
    expect(evaluate(expression, { s })).toEqual(expected)
  })

  test('gives at most 128 elements without a limit', () => {
    const s = Array.from({ length: 200 }, (_, i) => i).join()
    const parts = evaluate('split(s, ",")', { s }) as string[]
    expect(parts).toHaveLength(128)
    expect(parts.at(-1)).toBe(s.slice(s.indexOf('127,')))
  })

  test('undoes join', () => {
    const list = ['a', '', 'b c', 'd']
    expect(evaluate('split(join(list, ";"), ";", 128)', { list })).toEqual(list)
  })

  test('of a missing value is missing', () => {
    expect(evaluate('split(s, ",", 2)')).toBeUndefined()
  })

  test.each([
    ['split(s, "")', 'invalid_argument', 'the separator is empty', '""'],
    ['split(s, ",", 0)', 'invalid_argument', 'limit 0 is not between 1 and 128', '0'],
    ['split(s, ",", 129)', 'invalid_argument', 'limit 129 is not between 1 and 128', '129'],
    ['split(s, ",", -1)', 'invalid_argument', 'limit -1 is not between 1 and 128', '-1'],
    [
      'split(s, t)',
      'invalid_argument_kind',
      'invalid kind of argument #1: expected argument of kind Literal, but got Field',
      't',
    ],
    [
      'split(s, ",", n)',
      'invalid_argument_kind',
      'invalid kind of argument #2: expected argument of kind Literal, but got Field',
      'n',
    ],
  ])('%s is refused', (expression, code, message, at) => {
    expect(problemOf(expression)).toEqual([code, message, at])
  })
})

describe('has_key', () => {
  const map = new Map([
    ['a', 'x'],
    ['', 'y'],
  ])

  test.each([
    ['has_key(map, "a")', true],
    ['has_key(map, "A")', false],
    ['has_key(map, "")', true],
    ['has_key(map, "__proto__")', false],
    ['has_key(map, "constructor")', false],
  ])('%s is %s', (expression, expected) => {
    expect(evaluate(expression, { map })).toBe(expected)
  })

  test('takes the key from a field', () => {
    expect(evaluate('has_key(multi, s)', { multi: new Map([['k', []]]), s: 'k' })).toBe(true)
    expect(evaluate('has_key(multi, s)', { multi: new Map() })).toBeUndefined()
  })

  test('takes no array', () => {
    expect(problemOf('has_key(list, "a")')).toEqual([
      'invalid_argument_type',
      'invalid type of argument #0: expected value of type Map<_>, but got Array<Bytes>',
      'list',
    ])
  })
})

describe('has_value', () => {
  const fields = {
    list: ['a', 'b'],
    ints: [1, 9223372036854775807n],
    addrs: [ip('192.0.2.1'), ip('2001:db8::1')],
    map: new Map([['k', 'v']]),
    multi: new Map([
      ['k', ['v', 'w']],
      ['l', []],
    ]),
    more: ['v', 'w'],
    addr: ip('2001:db8:0::1'),
  }

  test.each([
    ['has_value(list, "a")', true],
    ['has_value(list, "A")', false],
    ['has_value(list, "ab")', false],
    ['has_value(ints, 1)', true],
    ['has_value(ints, 9223372036854775807)', true],
    ['has_value(ints, 2)', false],
    ['has_value(addrs, 192.0.2.1)', true],
    ['has_value(addrs, addr)', true],
    ['has_value(addrs, 192.0.2.2)', false],
    ['has_value(map, "v")', true],
    ['has_value(map, "k")', false],
    ['has_value(multi, more)', true],
    ['has_value(multi, list)', false],
    ['has_value(split("a,b", ","), "b")', true],
  ])('%s is %s', (expression, expected) => {
    expect(evaluate(expression, fields)).toBe(expected)
  })

  test.each(['has_value(list, s)', 'has_value(more, "a")'])('%s is missing', (expression) => {
    expect(evaluate(expression, { list: ['a'] })).toBeUndefined()
  })

  test.each([
    ['has_value(list, 1)', 'expected value of type Bytes, but got Int', '1'],
    ['has_value(multi, "v")', 'expected value of type Array<Bytes>, but got Bytes', '"v"'],
  ])('%s mixes types', (expression, message, at) => {
    expect(problemOf(expression)).toEqual(['invalid_argument', message, at])
  })

  test('takes no string', () => {
    expect(problemOf('has_value(s, "a")')[0]).toBe('invalid_argument_type')
  })
})
