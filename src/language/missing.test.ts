import { describe, expect, test } from 'vitest'
import { contextOf, diagnose, type Given, problems, read, verdict } from './given.fixture.ts'

const ENGINE = { missing: 'engine' } as const

describe('a comparison with a missing value is false', () => {
  test.each([
    'text eq "a"',
    'text lt "a"',
    'text le "a"',
    'text gt ""',
    'text ge ""',
    'text contains ""',
    'text matches ""',
    'text wildcard "*"',
    'text strict wildcard "*"',
    'text in {"" "a"}',
    'number eq 0',
    'number ge -1',
    'number & 1',
    'number in {0..9}',
    'address eq ::',
    'address in {::/0 0.0.0.0/0}',
    'items[0] eq ""',
    'headers["x"][0] eq ""',
    'names["x"] contains ""',
    'lower(text) eq ""',
    'flag',
    'flags[0]',
    'starts_with(text, "")',
    'text eq other',
    'number le limit',
    'lower(text) eq lower(other)',
  ])('%s, in either mode', (expression) => {
    expect(verdict(expression, {})).toBe(false)
    expect(verdict(expression, {}, ENGINE)).toBe(false)
    expect(verdict(`not ${expression}`, {})).toBe(true)
    expect(verdict(`not ${expression}`, {}, ENGINE)).toBe(true)
  })
})

describe('!= of a missing value: false by the documentation, true by the engine', () => {
  test.each<[string, Given]>([
    ['text ne "a"', {}],
    ['number ne 1', {}],
    ['address ne ::', {}],
    ['items[3] ne "a"', { items: ['a'] }],
    ['headers["x"][0] ne "a"', { headers: {} }],
    ['names["x"] ne "a"', { names: { y: 'a' } }],
    ['lower(text) ne "a"', {}],
    ['len(names["x"]) ne 1', { names: {} }],
  ])('%s, given %j', (expression, given) => {
    expect(verdict(expression, given)).toBe(false)
    expect(verdict(expression, given, { missing: 'docs' })).toBe(false)
    expect(verdict(expression, given, ENGINE)).toBe(true)
    expect(verdict(`not ${expression}`, given)).toBe(true)
    expect(verdict(`not ${expression}`, given, ENGINE)).toBe(false)
  })

  test.each([{}, ENGINE])('a value that is there is compared in either mode %j', (mode) => {
    expect(verdict('text ne "a"', { text: 'a' }, mode)).toBe(false)
    expect(verdict('text ne "a"', { text: 'b' }, mode)).toBe(true)
    expect(verdict('text ne ""', { text: '' }, mode)).toBe(false)
  })

  test.each([{}, ENGINE])('what is missing inside [*] is no element in either mode %j', (mode) => {
    expect(verdict('any(items[*] ne "a")', {}, mode)).toBe(false)
    expect(verdict('all(items[*] ne "a")', {}, mode)).toBe(true)
    expect(verdict('any(headers[*][1] ne "a")', { headers: { x: ['a'] } }, mode)).toBe(false)
  })
})

describe('the length of a missing value: missing by the documentation, 0 in the open engine', () => {
  test.each<[string, boolean]>([
    ['len(names["w"]) eq 0', true],
    ['len(names["w"]) ge 0', true],
    ['len(names["w"]) le 9', true],
    ['len(names["w"]) in {0}', true],
    ['len(names["w"]) eq len(text)', true],
    ['len(lower(names["w"])) eq 0', true],
    ['len(headers["w"]) eq 0', true],
    ['len(headers["w"][0]) eq 0', true],
    ['len(items[7]) eq 0', true],
    ['len(items) eq 0', true],
    ['len(names["w"]) eq 1', false],
    ['len(names["w"]) ne 0', false],
    ['len(names["w"]) gt 0', false],
    ['len(names["w"]) lt 0', false],
    ['len(names["w"]) & 1', false],
    ['lower(names["w"]) eq ""', false],
    ['any(len(items[*])[*] eq 0)', false],
  ])('%s: false by the documentation, %s by the engine', (expression, expected) => {
    const given = { names: { k: 'a' }, headers: {} }
    expect(verdict(expression, given)).toBe(false)
    expect(verdict(expression, given, ENGINE)).toBe(expected)
    expect(verdict(`not ${expression}`, given, ENGINE)).toBe(!expected)
  })

  test('what is there has its own length in either mode', () => {
    expect(verdict('len(names["k"]) eq 1', { names: { k: 'a' } }, ENGINE)).toBe(true)
    expect(verdict('len(names["k"]) eq 0', { names: { k: 'a' } }, ENGINE)).toBe(false)
    expect(verdict('len(names["k"]) eq 0', { names: { k: '' } })).toBe(true)
  })

  test('as a value', () => {
    const length = (missing: 'docs' | 'engine') =>
      read('len(names["w"])', { expect: 'any', missing }).evaluate(contextOf({}))
    expect(length('engine')).toBe(0)
    expect(length('docs')).toBeUndefined()
  })
})

describe('a key that is there', () => {
  const present = 'len(headers["x"][0]) >= 0'

  test.each<[Given, boolean]>([
    [{ headers: { x: [''] } }, true],
    [{ headers: { x: ['a'] } }, true],
    [{ headers: { y: ['a'] } }, false],
    [{ headers: { x: [] } }, false],
    [{}, false],
  ])('is told by its length: %j %s', (given, expected) => {
    expect(verdict(present, given)).toBe(expected)
    expect(verdict(`not ${present}`, given)).toBe(!expected)
  })
})

describe('functions and missing arguments', () => {
  test.each([
    ['concat(text, "a", other) eq "a"', true],
    ['coalesce(text, other, "d") eq "d"', true],
    ['coalesce(text, other) eq "d"', false],
    ['join(items, ",") eq ""', false],
    ['lower(names["x"]) eq ""', false],
    ['any(split(text, ",", 3)[*] eq "")', false],
    ['all(split(text, ",", 3)[*] eq "")', true],
  ])('%s: %s', (expression, expected) => {
    expect(verdict(expression)).toBe(expected)
  })

  test('a missing value is undefined, not empty', () => {
    const expression = read('names["x"]', { expect: 'any' })
    expect(expression.evaluate(contextOf({}))).toBeUndefined()
    expect(expression.evaluate(contextOf({ names: { x: '' } }))).toBe('')
    expect(read('flag').evaluate(contextOf({}))).toBeUndefined()
    expect(read('flag').matches(contextOf({}))).toBe(false)
  })
})

describe('a field or a call on the right', () => {
  test.each<[string, Given, boolean]>([
    ['text eq other', { text: 'a', other: 'a' }, true],
    ['text eq other', { text: 'a', other: 'b' }, false],
    ['text ne other', { text: 'a', other: 'b' }, true],
    ['text ne other', { text: 'a', other: 'a' }, false],
    ['text lt other', { text: 'a', other: 'b' }, true],
    ['text gt other', { text: 'a', other: 'b' }, false],
    ['text == old.text', { text: 'a' }, true],
    ['number ge limit', { number: 2, limit: 2 }, true],
    ['number < limit', { number: 2, limit: 2 }, false],
    ['number eq limit', { number: '9007199254740993', limit: '9007199254740993' }, true],
    ['number lt limit', { number: 5, limit: '9007199254740993' }, true],
    ['address eq peer.address', { address: '::1', 'peer.address': '::1' }, true],
    ['address ne peer.address', { address: '::1', 'peer.address': '10.0.0.1' }, true],
    ['address lt peer.address', { address: '10.0.0.1', 'peer.address': '10.0.0.2' }, true],
    ['lower(text) eq text', { text: 'a' }, true],
    ['lower(text) eq text', { text: 'A' }, false],
    ['text eq lower(text)', { text: 'A' }, false],
    ['len(text) gt len(other)', { text: 'abc', other: 'ab' }, true],
    ['len(text) gt len(other)', { text: 'ab', other: 'abc' }, false],
    ['text eq names["k"]', { text: 'v', names: { k: 'v' } }, true],
    ['text eq items[1]', { text: 'v', items: ['u', 'v'] }, true],
    [
      'text eq concat(other, "-", names["k"])',
      { text: 'a-b', other: 'a', names: { k: 'b' } },
      true,
    ],
    ['any(items[*] eq text)', { items: ['a', 'b'], text: 'b' }, true],
    ['any(items[*] eq text)', { items: ['a', 'b'], text: 'c' }, false],
    ['all(numbers[*] le limit)', { numbers: [1, 2], limit: 2 }, true],
    ['all(numbers[*] le limit)', { numbers: [1, 3], limit: 2 }, false],
    ['text eq other and flag', { text: 'a', other: 'a', flag: true }, true],
    ['not text eq other', { text: 'a', other: 'a' }, false],
    ['(text eq other)', { text: 'a', other: 'a' }, true],
  ])('%s, given %j: %s', (expression, given, expected) => {
    expect(verdict(expression, given)).toBe(expected)
    expect(verdict(expression, given, ENGINE)).toBe(expected)
    expect(verdict(String(read(expression)), given)).toBe(expected)
  })

  test.each(['eq', 'ne', 'lt', 'le', 'gt', 'ge'])('%s with a missing side is false', (operator) => {
    for (const given of [{}, { text: 'a' }, { other: 'a' }]) {
      expect(verdict(`text ${operator} other`, given)).toBe(false)
      expect(verdict(`text ${operator} other`, given, ENGINE)).toBe(false)
      expect(verdict(`any(items[*] ${operator} other)`, { items: ['a'] })).toBe(false)
    }
  })

  test('the fields of both sides are counted', () => {
    expect(read('number lt len(text) or flag').fields).toEqual(['number', 'text', 'flag'])
  })

  test.each([
    ['text eq number', 'type_mismatch at number'],
    ['number eq len(items[*])', 'type_mismatch at len(items[*])'],
    ['text eq lower(items[*])[*]', 'invalid_map_each_access at lower(items[*])[*]'],
    ['address eq text', 'type_mismatch at text'],
    ['text eq items', 'type_mismatch at items'],
    ['text eq flag', 'type_mismatch at flag'],
    ['text eq othr', 'invalid_number at ot'],
    ['text wildcard other', 'expected_name at other'],
    ['text matches other', 'expected_name at other'],
    ['number & limit', 'expected_name at limit'],
    ['text in {other}', 'invalid_number at ot'],
  ])('%s is refused: %s', (expression, problem) => {
    expect(problems(expression)).toEqual([problem])
  })

  test.each([
    ['text contains other', 'only equality and ordering operators take a field on the right'],
    ['number & limit', 'only equality and ordering operators take a field on the right'],
    ['text matches other', 'only equality and ordering operators take a field on the right'],
    ['text wildcard other', 'only equality and ordering operators take a field on the right'],
    [
      'text eq othr',
      'strings take double quotes: write `text eq "othr"`; or did you mean `other`?',
    ],
  ])('%s gets the help: %s', (expression, help) => {
    expect(diagnose(expression)[0]?.help).toBe(help)
  })
})
