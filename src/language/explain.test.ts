import { describe, expect, test } from 'vitest'
import { contextOf, type Given, read } from './given.fixture.ts'
import { valueToJson } from './to-json.ts'

/** `field = value because part`, one a line. */
const why = (expression: string, given: Given) =>
  read(expression)
    .explain(contextOf(given))
    .map(
      ({ field, value, expression: part }) =>
        `${field} = ${JSON.stringify(valueToJson(value))}: ${part}`
    )

describe('what made an expression true', () => {
  test.each<[string, Given, string[]]>([
    ['text eq "a"', { text: 'a' }, ['text = "a": text eq "a"']],
    ['flag', { flag: true }, ['flag = true: flag']],
    ['not flag', { flag: false }, ['flag = false: not flag']],
    ['not flag', {}, ['flag = null: not flag']],
    ['not not flag', { flag: true }, ['flag = true: flag']],
    ['true', {}, []],
    ['not false', {}, []],
    ['true or flag', { flag: true }, []],
    ['not text eq "a"', { text: 'b' }, ['text = "b": not text eq "a"']],
    [
      'not headers["x"][0] eq "a"',
      { headers: {} },
      ['headers["x"][0] = null: not headers["x"][0] eq "a"'],
    ],
    // For `and`, all parts; for `or`, the first true part.
    [
      'text eq "a" and number gt 1',
      { text: 'a', number: 2 },
      ['text = "a": text eq "a"', 'number = 2: number gt 1'],
    ],
    ['text eq "b" or number gt 1', { text: 'a', number: 2 }, ['number = 2: number gt 1']],
    ['text eq "a" or number gt 1', { text: 'a', number: 2 }, ['text = "a": text eq "a"']],
    [
      'flag and (text eq "b" or number gt 1) and not ssl',
      { flag: true, text: 'a', number: 2, ssl: false },
      ['flag = true: flag', 'number = 2: number gt 1', 'ssl = false: not ssl'],
    ],
    // Under not it is the other way about.
    [
      'not (flag or ssl)',
      { flag: false, ssl: false },
      ['flag = false: not flag', 'ssl = false: not ssl'],
    ],
    ['not (flag and ssl)', { flag: true, ssl: false }, ['ssl = false: not ssl']],
    ['not (flag and not ssl)', { flag: true, ssl: true }, ['ssl = true: ssl']],
    // For `xor`, every part, with its own truth value.
    ['flag xor ssl', { flag: false, ssl: true }, ['flag = false: not flag', 'ssl = true: ssl']],
    ['not (flag xor ssl)', { flag: true, ssl: true }, ['flag = true: flag', 'ssl = true: ssl']],
    // Aliases are resolved, the text of the part stays.
    ['old.text eq "a"', { text: 'a' }, ['text = "a": old.text eq "a"']],
    ['text == "a"', { text: 'a' }, ['text = "a": text == "a"']],
    ['text in {"a" "b"}', { text: 'b' }, ['text = "b": text in {"a" "b"}']],
    ['lower(text) eq "a"', { text: 'A' }, ['text = "A": lower(text) eq "a"']],
    ['starts_with(text, "a")', { text: 'ab' }, ['text = "ab": starts_with(text, "a")']],
    [
      'concat(text, other) eq "ab"',
      { text: 'a', other: 'b' },
      ['text = "a": concat(text, other) eq "ab"', 'other = "b": concat(text, other) eq "ab"'],
    ],
    [
      'text eq other',
      { text: 'a', other: 'a' },
      ['text = "a": text eq other', 'other = "a": text eq other'],
    ],
    ['names["k"] eq "v"', { names: { k: 'v' } }, ['names["k"] = "v": names["k"] eq "v"']],
    ['address in {::/0}', { address: '::1' }, ['address = "::1": address in {::/0}']],
    [
      'text contains "a" or text contains "b" or text contains "c" or text contains "d"',
      { text: 'xc' },
      ['text = "xc": text contains "c"'],
    ],
  ])('%s, given %j', (expression, given, expected) => {
    expect(why(expression, given)).toEqual(expected)
  })

  test.each<[string, Given, string[]]>([
    ['any(items[*] eq "b")', { items: ['a', 'b', 'b'] }, ['items[1] = "b": items[*] eq "b"']],
    ['any(names[*] eq "2")', { names: { z: '2', a: '1' } }, ['names["z"] = "2": names[*] eq "2"']],
    [
      'any(headers[*][*] contains "x")',
      { headers: { b: ['y', 'x'], a: ['z'] } },
      ['headers["b"][1] = "x": headers[*][*] contains "x"'],
    ],
    [
      'any(headers["a"][*] eq "x")',
      { headers: { a: ['y', 'x'] } },
      ['headers["a"][1] = "x": headers["a"][*] eq "x"'],
    ],
    ['any(grid[*][0] eq "c")', { grid: [[], ['c']] }, ['grid[1][0] = "c": grid[*][0] eq "c"']],
    ['any(flags)', { flags: [false, true] }, ['flags[1] = true: flags']],
    ['any(not flags)', { flags: [true, false] }, ['flags[1] = false: not flags']],
    [
      'any(lower(items[*])[*] eq "b")',
      { items: ['A', 'B'] },
      ['items[1] = "B": lower(items[*])[*] eq "b"'],
    ],
    [
      'any(starts_with(items[*], "b"))',
      { items: ['a', 'bc'] },
      ['items[1] = "bc": starts_with(items[*], "b")'],
    ],
    [
      'any((items[*] eq "a") and (more[*] eq "b"))',
      { items: ['x', 'a'], more: ['b', 'b'] },
      ['items[1] = "a": items[*] eq "a"', 'more[1] = "b": more[*] eq "b"'],
    ],
    [
      'any((items[*] eq "a") or (more[*] eq "b"))',
      { items: ['x', 'x'], more: ['x', 'b'] },
      ['more[1] = "b": more[*] eq "b"'],
    ],
    [
      'any((items[*] eq "a") xor (more[*] eq "b"))',
      { items: ['a'], more: ['x'] },
      ['items[0] = "a": items[*] eq "a"', 'more[0] = "x": not more[*] eq "b"'],
    ],
    ['all(items[*] eq "a")', { items: ['a', 'a'] }, ['items = ["a","a"]: all(items[*] eq "a")']],
    ['all(items[*] eq "a")', {}, ['items = null: all(items[*] eq "a")']],
    ['not all(items[*] eq "a")', { items: ['a', 'b'] }, ['items[1] = "b": not items[*] eq "a"']],
    ['not any(items[*] eq "a")', { items: ['b'] }, ['items = ["b"]: not any(items[*] eq "a")']],
    // Elements without a result are not counted.
    [
      'any(lookup_json_string(items[*], "k")[*] eq "v")',
      { items: ['{}', '{"k":"v"}'] },
      ['items = ["{}","{\\"k\\":\\"v\\"}"]: lookup_json_string(items[*], "k")[*] eq "v"'],
    ],
    [
      'any(items[*] eq text)',
      { items: ['a', 'b'], text: 'b' },
      ['items[1] = "b": items[*] eq text', 'text = "b": items[*] eq text'],
    ],
  ])('of elements, the one: %s, given %j', (expression, given, expected) => {
    expect(why(expression, given)).toEqual(expected)
  })

  test('parts say where in the source they are', () => {
    const source = ' flag\n  and (text eq "é" or not ssl) '
    const parts = read(source).explain(contextOf({ flag: true, text: 'x', ssl: false }))
    for (const { expression, start, length } of parts) {
      expect(source.slice(start, start + length)).toBe(expression.replace(/^not /, ''))
    }
    expect(parts.map(({ start, length }) => [start, length])).toEqual([
      [1, 4],
      [source.indexOf('ssl'), 3],
    ])
  })

  test('a value that is not Bool has no reasons', () => {
    expect(read('lower(text)', { expect: 'any' }).explain(contextOf({ text: 'A' }))).toEqual([])
  })
})

describe('a trace', () => {
  const traced = (expression: string, given: Given) =>
    read(expression, { expect: 'any' })
      .trace(contextOf(given))
      .map(({ expression: part, result }) => [part, valueToJson(result)])

  test.each<[string, Given, [string, unknown][]]>([
    ['text eq "a"', { text: 'b' }, [['text eq "a"', false]]],
    [
      'flag and not ssl',
      { flag: true, ssl: false },
      [
        ['flag and not ssl', true],
        ['flag', true],
        ['not ssl', true],
        ['ssl', false],
      ],
    ],
    [
      'len(lower(text)) gt 1',
      { text: 'AB' },
      [
        ['len(lower(text)) gt 1', true],
        ['len(lower(text))', 2],
        ['lower(text)', 'ab'],
      ],
    ],
    [
      'any(items[*] eq "a")',
      { items: ['a', 'b'] },
      [
        ['any(items[*] eq "a")', true],
        ['items[*] eq "a"', [true, false]],
      ],
    ],
    [
      'number lt len(text)',
      { number: 1 },
      [
        ['number lt len(text)', false],
        ['len(text)', null],
      ],
    ],
    [
      'all((items[*] eq "a") or not flags)',
      { items: ['a', 'b'], flags: [true, false] },
      [
        ['all((items[*] eq "a") or not flags)', true],
        ['items[*] eq "a") or not flags', [true, true]],
        ['items[*] eq "a"', [true, false]],
        ['not flags', [false, true]],
        ['flags', [true, false]],
      ],
    ],
    ['lower(text)', { text: 'A' }, [['lower(text)', 'a']]],
    [
      'true or flag',
      {},
      [
        ['true or flag', true],
        ['true', true],
        ['flag', false],
      ],
    ],
  ])('%s, given %j', (expression, given, expected) => {
    expect(traced(expression, given)).toEqual(expected)
  })

  test('each part says which fields it read', () => {
    const parts = read('lower(text) eq other or items[0] eq "a" or any(more[*] eq "b")').trace(
      contextOf({ text: 'A', items: ['a'], more: ['c'] })
    )
    expect(parts.map(({ fields }) => fields)).toEqual([
      [
        { field: 'text', value: 'A' },
        { field: 'other', value: undefined },
        { field: 'items[0]', value: 'a' },
        { field: 'more', value: ['c'] },
      ],
      [
        { field: 'text', value: 'A' },
        { field: 'other', value: undefined },
      ],
      [{ field: 'text', value: 'A' }],
      [{ field: 'items[0]', value: 'a' }],
      [{ field: 'more', value: ['c'] }],
      [{ field: 'more', value: ['c'] }],
    ])
  })
})
