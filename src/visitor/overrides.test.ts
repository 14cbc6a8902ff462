import '../../test/whole.ts'
import { describe, expect, test } from 'vitest'
import { formatIp, type Ip, parseIp } from '../lists/ip.ts'
import type { VisitorsOptions } from './identify.ts'
import { createVisitors } from './identify.ts'
import { readOverrides } from './overrides.ts'
import type { Persona, Personas } from './persona.ts'
import type { GeoSource } from './visitor.ts'

const JA3 = 'e7d705a3286e19ea42f587b344ee6865'
const JA4 = 't13d1516h2_8daaf6152771_b186095e22b6'

const geo: GeoSource = {
  name: 'test data',
  date: '',
  open: () => {},
  lookup: (ip: Ip) => (formatIp(ip) === '175.45.176.1' ? { country: 'KP' } : undefined),
}

const identify = (
  headers: Record<string, string>,
  { peer = '127.0.0.1', ...options }: VisitorsOptions & { peer?: string } = {}
) =>
  createVisitors({ overrides: true, geo, ...options }).identify(
    (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
    { remoteAddress: peer }
  )

/** What a header value looks like when its UTF-8 bytes came over the wire. */
const onTheWire = (text: string) => String.fromCharCode(...new TextEncoder().encode(text))

describe('test overrides', () => {
  test('an address is looked up like a real one', () => {
    const visitor = identify({ 'x-edge-ip': '175.45.176.1' })
    expect(visitor).toMatchObject({ ipText: '175.45.176.1', country: 'KP', continent: 'AS' })
    expect(visitor.notes).toEqual(['set by test override: x-edge-ip'])
    expect(visitor.overrideProblems).toEqual([])
    expect(visitor.fieldOverrides).toBeUndefined()
  })

  test.each([
    ['::ffff:175.45.176.1', '175.45.176.1'],
    ['2001:DB8:0::1', '2001:db8::1'],
    [' 192.0.2.1 ', '192.0.2.1'],
  ])('the address %s is %s', (value, expected) => {
    expect(identify({ 'x-edge-ip': value }).ipText).toBe(expected)
  })

  test('an address overrides the forwarded one', () => {
    const visitor = identify(
      { 'x-edge-ip': '192.0.2.1', 'x-forwarded-for': '192.0.2.2' },
      { peer: '10.0.0.1', trust: ['private'] }
    )
    expect(visitor.ipText).toBe('192.0.2.1')
  })

  test('a country overrides the look-up, and determines the continent', () => {
    const visitor = identify({ 'x-edge-ip': '175.45.176.1', 'x-edge-country': 'br' })
    expect([visitor.country, visitor.continent]).toEqual(['BR', 'SA'])
    expect(visitor.notes).toEqual(['set by test override: x-edge-ip, x-edge-country'])
  })

  test.each([
    ['XX', ''],
    ['T1', 'T1'],
    ['XK', 'EU'],
  ])('the country %s', (country, continent) => {
    expect(identify({ 'x-edge-country': country })).toMatchObject({ country, continent })
  })

  test.each([
    ['24940', 24940],
    ['AS24940', 24940],
    ['as24940', 24940],
    ['0', 0],
    ['4294967295', 4294967295],
  ])('ASN %s', (value, expected) => {
    const visitor = identify({ 'x-edge-asn': value })
    expect([visitor.asn, visitor.overrideProblems]).toEqual([expected, []])
  })

  test('JA3 and JA4 are fields', () => {
    const visitor = identify({ 'x-edge-ja3': JA3.toUpperCase(), 'x-edge-ja4': JA4 })
    expect(visitor.fieldOverrides).toEqual({
      'cf.bot_management.ja3_hash': JA3,
      'cf.bot_management.ja4': JA4,
    })
  })

  test('sets any field as JSON, and overrides the field’s own header', () => {
    const visitor = identify({
      'x-edge-ja4': JA4,
      'x-edge-fields': `{"cf.bot_management.score":2,"cf.bot_management.ja4":"x","http.request.headers":{"a":["b"]}}`,
    })
    expect(visitor.fieldOverrides).toEqual({
      'cf.bot_management.score': 2,
      'cf.bot_management.ja4': 'x',
      'http.request.headers': { a: ['b'] },
    })
  })

  test('JSON is UTF-8', () => {
    const visitor = identify({ 'x-edge-fields': onTheWire('{"http.user_agent":"Zürich ✓"}') })
    expect(visitor.fieldOverrides).toEqual({ 'http.user_agent': 'Zürich ✓' })
  })

  test('treats names of Object.prototype as ordinary fields', () => {
    const fields = identify({
      'x-edge-fields': '{"__proto__":{"polluted":1},"constructor":2,"hasOwnProperty":3}',
    }).fieldOverrides!
    expect(Object.keys(fields)).toEqual(['__proto__', 'constructor', 'hasOwnProperty'])
    expect(Object.getPrototypeOf(fields)).toBeNull()
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(identify({ 'x-edge-fields': '{}' }).fieldOverrides!.toString).toBeUndefined()
  })

  test.each([
    ['x-edge-ip', 'foo', 'is not an IP address'],
    ['x-edge-ip', '', 'is not an IP address'],
    ['x-edge-ip', '127.1', 'is not an IP address'],
    ['x-edge-ip', '192.0.2.1:80', 'is not an IP address'],
    ['x-edge-ip', '192.0.2.1, 192.0.2.2', 'is not an IP address'],
    [
      'x-edge-country',
      'Germany',
      'is not a country code: expected two letters of ISO 3166-1, XX or T1',
    ],
    ['x-edge-country', 'UK', 'is not a country code: expected two letters of ISO 3166-1, XX or T1'],
    ['x-edge-country', '', 'is not a country code: expected two letters of ISO 3166-1, XX or T1'],
    ['x-edge-asn', '-1', 'is not an AS number: expected 0 to 4294967295'],
    ['x-edge-asn', '4294967296', 'is not an AS number: expected 0 to 4294967295'],
    ['x-edge-asn', '1e3', 'is not an AS number: expected 0 to 4294967295'],
    ['x-edge-asn', '0x10', 'is not an AS number: expected 0 to 4294967295'],
    ['x-edge-asn', '', 'is not an AS number: expected 0 to 4294967295'],
    ['x-edge-ja3', 'abc', 'is not a JA3 hash: expected 32 hex digits'],
    [
      'x-edge-ja4',
      'abc',
      'is not a JA4 fingerprint: expected three parts like t13d1516h2_8daaf6152771_b186095e22b6',
    ],
    ['x-edge-fields', '{', 'is not a JSON object of fields and their values'],
    ['x-edge-fields', '', 'is not a JSON object of fields and their values'],
    ['x-edge-fields', '[]', 'is not a JSON object of fields and their values'],
    ['x-edge-fields', 'null', 'is not a JSON object of fields and their values'],
    ['x-edge-fields', '"x"', 'is not a JSON object of fields and their values'],
    ['x-edge-fields', '{"a":"\xff"}', 'is not a JSON object of fields and their values'],
    ['x-edge-fields', `{"a":${'['.repeat(9)}${']'.repeat(9)}}`, 'is nested deeper than 8 levels'],
  ])('%s: %j is a problem', (name, value, expected) => {
    const visitor = identify({ [name]: value })
    expect(visitor.overrideProblems).toEqual([`${name}: ${JSON.stringify(value)} ${expected}`])
    expect(visitor.ipText).toBe('127.0.0.1')
    expect(visitor.fieldOverrides).toBeUndefined()
    expect(visitor.notes).toEqual([])
  })

  test('reports every problem, with long values cut', () => {
    const { overrideProblems } = identify({
      'x-edge-ip': 'x'.repeat(70_000),
      'x-edge-asn': 'y',
      'x-edge-fields': '['.repeat(70_000),
    })
    expect(overrideProblems.map((problem) => problem.slice(0, 16))).toEqual([
      'x-edge-ip: "xxxx',
      'x-edge-asn: "y" ',
      'x-edge-fields: "',
    ])
    expect(overrideProblems.every((problem) => problem.length < 200)).toBe(true)
  })

  const ALL = {
    'x-edge-ip': '175.45.176.1',
    'x-edge-country': 'nonsense',
    'x-edge-asn': '1',
    'x-edge-fields': '{',
  }

  test('have no effect while they are switched off', () => {
    const visitor = identify(ALL, { overrides: false })
    expect(visitor).toMatchObject({
      ipText: '127.0.0.1',
      country: 'XX',
      asn: 0,
      overrideProblems: [],
      notes: [],
    })
    expect(visitor.fieldOverrides).toBeUndefined()
  })

  test.each([['8.8.8.8'], ['10.0.0.1'], [''], ['2a00::1']])(
    'have no effect from %j, which is noted',
    (peer) => {
      const visitor = identify(ALL, { peer })
      expect(visitor).toMatchObject({ ipText: peer, asn: 0, overrideProblems: [] })
      expect(visitor.fieldOverrides).toBeUndefined()
      expect(visitor.notes).toEqual([
        'x-edge-ip, x-edge-country, x-edge-asn, x-edge-fields ignored: the peer is neither loopback nor trusted',
      ])
    }
  )

  test.each([
    ['127.0.0.1', []],
    ['::1', []],
    ['::ffff:127.0.0.1', []],
    ['10.0.0.1', ['10.0.0.0/8']],
  ])('work from %s with trust %j', (peer, trust) => {
    expect(identify({ 'x-edge-ip': '192.0.2.1' }, { peer, trust }).ipText).toBe('192.0.2.1')
  })

  test('do not make a forwarded visitor trusted', () => {
    const headers = { 'x-forwarded-for': '127.0.0.1', 'x-edge-ip': '192.0.2.1' }
    expect(identify(headers, { peer: '8.8.8.8' }).ipText).toBe('8.8.8.8')
  })
})

describe('x-edge-as', () => {
  const curl: Persona = {
    name: 'curl-hetzner',
    description: '',
    ip: parseIp('116.203.54.21')!,
    country: 'DE',
    asn: 24940,
    userAgent: 'curl/8.18.0',
    headers: ['user-agent', 'curl/8.18.0', 'accept', '*/*'],
    fields: { 'cf.bot_management.ja4': JA4, 'http.request.version': 'HTTP/2' },
  }
  const berlin: Persona = {
    ...curl,
    name: 'berlin',
    fields: { 'ip.src.city': 'Berlin', 'cf.bot_management.ja4': JA4 },
  }
  const bare: Persona = {
    name: 'bare',
    description: '',
    userAgent: '',
    headers: [],
    fields: {},
  }
  const known = new Map([curl, bare, berlin].map((persona) => [persona.name, persona]))
  const personas: Personas = {
    get: (name) => known.get(name),
    names: [...known.keys()],
    near: (name) => (name.startsWith('curl') ? ['curl-hetzner'] : []),
  }
  const read = (headers: Record<string, string>, given: Personas | undefined = personas) =>
    readOverrides((name) => (Object.hasOwn(headers, name) ? headers[name] : undefined), {
      personas: given,
    })

  test('sets all facts of the persona', () => {
    expect(read({ 'x-edge-as': ' curl-hetzner ' })).toEqual({
      persona: curl,
      ip: curl.ip,
      country: 'DE',
      asn: 24940,
      fields: curl.fields,
      used: ['x-edge-as'],
      problems: [],
    })
  })

  test('sets no other facts', () => {
    const overrides = read({ 'x-edge-as': 'bare' })!
    expect(overrides).toEqual({ persona: bare, fields: {}, used: ['x-edge-as'], problems: [] })
    expect(Object.getPrototypeOf(overrides.fields)).toBeNull()
  })

  test('is overridden by specific headers', () => {
    const overrides = read({
      'x-edge-as': 'curl-hetzner',
      'x-edge-country': 'FR',
      'x-edge-asn': '16276',
      'x-edge-ja3': JA3,
      'x-edge-fields': '{"http.request.version":"HTTP/1.1"}',
    })!
    expect(overrides).toMatchObject({ ip: curl.ip, country: 'FR', asn: 16276 })
    expect(overrides.fields).toEqual({
      'cf.bot_management.ja3_hash': JA3,
      'cf.bot_management.ja4': JA4,
      'http.request.version': 'HTTP/1.1',
    })
    // The persona is everybody's: one request must not change it for the next.
    expect(curl.fields['http.request.version']).toBe('HTTP/2')
  })

  test('drops country and ASN together with their address', () => {
    const overrides = read({ 'x-edge-as': 'curl-hetzner', 'x-edge-ip': '175.45.176.1' })!
    expect(formatIp(overrides.ip!)).toBe('175.45.176.1')
    expect([overrides.country, overrides.asn]).toEqual([undefined, undefined])
    expect(overrides.persona).toBe(curl)
    const both = { 'x-edge-as': 'curl-hetzner', 'x-edge-ip': '175.45.176.1', 'x-edge-asn': '1' }
    expect(read(both)).toMatchObject({ asn: 1 })
  })

  test.each([[{ 'x-edge-ip': '175.45.176.1' }], [{ 'x-edge-country': 'FR' }]])(
    'drops its city with %j',
    (header) => {
      const overrides = read({ 'x-edge-as': 'berlin', ...header })!
      expect({ ...overrides.fields }).toEqual({ 'cf.bot_management.ja4': JA4 })
      expect(read({ 'x-edge-as': 'berlin', 'x-edge-asn': '1' })!.fields).toEqual(berlin.fields)
    }
  )

  test('keeps its address if the header is invalid', () => {
    const overrides = read({ 'x-edge-as': 'curl-hetzner', 'x-edge-ip': '127.1' })!
    expect(overrides).toMatchObject({ ip: curl.ip, country: 'DE' })
    expect(overrides.problems).toEqual(['x-edge-ip: "127.1" is not an IP address'])
  })

  test.each([
    ['curl', 'is not a persona: did you mean curl-hetzner?'],
    ['zzz', 'is not a persona: expected one of curl-hetzner, bare, berlin'],
    ['', 'is not a persona: expected one of curl-hetzner, bare, berlin'],
    ['__proto__', 'is not a persona: expected one of curl-hetzner, bare, berlin'],
    ['bare, curl-hetzner', 'is not a persona: expected one of curl-hetzner, bare, berlin'],
  ])('%j is a problem', (name, expected) => {
    expect(read({ 'x-edge-as': name })).toEqual({
      used: [],
      problems: [`x-edge-as: ${JSON.stringify(name)} ${expected}`],
    })
  })

  test('lists no more than fifty names', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `persona-${i}`)
    const [problem] = read({ 'x-edge-as': 'x' }, { ...personas, names })!.problems
    expect(problem).toContain('persona-49, …')
    expect(problem).not.toContain('persona-50')
  })

  test('is a problem without personas', () => {
    const reader = (name: string) => (name === 'x-edge-as' ? 'curl-hetzner' : undefined)
    expect(readOverrides(reader)!.problems).toEqual([
      'x-edge-as: "curl-hetzner" is not a persona: this edge has none',
    ])
  })

  test.each([
    [{ overrides: false }, []],
    [{ peer: '8.8.8.8' }, ['x-edge-as ignored: the peer is neither loopback nor trusted']],
  ])('has no effect with %j', (options, notes) => {
    const visitor = identify({ 'x-edge-as': 'curl-hetzner' }, options)
    expect(visitor).toMatchObject({ asn: 0, overrideProblems: [], notes })
  })
})
