import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toBytes } from '../bytes.ts'
import type { Value } from '../types.ts'
import { evaluate, problemOf } from './evaluate.fixture.ts'

const string = (text: string, path: string) =>
  evaluate(`lookup_json_string(text, ${path})`, { text })
const integer = (text: string, path: string) =>
  evaluate(`lookup_json_integer(text, ${path})`, { text })

describe('lookup_json_string', () => {
  test.each<[string, string, Value | undefined]>([
    ['"a"', '{"a":"x"}', 'x'],
    ['"a", "b"', ' { "a" : { "b" : "x" } } ', 'x'],
    ['1', '["x","y"]', 'y'],
    ['"a", 1', '{"a":["x","y"]}', 'y'],
    ['1, "a"', '[{"a":"x"},{"a":"y"}]', 'y'],
    ['"a"', '{"a":""}', ''],
    ['"a\\"b"', '{"a\\"b":"x"}', 'x'],
    ['"a"', '{"\\u0061":"x"}', 'x'],
    ['"a"', '{"a":"\\n\\t\\/\\\\\\"\\u00e9"}', toBytes('\n\t/\\"é')],
    ['"a"', '{"a":"\\ud83d\\ude00"}', toBytes('😀')],
    ['"a"', '{"a":"\\ud83d\\ud83d\\ude00"}', toBytes('\ufffd😀')],
    ['"a"', `{"a":"${toBytes('é')}"}`, toBytes('é')],
    ['"__proto__"', '{"__proto__":"x"}', 'x'],
    ['"constructor"', '{}', undefined],
    ['"b"', '{"a":"x"}', undefined],
    ['"a"', '{"a":1}', undefined],
    ['"a"', '{"a":null}', undefined],
    ['"a"', '{"a":["x"]}', undefined],
    ['2', '["x","y"]', undefined],
    ['-1', '["x","y"]', undefined],
    ['"0"', '["x"]', undefined],
    ['0', '{"0":"x"}', undefined],
    ['0', '"x"', undefined],
  ])('at %s of %j is %j', (path, text, expected) => {
    expect(string(text, path)).toBe(expected)
  })

  test.each([
    ['', 'nothing'],
    ['{"a":"x"', 'an object without end'],
    ['{"a":"x"}}', 'something behind the end'],
    ['{"a":"x",}', 'a comma too many'],
    ["{'a':'x'}", 'the wrong quotes'],
    ['{"a":"x", b:1}', 'a name without quotes'],
    ['{"a":"x","b":01}', 'a leading zero'],
    ['{"a":"x","b":NaN}', 'no number'],
    ['{"a":"x","b":"\n"}', 'a bare line break'],
    ['{"a":"x","b":"\\x"}', 'an unknown escape'],
    ['{"a":"x"\u00a0}', 'an unknown space'],
  ])('of %j is missing: %s', (text) => expect(string(text, '"a"')).toBeUndefined())

  test('of members with one name the last one counts, with all that is in it', () => {
    expect(string('{"a":"x","a":"y"}', '"a"')).toBe('y')
    expect(string('{"a":{"b":"x"},"a":{}}', '"a", "b"')).toBeUndefined()
    expect(string('{"a":"x","a":1}', '"a"')).toBeUndefined()
  })

  test('keys may come from the request', () => {
    expect(evaluate('lookup_json_string(text, other)', { text: '{"k":"x"}', other: 'k' })).toBe('x')
    expect(evaluate('lookup_json_string(text, number)', { text: '["x"]', number: 0 })).toBe('x')
    expect(evaluate('lookup_json_string(text, other)', { text: '{"k":"x"}' })).toBeUndefined()
  })

  test('a document may be 128 deep and no deeper', () => {
    const nested = (depth: number) =>
      `{"a":"x","b":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
    expect(string(nested(128), '"a"')).toBe('x')
    expect(string(nested(129), '"a"')).toBeUndefined()
    expect(string('['.repeat(200_000), '0')).toBeUndefined()
    expect(string('{"a":'.repeat(200_000), '"a"')).toBeUndefined()
  })

  test('agrees with JSON.parse on what is JSON and what it holds', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, tail) => {
        const text = toBytes(`{"a":"x","b":${json}}${tail}`)
        let valid = true
        try {
          JSON.parse(`{"a":"x","b":${json}}${tail}`)
        } catch {
          valid = false
        }
        expect(string(text, '"a"')).toBe(valid ? 'x' : undefined)
      })
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(string(toBytes(JSON.stringify({ a: value })), '"a"')).toBe(toBytes(value))
      })
    )
  })
})

describe('lookup_json_integer', () => {
  test.each<[string, Value | undefined]>([
    ['356', 356],
    ['-234', -234],
    ['0', 0],
    ['-0', 0],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['9223372036854775808', undefined],
    ['-9223372036854775809', undefined],
    ['1'.repeat(60_000), undefined],
    ['42.0', undefined],
    ['1e2', undefined],
    ['"42"', undefined],
    ['true', undefined],
    ['+1', undefined],
    ['[1]', undefined],
  ])('of %.30s is %s', (number, expected) => {
    expect(integer(`{"n":${number}}`, '"n"')).toBe(expected)
  })

  test('follows names and positions', () => {
    expect(integer('[{"id":[1,2]},{"id":[3,4]}]', '1, "id", 0')).toBe(3)
  })

  test.each([
    ['lookup_json_integer(text)', 'invalid_argument_count', 'lookup_json_integer(text)'],
    ['lookup_json_integer(number, "a")', 'invalid_argument_type', 'number'],
    ['lookup_json_string(text, address)', 'invalid_argument_type', 'address'],
  ])('%s is refused', (expression, code, at) => {
    expect(problemOf(expression)).toMatchObject({ code, at })
  })
})
