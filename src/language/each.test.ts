import { describe, expect, test } from 'vitest'
import { contextOf, type Given, problems, read, verdict } from './given.fixture.ts'
import { valueToJson } from './to-json.ts'

const reading = (expression: string, given: Given) =>
  valueToJson(read(expression, { expect: 'any' }).evaluate(contextOf(given)))

const HEADERS = { headers: { accept: ['a', 'b'], host: ['h'], none: [] } }
const GRID = { grid: [['a', 'b'], [], ['c']] }

describe('an index', () => {
  test.each<[string, Given, unknown]>([
    ['items[0]', { items: ['a', 'b'] }, 'a'],
    ['items[1]', { items: ['a', 'b'] }, 'b'],
    ['items[2]', { items: ['a', 'b'] }, null],
    ['items[0]', { items: [] }, null],
    ['items[0]', {}, null],
    ['items[4294967295]', { items: ['a'] }, null],
    ['items[ 0 ]', { items: ['a'] }, 'a'],
    ['items[007]', { items: ['a'] }, null],
    ['names["a"]', { names: { a: '1' } }, '1'],
    ['names["A"]', { names: { a: '1' } }, null],
    ['names[ "a" ]', { names: { a: '1' } }, '1'],
    ['names["é"]', { names: { é: '1' } }, '1'],
    ['names["\\xc3\\xa9"]', { names: { é: '1' } }, '1'],
    ['names["\\"\\\\"]', { names: { '"\\': '1' } }, '1'],
    ['names[""]', { names: { '': '1' } }, '1'],
    ['names["__proto__"]', { names: { a: '1' } }, null],
    ['names["constructor"]', { names: {} }, null],
    ['headers["accept"][1]', HEADERS, 'b'],
    ['headers["accept"][2]', HEADERS, null],
    ['headers["absent"][0]', HEADERS, null],
    ['headers["accept"]', HEADERS, ['a', 'b']],
    ['grid[0]', GRID, ['a', 'b']],
    ['grid[2][0]', GRID, 'c'],
    ['grid[1][0]', GRID, null],
    ['split(text, ",", 5)[1]', { text: 'x,y,z' }, 'y'],
    ['split(text, ",", 5)[3]', { text: 'x,y,z' }, null],
  ])('%s, given %j, is %j', (expression, given, expected) => {
    expect(reading(expression, given)).toEqual(expected)
  })

  test.each([
    ['items["a"] eq "x"', 'invalid_index_access at ["a"]'],
    ['names[0] eq "x"', 'invalid_index_access at [0]'],
    ['text[0] eq "x"', 'invalid_index_access at [0]'],
    ['text[*] eq "x"', 'invalid_index_access at [*]'],
    ['items[0][0] eq "x"', 'invalid_index_access at [0]'],
    ['items[0][*] eq "x"', 'invalid_index_access at [*]'],
    ['headers["a"]["b"] eq "x"', 'invalid_index_access at ["b"]'],
    ['lower(text)[0] eq "x"', 'invalid_index_access at [0]'],
    ['items[-1] eq "x"', 'expected_literal at -1] eq "x"'],
    ['items[4294967296] eq "x"', 'expected_literal at 4294967296'],
    ['items[] eq "x"', 'expected_literal at ] eq "x"'],
    ['items[0 eq "x"', 'expected_literal at eq "x"'],
    ['names[r"a"] eq "x"', 'expected_literal at r"a"] eq "x"'],
    ['names["\\xff"] eq "x"', 'expected_literal at "\\xff"'],
    ['names[\'a\'] eq "x"', 'expected_literal at \'a\'] eq "x"'],
  ])('%s is refused: %s', (expression, problem) => {
    expect(problems(expression)).toEqual([problem])
  })

  test('a key is shown as it was written', () => {
    expect(() => read('items["é"] eq "x"')).toThrow(
      'cannot access index ["é"] for type Array<Bytes>'
    )
  })
})

describe('[*]', () => {
  test.each<[string, Given, unknown]>([
    ['items[*] eq "a"', { items: ['a', 'b', 'a'] }, [true, false, true]],
    ['items[*] ne "a"', { items: ['a', 'b'] }, [false, true]],
    ['items[*] in {"a" "c"}', { items: ['a', 'b'] }, [true, false]],
    ['items[*] contains "b"', { items: ['abc', 'x'] }, [true, false]],
    ['numbers[*] gt 1', { numbers: [1, 2] }, [false, true]],
    ['numbers[*] & 1', { numbers: [1, 2, 3] }, [true, false, true]],
    ['addresses[*] in {10.0.0.0/8}', { addresses: ['10.1.1.1', '::'] }, [true, false]],
    ['items[*] eq "a"', { items: [] }, []],
    ['items[*] eq "a"', {}, []],
    ['flags[*]', { flags: [true, false] }, [true, false]],
    // Maps give their values in the order of the keys.
    ['names[*] eq "1"', { names: { b: '2', a: '1' } }, [true, false]],
    ['sizes[*] lt 5', { sizes: { z: 9, y: 1 } }, [true, false]],
    ['lower(names[*])', { names: { b: 'B', a: 'A' } }, ['a', 'b']],
    // More than one flattens.
    ['grid[*][*] eq "a"', GRID, [true, false, false]],
    ['lower(grid[*][*])', GRID, ['a', 'b', 'c']],
    ['headers[*][*] eq "h"', HEADERS, [false, false, true]],
    // Missing intermediate values are skipped.
    ['lower(grid[*][0])', GRID, ['a', 'c']],
    ['lower(headers[*][1])', HEADERS, ['b']],
    ['headers["absent"][*] eq "a"', HEADERS, []],
    ['headers["accept"][*] eq "a"', HEADERS, [true, false]],
    // A call runs once an element.
    ['lower(items[*])', { items: ['A', 'B'] }, ['a', 'b']],
    ['len(items[*])', { items: ['', 'ab'] }, [0, 2]],
    ['lower(upper(items[*])[*])', { items: ['aB'] }, ['ab']],
    ['lower(items[*])[0]', { items: ['A', 'B'] }, 'a'],
    ['lower(items[*])[2]', { items: ['A', 'B'] }, null],
    ['concat(items[*], "-", text)', { items: ['a', 'b'], text: 'z' }, ['a-z', 'b-z']],
    ['substring(items[*], 1)', { items: ['abc', 'x'] }, ['bc', '']],
    ['starts_with(items[*], "a")', { items: ['ab', 'ba'] }, [true, false]],
    ['lookup_json_string(items[*], "k")', { items: ['{}', '{"k":"v"}'] }, ['v']],
  ])('%s, given %j, is %j', (expression, given, expected) => {
    expect(reading(expression, given)).toEqual(expected)
  })

  test.each([
    ['items[*] eq "a"', 'type_mismatch at items[*] eq "a"'],
    ['not items[*] eq "a"', 'type_mismatch at not items[*] eq "a"'],
    ['concat(text, items[*]) eq "a"', 'invalid_map_each_access at items[*]'],
    ['text eq items[*]', 'invalid_map_each_access at items[*]'],
    ['grid[*] eq "a"', 'unsupported_operation at eq'],
    ['lower(items[*]) eq "a"', 'unsupported_operation at eq'],
    ['items[*][0] eq "a"', 'invalid_index_access at [0]'],
    ['items[**] eq "a"', 'expected_literal at *] eq "a"'],
  ])('%s is refused: %s', (expression, problem) => {
    expect(problems(expression)).toEqual([problem])
  })

  test('a filter of many truths is told what to wrap it in', () => {
    expect(() => read('items[*] eq "a"')).toThrow(
      'help: [*] gives a list of truths: write `any(items[*] eq "a")`'
    )
  })
})

describe('any and all', () => {
  test.each<[string, Given, boolean, boolean]>([
    ['flags', { flags: [true, false] }, true, false],
    ['flags', { flags: [true, true] }, true, true],
    ['flags', { flags: [false] }, false, false],
    ['flags', { flags: [] }, false, true],
    ['flags', {}, false, false],
    ['flags[*]', { flags: [true, false] }, true, false],
    ['switches[*]', { switches: { a: true } }, true, true],
    ['switchboard["a"]', { switchboard: { a: [false, true] } }, true, false],
    ['switchboard["b"]', { switchboard: { a: [true] } }, false, false],
    ['switchboard[*][*]', { switchboard: { a: [true], b: [false] } }, true, false],
    ['items[*] eq "a"', { items: ['a', 'b'] }, true, false],
    ['items[*] eq "a"', { items: ['a', 'a'] }, true, true],
    ['items[*] eq "a"', { items: [] }, false, true],
    ['items[*] eq "a"', {}, false, true],
    ['headers["absent"][*] eq "a"', HEADERS, false, true],
    ['headers["none"][*] eq "a"', HEADERS, false, true],
    ['not items[*] eq "a"', { items: ['a', 'b'] }, true, false],
    ['not items[*] eq "a"', { items: ['b'] }, true, true],
    ['!items[*] eq "a"', { items: ['a'] }, false, false],
    ['not not items[*] eq "a"', { items: ['a'] }, true, true],
    ['(items[*] eq "a")', { items: ['a', 'b'] }, true, false],
    ['starts_with(items[*], "a")', { items: ['ab', 'b'] }, true, false],
    ['lower(items[*])[*] eq "a"', { items: ['A', 'b'] }, true, false],
    ['lower(names[*])[*] in {"a"}', { names: { x: 'A' } }, true, true],
    // Element by element, down to the shorter one.
    [
      '(items[*] eq "a") and (more[*] eq "b")',
      { items: ['a', 'x'], more: ['b', 'y'] },
      true,
      false,
    ],
    [
      '(items[*] eq "a") and (more[*] eq "b")',
      { items: ['a', 'x'], more: ['y', 'b'] },
      false,
      false,
    ],
    ['(items[*] eq "a") and more[*] eq "b"', { items: ['a', 'x'], more: ['b'] }, true, true],
    ['(items[*] eq "a") and more[*] eq "b"', { items: ['a'], more: [] }, false, true],
    ['(items[*] eq "a") or (more[*] eq "b")', { items: ['a', 'x'], more: ['y', 'b'] }, true, true],
    ['(items[*] eq "a") or (more[*] eq "b")', { items: ['a', 'x'], more: ['y', 'y'] }, true, false],
    [
      '(items[*] eq "a") xor (more[*] eq "b")',
      { items: ['a', 'x'], more: ['b', 'b'] },
      true,
      false,
    ],
    ['(items[*] eq "a") xor more[*] eq "b"', { items: ['a', 'a'], more: ['b', 'b'] }, false, false],
    ['(items[*] eq "a") and flags', { items: ['a', 'a'], flags: [true, false] }, true, false],
    ['(items[*] eq "a" or items[*] eq "b") and flags', { items: ['b'], flags: [true] }, true, true],
    ['not (items[*] eq "a" and flags)', { items: ['a'], flags: [true] }, false, false],
  ])('of %s, given %j: %s, %s', (item, given, some, every) => {
    expect(verdict(`any(${item})`, given)).toBe(some)
    expect(verdict(`all(${item})`, given)).toBe(every)
    expect(verdict(`not any(${item})`, given)).toBe(!some)
    expect(verdict(`flag and all(${item})`, { ...given, flag: true })).toBe(every)
  })

  test.each([
    ['any(flag)', 'invalid_argument_type at flag'],
    ['any(text eq "a")', 'invalid_argument_type at text eq "a"'],
    ['any((text eq "a"))', 'invalid_argument_type at text eq "a"'],
    ['any(any(flags))', 'invalid_argument_type at any(flags)'],
    ['any(switches)', 'invalid_argument_type at switches'],
    ['any(switchboard)', 'expected_operator at )'],
    ['any(switchboard[*])', 'unsupported_operation at )'],
    ['any(not switches)', 'type_mismatch at switches'],
    ['any(items)', 'expected_operator at )'],
    ['any(items[*])', 'expected_operator at )'],
    ['any("a")', 'expected_name at "a")'],
    ['any(flags, flags)', 'expected_literal at , flags)'],
    ['any(items[*] eq "a" and more[*] eq "b")', 'expected_literal at and more[*] eq "b")'],
    ['any((items[*] eq "a") and flag)', 'type_mismatch at )'],
    ['any(flags) eq 1', 'eof at  eq 1'],
    ['any(flags)[0]', 'eof at [0]'],
  ])('%s is refused: %s', (expression, problem) => {
    expect(problems(expression)).toEqual([problem])
  })

  test('parts joined without parentheses are shown how to write them', () => {
    expect(() => read('any(items[*] eq "a" and more[*] eq "b")')).toThrow(
      'help: put the parts in parentheses of their own: any((…) and (…))'
    )
  })
})
