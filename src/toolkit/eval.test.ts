import { describe, expect, test } from 'vitest'
import type { EvalResult } from './eval.ts'
import { evaluateCase } from './eval.ts'
import { evaluateLines } from './ndjson.ts'

const NUMBERS = { schema: { fields: { x: 'Int', y: 'Int', s: 'Bytes', a: 'Array<Bytes>' } } }

describe('a case', () => {
  test.each<[string, object, unknown]>([
    ['true', {}, true],
    ['http.host eq "shop.test"', { request: { url: 'https://shop.test/' } }, true],
    ['http.host eq "shop.test"', { request: { url: 'https://other.test/' } }, false],
    ['ssl', { request: { url: 'https://shop.test/' } }, true],
    ['ssl', { request: { url: 'http://shop.test/' } }, false],
    ['http.request.uri', { request: { url: 'https://shop.test?b' } }, '/?b'],
    ['http.request.uri', { request: { url: '/a//b?c' } }, '/a/b?c'],
    ['raw.http.request.uri', { request: { url: '/a//b?c' } }, '/a//b?c'],
    ['http.request.full_uri', { request: { url: 'https://shop.test/a' } }, 'https://shop.test/a'],
    ['http.request.method', { request: { method: 'PUT' } }, 'PUT'],
    ['http.request.method', { request: {} }, 'GET'],
    ['http.request.version', { request: { version: 'HTTP/2' } }, 'HTTP/2'],
    ['http.request.version', { request: {} }, 'HTTP/1.1'],
    ['http.user_agent', { request: { headers: { 'User-Agent': 'é' } } }, 'é'],
    ['http.request.headers["a"]', { request: { headers: { A: ['1', '2'] } } }, ['1', '2']],
    [
      'http.request.headers["a"]',
      {
        request: {
          headers: [
            ['A', '1'],
            ['a', '2'],
          ],
        },
      },
      ['1', '2'],
    ],
    [
      'http.host',
      { request: { url: 'https://shop.test/', headers: { host: 'other.test' } } },
      'other.test',
    ],
    ['http.host', { request: { url: 'https://shop.test/' }, fields: { 'http.host': 'x' } }, 'x'],
    ['http.host', {}, ''],
    ['http.request.uri.path', {}, ''],
    ['http.request.headers["a"][0]', {}, { missing: 'Bytes' }],
    ['ip.src', {}, { missing: 'Ip' }],
    ['ip.src', { fields: { 'ip.src': '192.0.2.1' } }, '192.0.2.1'],
    ['ip.src in {192.0.2.0/24}', { fields: { 'ip.src': '192.0.2.1' } }, true],
    ['ip.geoip.country', { fields: { 'ip.src.country': 'DE' } }, 'DE'],
    ['ip.src.country', { fields: { 'ip.geoip.country': 'DE' } }, 'DE'],
    ['cf.bot_management.score', {}, 99],
    ['lower(http.user_agent)', { fields: { 'http.user_agent': 'CURL' } }, 'curl'],
    ['http.user_agent', { fields: { 'http.user_agent': { hex: 'ff' } } }, { hex: 'ff' }],
    ['len(http.user_agent)', { fields: { 'http.user_agent': { hex: 'fffe' } } }, 2],
    ['x', { ...NUMBERS, fields: { x: '9223372036854775807' } }, 9223372036854775807n],
    ['x eq 9223372036854775807', { ...NUMBERS, fields: { x: '9223372036854775807' } }, true],
    ['x', NUMBERS, { missing: 'Int' }],
    ['x', { ...NUMBERS, fields: { x: null } }, { missing: 'Int' }],
    ['http.host', { fields: null, request: null, schema: null, lists: null, missing: null }, ''],
    ['http.host', { request: { url: null, method: null, headers: null, body: null } }, ''],
    ['http.host', { request: { url: 'https://bob:secret@shop.test:8443/' } }, 'shop.test'],
    ['http.request.uri', { request: { url: 'https://shop.test/a?b#c' } }, '/a?b'],
    ['http.request.uri', { request: { method: 'OPTIONS', url: '*' } }, '*'],
    [
      'http.request.body.form',
      {
        request: {
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          body: 'a=1&b=2&a=3',
        },
      },
      { a: ['1', '3'], b: ['2'] },
    ],
    ['http.request.body.raw', { request: { body: { hex: 'ff00' } } }, { hex: 'ff00' }],
    ['http.request.body.truncated', { request: { body: 'a'.repeat(131_073) } }, true],
    ['http.request.body.size', { request: { body: 'é' } }, 2],
    ['a[*] contains "b"', { ...NUMBERS, fields: { a: ['abc', 'd'] } }, [true, false]],
    ['any(a[*] contains "b")', { ...NUMBERS, fields: { a: ['abc', 'd'] } }, true],
    ['x ne 1', NUMBERS, false],
    ['x ne 1', { ...NUMBERS, missing: 'engine' }, true],
    ['x ne 1', { ...NUMBERS, missing: 'docs' }, false],
  ])('%s with %j', (expression, rest, result) => {
    expect(evaluateCase({ expression, ...rest })).toMatchObject({ ok: true, result })
  })

  test.each<[string, object, boolean]>([
    ['x in $odd', { int: { odd: [1, 3] } }, true],
    ['x in $odd', { int: { odd: [2] } }, false],
    ['x in $odd', { int: { odd: ['3', '9223372036854775807'] } }, true],
    ['x in $odd', {}, false],
    ['s in $names', { string: { names: ['bob'] } }, true],
    ['s in $names', { string: { names: [{ hex: '626f62' }] } }, true],
    ['s in $names', { int: { names: [3] } }, false],
    ['s in $names', { string: { names: ['Bob'] } }, false],
    ['s in $names', { hostname: { names: ['Bob'] } }, true],
    ['h in $names', { hostname: { names: ['*.b.test'] } }, true],
    ['h in $names', { string: { names: ['*.b.test'] } }, false],
    ['h in $names', { hostname: { names: ['*.www.b.test'] } }, false],
    ['ip.src in $office', { ip: { office: ['192.0.2.0/24', '2001:db8::/32'] } }, true],
    ['ip.src in $office', { ip: { office: ['192.0.2.1'] } }, true],
    ['ip.src in $office', { ip: { office: ['192.0.2.0..192.0.2.9'] } }, true],
    ['ip.src in $office', { ip: { office: ['192.0.2.2..192.0.2.9'] } }, false],
    ['ip.src in $cf.open_proxies', { ip: { 'cf.open_proxies': ['192.0.2.1'] } }, true],
    ['ip.src in $cf.open_proxies', { ip: { '$cf.open_proxies': ['192.0.2.1'] } }, true],
  ])('%s with the lists %j is %j', (expression, lists, result) => {
    const fields = { x: 3, s: 'bob', h: 'www.b.test', 'ip.src': '192.0.2.1' }
    const schema = { fields: { x: 'Int', s: 'Bytes', h: 'Bytes', 'ip.src': 'Ip' } }
    expect(evaluateCase({ expression, lists, fields, schema })).toMatchObject({ ok: true, result })
  })

  test('returns any id unchanged, and the type of the result', () => {
    expect(evaluateCase({ id: { a: [1] }, expression: 'http.host' })).toEqual({
      id: { a: [1] },
      ok: true,
      type: 'Bytes',
      result: '',
    })
    expect(evaluateCase({ expression: 'true' })).toEqual({
      id: null,
      ok: true,
      type: 'Bool',
      result: true,
    })
  })

  test('traces every part, with the fields it read', () => {
    const { trace } = evaluateCase(
      { expression: 'http.host eq "a" or not ssl', fields: { 'http.host': 'b' } },
      { trace: true }
    ) as Extract<EvalResult, { ok: true }>
    expect(trace).toContainEqual({
      expression: 'http.host eq "a"',
      start: 0,
      length: 16,
      result: false,
      fields: [{ field: 'http.host', value: 'b' }],
    })
    expect(trace!.map(({ expression }) => expression)).toContain('not ssl')
  })

  test('looks up the country of an address if the case does not give it', () => {
    const geo = { name: 'test', date: '', open: () => {}, lookup: () => ({ country: 'PT' }) }
    const of = (fields: object) =>
      evaluateCase({ expression: 'ip.src.country', fields }, { sources: { geo } })
    expect(of({ 'ip.src': '8.8.8.8' })).toMatchObject({ result: 'PT' })
    expect(of({ 'ip.src': '8.8.8.8', 'ip.src.country': 'DE' })).toMatchObject({ result: 'DE' })
    expect(of({})).toMatchObject({ result: 'XX' })
  })
})

describe('a mistake', () => {
  test('in the expression has a position', () => {
    expect(evaluateCase({ id: 7, expression: 'ssl and\n http.hst eq "a"' })).toEqual({
      id: 7,
      ok: false,
      error: {
        code: 'unknown_identifier',
        message: 'unknown identifier',
        line: 2,
        column: 2,
        length: 8,
        help: 'did you mean `http.host`?',
      },
    })
  })

  test('is reported with all others, the first one as the error', () => {
    const result = evaluateCase({ expression: 'http.hst eq "a" and ip.scr eq 1.2.3.4' })
    expect(result).toMatchObject({ ok: false, error: { column: 1 } })
    expect((result as { errors?: object[] }).errors).toHaveLength(2)
  })

  test.each<[unknown, string, RegExp]>([
    [undefined, 'wrong_case', /case: got nothing/],
    [null, 'wrong_case', /expected an object with an "expression"/],
    [[], 'wrong_case', /an object/],
    [{}, 'wrong_case', /expression: got nothing, expected text/],
    [{ expression: 5 }, 'wrong_case', /expression: got 5/],
    [{ expression: 'true', missing: 'no' }, 'wrong_case', /docs or engine/],
    [{ expression: 'true', schema: [] }, 'wrong_case', /schema/],
    [
      { expression: 'true', schema: { fields: { a: 'Text' } } },
      'wrong_case',
      /fields\["a"\].*Bool/,
    ],
    [{ expression: 'true', fields: { nope: 1 } }, 'unknown_field', /"nope"/],
    [{ expression: 'true', fields: 5 }, 'wrong_case', /fields: got 5/],
    [{ expression: 'true', fields: { 'http.host': 5 } }, 'wrong_value', /http\.host: 5.*Bytes/],
    [{ expression: 'true', request: 5 }, 'wrong_case', /request: got 5/],
    [{ expression: 'true', request: { method: 'G T' } }, 'wrong_case', /request\.method/],
    [{ expression: 'true', request: { url: 5 } }, 'wrong_case', /request\.url/],
    [{ expression: 'true', request: { url: 'shop.test/a' } }, 'wrong_case', /"shop\.test\/a"/],
    [{ expression: 'true', request: { url: 'ftp://shop.test/' } }, 'wrong_case', /https/],
    [{ expression: 'true', request: { version: 'SPDY' } }, 'wrong_case', /request\.version/],
    [{ expression: 'true', request: { headers: 'a: b' } }, 'wrong_case', /request\.headers/],
    [{ expression: 'true', request: { headers: { a: 5 } } }, 'wrong_case', /request\.headers/],
    [{ expression: 'true', request: { headers: [['a']] } }, 'wrong_case', /request\.headers/],
    [{ expression: 'true', lists: [] }, 'wrong_case', /lists/],
    [{ expression: 'true', lists: { ip: { a: ['10.0.0.1/8'] } } }, 'wrong_case', /10\.0\.0\.0\/8/],
    [{ expression: 'true', lists: { ip: { a: ['9.0.0.0..8.0.0.0'] } } }, 'wrong_case', /range/],
    [{ expression: 'true', lists: { int: { a: ['x'] } } }, 'wrong_value', /lists\.int\["a"\]\[0\]/],
    [{ expression: 'true', lists: { string: { a: 'x' } } }, 'wrong_case', /an array/],
    [{ expression: 'true', lists: { hostname: { a: ['*'] } } }, 'wrong_case', /a host name/],
  ])('%j is a result like any other', (json, code, message) => {
    expect(evaluateCase(json)).toMatchObject({
      ok: false,
      error: { code, message: expect.stringMatching(message) },
    })
  })
})

describe('lines', () => {
  const all = async (...chunks: (string | Uint8Array)[]) => {
    const results: EvalResult[] = []
    const source = (async function* () {
      yield* chunks
    })()
    for await (const line of evaluateLines(source)) results.push(JSON.parse(line))
    return results
  }

  test('give results in order; a line with a mistake does not stop the evaluation', async () => {
    const results = await all(
      '{"id":1,"expression":"true"}\n\nnonsense\r\n{"id":2,"expression":"("}\n{"id":3,"expression":"ssl"}'
    )
    expect(results.map(({ id, ok }) => [id, ok])).toEqual([
      [1, true],
      [null, false],
      [2, false],
      [3, true],
    ])
    expect(results[1]).toMatchObject({ error: { code: 'bad_json' } })
  })

  test('may be split anywhere, even within a character', async () => {
    const text = '{"id":"é😀","expression":"true"}\n'
    const bytes = new TextEncoder().encode(text)
    const results = await all(...Array.from(bytes, (byte) => Uint8Array.of(byte)))
    expect(results).toEqual([{ id: 'é😀', ok: true, type: 'Bool', result: true }])
  })

  test('give a result before the next line arrives', async () => {
    const seen: unknown[] = []
    const source = (async function* () {
      yield '{"id":1,"expression":"true"}\n'
      expect(seen).toEqual([1])
      yield '{"id":2,"expression":"true"}\n'
    })()
    for await (const line of evaluateLines(source)) seen.push(JSON.parse(line).id)
    expect(seen).toEqual([1, 2])
  })

  const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  /** Deeper than any thread's stack. */
  const DEEP_TYPE = `${'Array<'.repeat(100_000)}Int${'>'.repeat(100_000)}`

  test.each([
    ['a deep id', `{"id":${DEEP},"expression":"ssl"}`, null, 'too_deep'],
    ['a deep expression', `{"id":1,"expression":${DEEP}}`, 1, 'too_deep'],
    ['a deep value', `{"id":1,"expression":"ssl","fields":{"ssl":${DEEP}}}`, 1, 'too_deep'],
    [
      'a deep type',
      `{"id":1,"expression":"a","schema":{"fields":{"a":"${DEEP_TYPE}"}}}`,
      1,
      'too_deep',
    ],
    ['100,000 parentheses', `{"id":1,"expression":"${'('.repeat(100_000)}"}`, 1, /too_long/],
  ])('%s stops nobody', async (_, line, id, code) => {
    const results = await all(`${line}\n{"id":2,"expression":"true"}\n`)
    expect(results).toMatchObject([
      { id, ok: false, error: { code: expect.stringMatching(code) } },
      { id: 2, ok: true },
    ])
  })

  test('keep every digit of an Int in input and output', async () => {
    const texts: string[] = []
    const lines = ['9223372036854775807', '-9223372036854775808', '9007199254740993', '5'].map(
      (int) =>
        `{"id":"1234567890123456789","expression":"x","schema":{"fields":{"x":"Int"}},"fields":{"x":${int}}}\n`
    )
    const source = (async function* () {
      yield* lines
    })()
    for await (const line of evaluateLines(source)) texts.push(line)
    expect(texts).toEqual(
      ['9223372036854775807', '-9223372036854775808', '9007199254740993', '5'].map(
        (int) => `{"id":"1234567890123456789","ok":true,"type":"Int","result":${int}}`
      )
    )
  })

  test('without a case give no result', async () => expect(await all('\n', ' ')).toEqual([]))
})
