import { describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { customRuleScheme, defaultScheme } from './defaults.ts'
import { contextOf, problems, read, scheme } from './given.fixture.ts'
import { createScheme } from './scheme.ts'
import { BYTES, INT, typeName } from './types.ts'

describe('what is known of an expression', () => {
  test.each<[string, string]>([
    ['flag', 'Bool'],
    ['text eq "a"', 'Bool'],
    ['true', 'Bool'],
    ['text', 'Bytes'],
    ['number', 'Int'],
    ['address', 'Ip'],
    ['items', 'Array<Bytes>'],
    ['items[0]', 'Bytes'],
    ['items[*]', 'Array<Bytes>'],
    ['items[*] eq "a"', 'Array<Bool>'],
    ['headers', 'Map<Array<Bytes>>'],
    ['headers["a"]', 'Array<Bytes>'],
    ['headers[*][*]', 'Array<Bytes>'],
    ['switches', 'Map<Bool>'],
    ['flags[*]', 'Array<Bool>'],
    ['not flags', 'Array<Bool>'],
    ['len(text)', 'Int'],
    ['len(items[*])', 'Array<Int>'],
    ['any(flags)', 'Bool'],
    ['(flag)', 'Bool'],
  ])('%s is a %s', (source, type) => {
    expect(typeName(read(source, { expect: 'any' }).type)).toBe(type)
  })

  test.each(['text', 'items[*] eq "a"', 'len(text)', 'switches', 'not flags'])(
    'a rule has to be a Bool, not %s',
    (source) => {
      expect(problems(source)).toHaveLength(1)
      expect(problems(source, { expect: 'any' })).toEqual([])
    }
  )

  test('its fields, once each, in order, by their real names', () => {
    const { fields } = read(
      'number eq 1 or old.text eq "a" or any(items[*] eq other) or lower(text) eq "b" or number eq 2'
    )
    expect(fields).toEqual(['number', 'text', 'items', 'other'])
  })

  test('its source as it was written', () => {
    const source = '  text=="a"\n'
    expect(read(source).source).toBe(source)
  })

  test('a deprecated field is warned about once, at its first place', () => {
    const { warnings } = read(
      'flag\nor old.text eq "a"\nor old.text eq "b" or lower(old.text) eq "c"'
    )
    expect(
      warnings.map(({ code, severity, line, column, length }) => [
        code,
        severity,
        line,
        column,
        length,
      ])
    ).toEqual([['deprecated_field', 'warning', 2, 4, 8]])
  })

  test('it can be asked many times', () => {
    const expression = read('text matches "a" or number in {1 2}')
    for (let i = 0; i < 3; i++) {
      expect(expression.matches(contextOf({ text: 'xax' }))).toBe(true)
      expect(expression.matches(contextOf({ text: 'xxx' }))).toBe(false)
      expect(expression.matches(contextOf({ number: 2 }))).toBe(true)
    }
  })

  test('what is decided is not asked further', () => {
    const asked: string[] = []
    const context = {
      get: (slot: number) => {
        asked.push(scheme.slots[slot]!)
        return scheme.slots[slot] === 'flag'
      },
    }
    expect(read('flag or ssl').matches(context)).toBe(true)
    expect(read('ssl and flag').matches(context)).toBe(false)
    expect(read('not flag and ssl').matches(context)).toBe(false)
    expect(asked).toEqual(['flag', 'ssl', 'flag'])
  })
})

describe('a scheme', () => {
  const small = createScheme({
    fields: [
      { name: 'a', type: BYTES },
      { name: 'old.a', type: BYTES, alias: 'a' },
      { name: 'b', type: INT },
    ],
  })

  test('numbers its fields, old names included', () => {
    expect(small.slots).toEqual(['a', 'b'])
    expect([small.slot('a'), small.slot('old.a'), small.slot('b')]).toEqual([0, 0, 1])
    expect(() => small.slot('c')).toThrow(new RangeError('no field c'))
  })

  test('has no alias of nothing', () => {
    const fields = [{ name: 'old.a', type: BYTES, alias: 'a' }]
    expect(() => createScheme({ fields })).toThrow('field old.a: no field a to stand for')
  })

  test('may have fields whose names are words of the language', () => {
    const words = createScheme({
      fields: [
        { name: 'any', type: BYTES },
        { name: 'true', type: BYTES },
        { name: 'notes', type: BYTES },
        { name: 'in', type: BYTES },
      ],
    })
    const context = { get: () => 'a' }
    for (const name of words.slots) {
      expect(compile(`${name} eq "a"`, { scheme: words }).matches(context)).toBe(true)
      expect(compile(`not ${name} eq "a"`, { scheme: words }).matches(context)).toBe(false)
    }
  })

  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'does not take %s for a field or a function',
    (name) => {
      expect(problems(`${name} eq "a"`)).toEqual([`unknown_identifier at ${name}`])
      expect(problems(`${name}(text) eq "a"`)).toEqual([`unknown_identifier at ${name}`])
    }
  )
})

describe('rules as people write them', () => {
  const get = (values: Record<string, unknown>) => {
    const bySlot = new Map(
      Object.entries(values).map(([name, value]) => [defaultScheme.slot(name), value])
    )
    return { get: (slot: number) => bySlot.get(slot) as string | undefined }
  }

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      '(ip.src.country in {"RU" "KP"} and not cf.client.bot)',
      { 'ip.src.country': 'KP', 'cf.client.bot': false },
      { 'ip.src.country': 'KP', 'cf.client.bot': true },
    ],
    [
      '(http.user_agent contains "curl") or (http.user_agent eq "")',
      { 'http.user_agent': '' },
      { 'http.user_agent': 'Mozilla/5.0' },
    ],
    [
      'http.request.uri.path wildcard "/wp-*" and http.request.method ne "GET"',
      { 'http.request.uri.path': '/WP-login.php', 'http.request.method': 'POST' },
      { 'http.request.uri.path': '/wp-login.php', 'http.request.method': 'GET' },
    ],
    [
      'ip.geoip.asnum in {64496..64511 65536}',
      { 'ip.src.asnum': 64_500 },
      { 'ip.src.asnum': 64_512 },
    ],
    [
      'any(http.request.headers["content-type"][*] contains "json") and not ssl',
      { 'http.request.headers': new Map([['content-type', ['application/json']]]), ssl: false },
      { 'http.request.headers': new Map([['content-type', ['text/html']]]), ssl: false },
    ],
    [
      'not len(http.request.headers["accept-language"][0]) >= 0',
      { 'http.request.headers': new Map() },
      { 'http.request.headers': new Map([['accept-language', ['de']]]) },
    ],
  ])('%s', (source, caught, passed) => {
    const { matches } = compile(source, { scheme: customRuleScheme })
    expect(matches(get(caught))).toBe(true)
    expect(matches(get(passed))).toBe(false)
  })
})
