import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { toBytes, toStrictText, toText } from './bytes.ts'
import { valueFromJson } from './json.ts'
import { valueToJson } from './to-json.ts'
import { arrayOf, isBare, parseType, sameType, typeName } from './types.ts'

const typeOf = (name: string) => parseType(name)!

describe('values from JSON and back', () => {
  test.each<[string, unknown, unknown]>([
    ['Bool', true, true],
    ['Int', -5, -5],
    ['Int', '5', 5],
    ['Int', '9223372036854775807', 9_223_372_036_854_775_807n],
    ['Int', '-9223372036854775808', -9_223_372_036_854_775_808n],
    ['Int', '-0', 0],
    ['Bytes', '', ''],
    ['Bytes', 'é', '\xc3\xa9'],
    ['Bytes', '\ufeffa', '\xef\xbb\xbfa'],
    ['Bytes', { hex: 'ff00' }, '\xff\0'],
    ['Bytes', { hex: 'C3' }, '\xc3'],
    ['Bytes', { hex: '' }, ''],
    ['Array<Bytes>', ['a', { hex: 'ff' }], ['a', '\xff']],
    ['Array<Array<Int>>', [[1], []], [[1], []]],
  ])('%s from %j', (type, json, value) => {
    expect(valueFromJson(typeOf(type), json, 'f')).toStrictEqual(value)
  })

  test.each<[string, unknown]>([
    ['Bool', false],
    ['Int', 0],
    ['Int', '9007199254740993'],
    ['Bytes', 'a\n"é'],
    ['Bytes', '\ufeff'],
    ['Bytes', { hex: 'ff' }],
    ['Bytes', { hex: 'c3a9ff' }],
    ['Ip', '192.0.2.1'],
    ['Ip', '2001:db8::1'],
    ['Array<Ip>', ['::1']],
    ['Map<Bytes>', { a: '1', é: '2' }],
    ['Map<Array<Bytes>>', { accept: ['a', 'b'], none: [] }],
  ])('%s %j comes back as it was', (type, json) => {
    expect(JSON.stringify(valueToJson(valueFromJson(typeOf(type), json, 'f')))).toBe(
      JSON.stringify(json)
    )
  })

  test('a key is a key, whatever its name', () => {
    const json: unknown = JSON.parse('{"__proto__":["a"],"constructor":["b"]}')
    const map = valueFromJson(typeOf('Map<Array<Bytes>>'), json, 'f')
    expect(map).toEqual(
      new Map([
        ['__proto__', ['a']],
        ['constructor', ['b']],
      ])
    )
    expect(JSON.stringify(valueToJson(map))).toBe('{"__proto__":["a"],"constructor":["b"]}')
  })

  test('a missing value is null', () => {
    expect(valueToJson(undefined)).toBeNull()
  })

  test.each<[string, unknown, string]>([
    ['Bool', 1, 'f: 1 is not a value of type Bool'],
    ['Bool', 'true', 'f: "true" is not a value of type Bool'],
    ['Int', 1.5, 'f: 1.5 is not a value of type Int'],
    ['Int', 2 ** 53, 'f: 9007199254740992 is not a value of type Int'],
    ['Int', '9223372036854775808', 'f: "9223372036854775808" is not a value of type Int'],
    ['Int', '0x1', 'f: "0x1" is not a value of type Int'],
    ['Int', '', 'f: "" is not a value of type Int'],
    ['Int', Number.NaN, 'f: null is not a value of type Int'],
    ['Bytes', 1, 'f: 1 is not a value of type Bytes'],
    ['Bytes', null, 'f: null is not a value of type Bytes'],
    ['Bytes', undefined, 'f: undefined is not a value of type Bytes'],
    ['Bytes', { hex: 'f' }, 'f: {"hex":"f"} is not a value of type Bytes'],
    ['Bytes', { hex: 'zz' }, 'f: {"hex":"zz"} is not a value of type Bytes'],
    ['Bytes', { hex: 1 }, 'f: {"hex":1} is not a value of type Bytes'],
    ['Ip', '192.0.2.256', 'f: "192.0.2.256" is not a value of type Ip'],
    ['Ip', '10.0.0.0/8', 'f: "10.0.0.0/8" is not a value of type Ip'],
    ['Array<Int>', [1, 'a'], 'f[1]: "a" is not a value of type Int'],
    ['Array<Int>', { 0: 1 }, 'f: {"0":1} is not a value of type Array<Int>'],
    ['Map<Int>', [1], 'f: [1] is not a value of type Map<Int>'],
    ['Map<Array<Int>>', { a: [1], b: 2 }, 'f["b"]: 2 is not a value of type Array<Int>'],
  ])('%s is not %j', (type, json, message) => {
    const run = () => valueFromJson(typeOf(type), json, 'f')
    expect(run).toThrow(message)
    expect(run).toThrow(EdgeError)
    expect(run).toThrow(expect.objectContaining({ code: 'wrong_value' }))
  })
})

describe('bytes and text', () => {
  test.each([
    ['', ''],
    ['abc', 'abc'],
    ['é', '\xc3\xa9'],
    ['\u0080', '\xc2\x80'],
    ['😀', '\xf0\x9f\x98\x80'],
    ['\ufeff', '\xef\xbb\xbf'],
    ['\0', '\0'],
  ])('%j is the bytes %j', (text, bytes) => {
    expect(toBytes(text)).toBe(bytes)
    expect(toText(bytes)).toBe(text)
    expect(toStrictText(bytes)).toBe(text)
  })

  test.each(['\xff', '\xc3', 'a\xc3', '\xed\xa0\x80', '\xc0\x80', '\xf5\x80\x80\x80'])(
    '%j is no text',
    (bytes) => {
      expect(toStrictText(bytes)).toBeUndefined()
      expect(toText(bytes)).toContain('\ufffd')
    }
  )

  test('any text comes back from its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-composite' }), (text) => {
        expect(toText(toBytes(text))).toBe(text)
        expect(toBytes(text)).toMatch(/^[\0-\xff]*$/)
      })
    )
  })

  test('half a surrogate pair becomes a replacement character', () => {
    expect(toBytes('\ud800')).toBe('\xef\xbf\xbd')
  })
})

describe('types', () => {
  const NAMES = ['Bool', 'Int', 'Bytes', 'Ip', 'Array<Int>', 'Map<Bytes>', 'Map<Array<Map<Ip>>>']

  test.each(NAMES)('%s is read and written', (name) => {
    expect(typeName(typeOf(name))).toBe(name)
    for (const other of NAMES) {
      expect(sameType(typeOf(name), typeOf(other))).toBe(name === other)
    }
  })

  test.each([
    '',
    'bool',
    'String',
    'Array',
    'Array<>',
    'Array<X>',
    'Map<Int',
    'Array<Int>>',
    'toString',
  ])('%j is no type', (name) => {
    expect(parseType(name)).toBeUndefined()
  })

  test.each([
    ['Bool', true],
    ['Array<Bool>', true],
    ['Map<Bool>', true],
    ['Array<Array<Bool>>', false],
    ['Int', false],
    ['Array<Int>', false],
  ])('%s stands by itself: %s', (name, expected) => {
    expect(isBare(typeOf(name))).toBe(expected)
  })

  test('an array of a type is not the type', () => {
    expect(sameType(arrayOf(typeOf('Int')), typeOf('Int'))).toBe(false)
    expect(sameType(typeOf('Map<Int>'), typeOf('Array<Int>'))).toBe(false)
  })
})
