import '../../test/whole.ts'
import { describe, expect, test } from 'vitest'
import { compile } from '../language/compile.ts'
import { defaultScheme } from '../language/defaults.ts'
import { fieldFacts } from '../language/fields.ts'
import { valueFromJson } from '../language/json.ts'
import type { Context, Value } from '../language/types.ts'
import { KeyHash } from './key-hash.ts'
import { RuleKey } from './keys.ts'

const NO_FIELD = new Set(['cf.colo.id', 'cf.unique_visitor_id'])

const characteristic = (source: string) =>
  NO_FIELD.has(source)
    ? { source }
    : { source, expression: compile(source, { scheme: defaultScheme, expect: 'any' }) }

/** The fields of a request, as JSON. */
type Fields = Readonly<Record<string, unknown>>

const contextOf = (fields: Fields): Context => {
  const values = new Map<number, Value>()
  for (const [name, json] of Object.entries(fields)) {
    values.set(defaultScheme.slot(name), valueFromJson(fieldFacts.get(name)!.type, json, name))
  }
  return {
    get: (slot) =>
      values.get(slot) ??
      (fieldFacts.get(defaultScheme.slots[slot]!)?.default as Value | undefined),
  }
}

const keyOf = (
  sources: readonly string[],
  { id = 'login', period = 60, zone = '', colo = 'LHR' } = {}
) =>
  new RuleKey(
    { id, period, characteristics: sources.map(characteristic) },
    new KeyHash(1, 2),
    zone,
    colo
  )

const hashed = (key: RuleKey, fields: Fields): string => {
  const { high, low } = key.hash(contextOf(fields))
  return `${high} ${low}`
}

const HEADER = 'http.request.headers["x-api-key"]'
const header = (...values: string[]) => ({ 'http.request.headers': { 'x-api-key': values } })
const raw = (text: string) => ({ 'http.request.body.raw': text })

describe('the key of a rule', () => {
  test.each<[string, readonly [Fields, Fields]]>([
    ['ip.src', [{ 'ip.src': '192.0.2.1' }, { 'ip.src': '192.0.2.2' }]],
    ['ip.src', [{ 'ip.src': '2001:db8::1' }, { 'ip.src': '2001:db8:1::1' }]],
    ['ip.src', [{ 'ip.src': '2001:db8::1' }, { 'ip.src': '2001:db8:0:0:1::1' }]],
    ['ip.src', [{ 'ip.src': '0.0.0.1' }, { 'ip.src': '::1' }]],
    ['ip.src', [{}, { 'ip.src': '0.0.0.0' }]],
    ['cf.unique_visitor_id', [{ 'ip.src': '192.0.2.1' }, { 'ip.src': '192.0.2.2' }]],
    [HEADER, [header('a'), header('b')]],
    [HEADER, [{}, header('')]],
    [HEADER, [header(''), header('', '')]],
    [HEADER, [header('a', 'b'), header('ab')]],
    ['http.request.cookies["n"]', [{}, { 'http.request.cookies': { n: [''] } }]],
    ['http.request.uri.args["n"]', [{}, { 'http.request.uri.args': { n: [''] } }]],
    ['http.host', [{ 'http.host': 'a.test' }, { 'http.host': 'b.test' }]],
    ['http.request.uri.path', [{ 'http.request.uri.path': '/a' }, {}]],
    ['ip.src.asnum', [{ 'ip.src.asnum': 64500 }, { 'ip.src.asnum': 64501 }]],
    ['ip.geoip.asnum', [{ 'ip.src.asnum': 64500 }, {}]],
    ['ip.src.country', [{ 'ip.src.country': 'DE' }, { 'ip.src.country': 'FR' }]],
    ['cf.bot_management.ja3_hash', [{ 'cf.bot_management.ja3_hash': 'a' }, {}]],
    ['cf.bot_management.ja4', [{ 'cf.bot_management.ja4': 'a' }, {}]],
    ['http.request.body.raw', [raw('a'), raw('b')]],
    ['http.request.body.size', [{ 'http.request.body.size': 1 }, {}]],
    ['http.request.body.form["f"]', [{}, { 'http.request.body.form': { f: [''] } }]],
    ['lookup_json_string(http.request.body.raw, "k")', [raw('{"k":"a"}'), raw('{"k":"b"}')]],
    ['lookup_json_string(http.request.body.raw, "k")', [raw('{"k":""}'), raw('{}')]],
    ['lookup_json_integer(http.request.body.raw, "k")', [raw('{"k":1}'), raw('{"k":-1}')]],
    [
      'lookup_json_integer(http.request.body.raw, "k")',
      [raw('{"k":4294967296}'), raw('{"k":4294967297}')],
    ],
    [
      'lookup_json_string(http.request.jwt.claims["id"][0], "user")',
      [
        { 'http.request.jwt.claims': { id: ['{"user":"a"}'] } },
        { 'http.request.jwt.claims': { id: ['{"user":"b"}'] } },
      ],
    ],
    ['lower(http.host) eq "a.test"', [{ 'http.host': 'a.test' }, { 'http.host': 'b.test' }]],
    ['http.request.uri.args', [{ 'http.request.uri.args': { a: ['1'] } }, {}]],
  ])('%s: %j are two counters', (source, [one, other]) => {
    const key = keyOf([source])
    expect(hashed(key, one)).toBe(hashed(key, one))
    expect(hashed(key, one)).not.toBe(hashed(key, other))
  })

  test.each<[string, readonly [Fields, Fields]]>([
    ['cidr6(ip.src, 64)', [{ 'ip.src': '2001:db8::1' }, { 'ip.src': '2001:db8::2' }]],
    ['lower(http.host)', [{ 'http.host': 'A.test' }, { 'http.host': 'a.TEST' }]],
    [HEADER, [{ 'http.request.headers': { 'x-other': ['a'] } }, {}]],
    [
      'http.request.uri.args',
      [
        { 'http.request.uri.args': { a: ['1'], b: ['2'] } },
        { 'http.request.uri.args': { b: ['2'], a: ['1'] } },
      ],
    ],
  ])('%s: %j are one counter', (source, [one, other]) => {
    const key = keyOf([source])
    expect(hashed(key, one)).toBe(hashed(key, other))
  })

  test('of several values is another for each combination', () => {
    const key = keyOf(['ip.src', HEADER])
    const hashes = ['192.0.2.1', '192.0.2.2'].flatMap((ip) =>
      ['a', 'b'].map((value) => hashed(key, { 'ip.src': ip, ...header(value) }))
    )
    expect(new Set(hashes).size).toBe(4)
  })

  test('is another for each rule, period, characteristic and site', () => {
    const sources = ['ip.src']
    const keys = [
      keyOf(sources),
      keyOf(sources, { id: 'other' }),
      keyOf(sources, { period: 10 }),
      keyOf(sources, { zone: 'shop.test' }),
      keyOf(['cf.unique_visitor_id']),
      keyOf(['ip.src', 'ip.src']),
    ]
    const hashes = keys.map((key) => hashed(key, { 'ip.src': '192.0.2.1' }))
    expect(new Set(hashes).size).toBe(keys.length)
  })

  test('is that of a data centre where the rule says so, and only then', () => {
    const at = (colo: string, ...sources: string[]) => hashed(keyOf(sources, { colo }), {})
    expect(at('LHR', 'cf.colo.id', 'ip.src')).not.toBe(at('CDG', 'cf.colo.id', 'ip.src'))
    expect(at('LHR', 'ip.src')).toBe(at('CDG', 'ip.src'))
  })

  test('can be read by people', () => {
    const key = keyOf(['cf.colo.id', 'ip.src', HEADER, 'http.request.cookies["n"]'])
    expect(key.parts(contextOf({ 'ip.src': '192.0.2.1', ...header('a') }))).toEqual([
      { characteristic: 'cf.colo.id', value: 'LHR' },
      { characteristic: 'ip.src', value: '192.0.2.1' },
      { characteristic: HEADER, value: ['a'] },
      { characteristic: 'http.request.cookies["n"]' },
    ])
  })
})
