import { describe, expect, test } from 'vitest'
import { parseIp } from '../../lists/ip.ts'
import type { Given } from './evaluate.fixture.ts'
import { evaluate, problemOf } from './evaluate.fixture.ts'

const ip = (text: string) => parseIp(text)!

describe('concat', () => {
  test.each([
    ['concat("String1", " ", "String", "2")', {}, 'String1 String2'],
    ['concat(text, other)', { text: 'a', other: 'b' }, 'ab'],
    ['concat("/", text, other)', { other: '/my-path' }, '//my-path'],
    ['concat(text, "a", other)', {}, 'a'],
    ['concat(text, other)', {}, ''],
    ['concat(text, "")', { text: '' }, ''],
    ['concat(items, more)', { items: ['a', 'b'], more: ['c'] }, ['a', 'b', 'c']],
    ['concat(items, more)', { more: ['c'] }, ['c']],
    ['concat(items, more)', {}, []],
    ['concat(items, items)', { items: [] }, []],
    ['concat(numbers, numbers)', { numbers: [1] }, [1, 1]],
    ['concat(items[*], "!")', { items: ['a', 'b'] }, ['a!', 'b!']],
    ['len(concat(items, more))', { items: ['a'], more: ['b', 'c'] }, 3],
  ])('%s of %j is %j', (expression, fields, expected) => {
    expect(evaluate(expression, fields)).toEqual(expected)
  })

  test('takes 32 arguments and no more', () => {
    const call = (count: number) => `concat(${Array(count).fill('text').join(',')})`
    expect(evaluate(call(32), { text: 'x' })).toBe('x'.repeat(32))
    expect(problemOf(call(33))).toEqual({
      code: 'invalid_argument_count',
      message: 'invalid number of arguments: expected 2 to 32, but got 33',
      at: 'text',
    })
    expect(problemOf('concat(text)').code).toBe('invalid_argument_count')
  })

  test.each([
    ['concat(text, items)', 'Bytes', 'Array<Bytes>', 'items'],
    ['concat(items, text)', 'Array<Bytes>', 'Bytes', 'text'],
    ['concat(items, more, numbers)', 'Array<Bytes>', 'Array<Int>', 'numbers'],
  ])('%s mixes types', (expression, wanted, got, at) => {
    expect(problemOf(expression)).toEqual({
      code: 'invalid_argument',
      message: `expected value of type ${wanted}, but got ${got}`,
      at: at,
    })
  })

  test.each(['concat(text, 2)', 'concat(text, flag)', 'concat(text, address)'])(
    '%s is refused',
    (expression) => {
      expect(problemOf(expression).code).toBe('invalid_argument_type')
    }
  )
})

describe('coalesce', () => {
  test.each([
    ['coalesce(text, "/")', { text: 'a' }, 'a'],
    ['coalesce(text, "/")', { text: '' }, ''],
    ['coalesce(text, "/")', {}, '/'],
    ['coalesce(text, other, "c")', { other: 'b' }, 'b'],
    ['coalesce(text, other)', {}, undefined],
    ['coalesce(len(items), 0)', {}, 0],
    ['coalesce(number, 0)', { number: 0 }, 0],
    ['coalesce(address, 192.0.2.1)', {}, ip('192.0.2.1')],
    ['coalesce(items, more)', { more: ['x'] }, ['x']],
    ['coalesce(headers["a"][0], "none")', { headers: new Map() }, 'none'],
  ])('%s of %j is %j', (expression, fields, expected) => {
    expect(evaluate(expression, fields)).toEqual(expected)
  })

  test('a false that is there is not missing', () => {
    expect(evaluate('coalesce(flag, (flag or not flag))', { flag: false })).toBe(false)
  })

  test.each([
    ['coalesce(text, 0)', 'expected value of type Bytes, but got Int', '0'],
    ['coalesce(number, number, text)', 'expected value of type Int, but got Bytes', 'text'],
  ])('%s mixes types', (expression, message, at) => {
    expect(problemOf(expression)).toEqual({ code: 'invalid_argument', message, at })
  })

  test('one argument is no fallback', () => {
    expect(problemOf('coalesce(text)').code).toBe('invalid_argument_count')
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
    expect(evaluate('join(items, other)', { items: list, other: t })).toBe(expected)
  })

  test.each<Given>([{ other: ',' }, { items: ['a', 'b'] }])('is missing with only %j', (fields) => {
    expect(evaluate('join(items, other)', fields)).toBeUndefined()
  })

  test('takes no array of numbers', () => {
    expect(problemOf('join(numbers, ",")').code).toBe('invalid_argument_type')
  })
})

describe('split', () => {
  test.each([
    [
      'split(text, ",", 64)',
      'groceries,electronics,diy,auto',
      ['groceries', 'electronics', 'diy', 'auto'],
    ],
    [
      'split(text, ",", 3)',
      'groceries,electronics,diy,auto',
      ['groceries', 'electronics', 'diy,auto'],
    ],
    ['split(text, ",", 64)', 'groceries,,electronics', ['groceries', '', 'electronics']],
    ['split(text, ",", 1)', 'a,b', ['a,b']],
    ['split(text, ",")', 'a,b', ['a', 'b']],
    ['split(text, ",")', ',a,', ['', 'a', '']],
    ['split(text, ",")', '', ['']],
    ['split(text, ", ")', 'a, b,c', ['a', 'b,c']],
    ['split(text, "aa")', 'aaa', ['', 'a']],
    [String.raw`split(text, "\x00", 5)`, 'a\0b', ['a', 'b']],
  ])('%s of %j is %j', (expression, s, expected) => {
    expect(evaluate(expression, { text: s })).toEqual(expected)
  })

  test('gives at most 128 elements without a limit', () => {
    const s = Array.from({ length: 200 }, (_, i) => i).join()
    const parts = evaluate('split(text, ",")', { text: s }) as string[]
    expect(parts).toHaveLength(128)
    expect(parts.at(-1)).toBe(s.slice(s.indexOf('127,')))
  })

  test('undoes join', () => {
    const list = ['a', '', 'b c', 'd']
    expect(evaluate('split(join(items, ";"), ";", 128)', { items: list })).toEqual(list)
  })

  test('of a missing value is missing', () => {
    expect(evaluate('split(text, ",", 2)')).toBeUndefined()
  })

  test.each([
    ['split(text, "")', 'invalid_argument', 'the separator is empty', '""'],
    ['split(text, ",", 0)', 'invalid_argument', 'limit 0 is not between 1 and 128', '0'],
    ['split(text, ",", 129)', 'invalid_argument', 'limit 129 is not between 1 and 128', '129'],
    ['split(text, ",", -1)', 'invalid_argument', 'limit -1 is not between 1 and 128', '-1'],
    [
      'split(text, other)',
      'invalid_argument_kind',
      'invalid kind of argument #1: expected argument of kind Literal, but got Field',
      'other',
    ],
    [
      'split(text, ",", number)',
      'invalid_argument_kind',
      'invalid kind of argument #2: expected argument of kind Literal, but got Field',
      'number',
    ],
  ])('%s is refused', (expression, code, message, at) => {
    expect(problemOf(expression)).toEqual({ code, message, at })
  })
})

describe('has_key', () => {
  const map = new Map([
    ['a', 'x'],
    ['', 'y'],
  ])

  test.each([
    ['has_key(names, "a")', true],
    ['has_key(names, "A")', false],
    ['has_key(names, "")', true],
    ['has_key(names, "__proto__")', false],
    ['has_key(names, "constructor")', false],
  ])('%s is %s', (expression, expected) => {
    expect(evaluate(expression, { names: map })).toBe(expected)
  })

  test('takes the key from a field', () => {
    expect(evaluate('has_key(headers, text)', { headers: new Map([['k', []]]), text: 'k' })).toBe(
      true
    )
    expect(evaluate('has_key(headers, text)', { headers: new Map() })).toBeUndefined()
  })

  test('takes no array', () => {
    expect(problemOf('has_key(items, "a")')).toEqual({
      code: 'invalid_argument_type',
      message: 'invalid type of argument #0: expected value of type Map<_>, but got Array<Bytes>',
      at: 'items',
    })
  })
})

describe('has_value', () => {
  const fields = {
    items: ['a', 'b'],
    numbers: [1, 9223372036854775807n],
    addresses: [ip('192.0.2.1'), ip('2001:db8::1')],
    names: new Map([['k', 'v']]),
    headers: new Map([
      ['k', ['v', 'w']],
      ['l', []],
    ]),
    more: ['v', 'w'],
    address: ip('2001:db8:0::1'),
  }

  test.each([
    ['has_value(items, "a")', true],
    ['has_value(items, "A")', false],
    ['has_value(items, "ab")', false],
    ['has_value(numbers, 1)', true],
    ['has_value(numbers, 9223372036854775807)', true],
    ['has_value(numbers, 2)', false],
    ['has_value(addresses, 192.0.2.1)', true],
    ['has_value(addresses, address)', true],
    ['has_value(addresses, 192.0.2.2)', false],
    ['has_value(names, "v")', true],
    ['has_value(names, "k")', false],
    ['has_value(headers, more)', true],
    ['has_value(headers, items)', false],
    ['has_value(split("a,b", ","), "b")', true],
  ])('%s is %s', (expression, expected) => {
    expect(evaluate(expression, fields)).toBe(expected)
  })

  test.each(['has_value(items, text)', 'has_value(more, "a")'])('%s is missing', (expression) => {
    expect(evaluate(expression, { items: ['a'] })).toBeUndefined()
  })

  test.each([
    ['has_value(items, 1)', 'expected value of type Bytes, but got Int', '1'],
    ['has_value(headers, "v")', 'expected value of type Array<Bytes>, but got Bytes', '"v"'],
  ])('%s mixes types', (expression, message, at) => {
    expect(problemOf(expression)).toEqual({ code: 'invalid_argument', message, at })
  })

  test('takes no string', () => {
    expect(problemOf('has_value(text, "a")').code).toBe('invalid_argument_type')
  })
})
