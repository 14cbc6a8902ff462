import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fieldFacts } from '../language/fields.ts'
import type { Type, Value } from '../language/types.ts'
import { requestFields } from './fields.ts'
import { readRequest } from './request.ts'

const TIME_MS = 1_700_000_000_123

interface Given {
  method?: string
  url?: string
  headers?: string[]
  isTls?: boolean
  httpVersion?: string
}

const open = ({
  method = 'GET',
  url = '/',
  headers = [],
  isTls = false,
  httpVersion = '1.1',
}: Given) => readRequest({ method, url, rawHeaders: headers, httpVersion }, isTls, TIME_MS)

const field = (name: string, given: Given) => requestFields[name]!(open(given))

describe('fields of a request', () => {
  test.each<[string, Value, Given]>([
    ['http.host', 'shop.test', { headers: ['Host', 'Shop.test:8443'] }],
    ['http.host', '[::1]', { headers: ['Host', '[::1]:80'] }],
    ['http.host', '', {}],
    ['http.cookie', 'a=1', { headers: ['Cookie', 'a=1'] }],
    ['http.cookie', 'a=1; b=2', { headers: ['cookie', 'a=1', 'cookie', 'b=2'] }],
    ['http.referer', 'https://a.test/', { headers: ['referer', 'https://a.test/'] }],
    ['http.user_agent', 'curl/8', { headers: ['user-agent', 'curl/8'] }],
    ['http.user_agent', 'first', { headers: ['user-agent', 'first', 'user-agent', 'second'] }],
    ['http.user_agent', '\xff\xc3', { headers: ['user-agent', '\xff\xc3'] }],
    [
      'http.x_forwarded_for',
      '203.0.113.195, 70.41.3.18',
      { headers: ['X-Forwarded-For', '203.0.113.195', 'x-forwarded-for', '70.41.3.18'] },
    ],
    ['http.request.method', 'PATCH', { method: 'PATCH' }],
    ['http.request.version', 'HTTP/2', { httpVersion: '2.0' }],
    ['http.request.timestamp.sec', 1_700_000_000, {}],
    ['http.request.timestamp.msec', 123, {}],
    ['ssl', true, { isTls: true }],
    ['ssl', false, { url: 'https://a.test/' }],
    ['http.request.headers.truncated', false, {}],
    [
      'http.request.accepted_languages',
      ['fr-CH', 'en'],
      { headers: ['Accept-Language', 'en;q=0.9, fr-CH, *;q=0.5'] },
    ],
    ['http.request.accepted_languages', [], {}],
  ])('%s is %j', (name, expected, given) => expect(field(name, given)).toEqual(expected))

  test.each<[string, Value]>([
    ['http.request.uri', '/articles/Index.HTML?section=539061&expand'],
    ['http.request.uri.path', '/articles/Index.HTML'],
    ['http.request.uri.path.extension', 'html'],
    ['http.request.uri.query', 'section=539061&expand'],
    ['http.request.full_uri', 'http://a.test/articles/Index.HTML?section=539061&expand'],
    ['raw.http.request.uri', '//articles/./%49ndex.HTML?section=539061&expand'],
    ['raw.http.request.uri.path', '//articles/./%49ndex.HTML'],
    ['raw.http.request.uri.path.extension', 'html'],
    ['raw.http.request.uri.query', 'section=539061&expand'],
    ['raw.http.request.full_uri', 'http://a.test//articles/./%49ndex.HTML?section=539061&expand'],
    ['http.request.uri.args.names', ['section', 'expand']],
    ['http.request.uri.args.values', ['539061', '']],
    ['raw.http.request.uri.args.names', ['section', 'expand']],
    ['raw.http.request.uri.args.values', ['539061', '']],
  ])('of the target: %s is %j', (name, expected) => {
    const url = '//articles/./%49ndex.HTML?section=539061&expand#top'
    expect(field(name, { url, headers: ['host', 'a.test:8080'] })).toEqual(expected)
  })

  test('URL normalisation leaves the query alone', () => {
    const given = { url: '/a?b=%61//../%zz \xff' }
    expect(field('http.request.uri.query', given)).toBe('b=%61//../%zz \xff')
    expect(field('http.request.uri', given)).toBe('/a?b=%61//../%zz \xff')
  })

  test('an empty query keeps its question mark in the URI', () => {
    expect(field('http.request.uri', { url: '/a?' })).toBe('/a?')
    expect(field('http.request.uri.query', { url: '/a?' })).toBe('')
    expect(field('http.request.uri.args', { url: '/a?' })).toEqual(new Map())
  })

  test.each(['http.request.uri.args', 'raw.http.request.uri.args'])(
    '%s keeps repeated names in order',
    (name) => {
      expect(field(name, { url: '/?search=red+apples&b=%20&search=Pears' })).toEqual(
        new Map([
          ['search', ['red+apples', 'Pears']],
          ['b', ['%20']],
        ])
      )
    }
  )

  test('names of headers keep their case, keys are lower case', () => {
    const given = { headers: ['Content-Type', 'a/b', 'X-A', '1', 'x-a', 'Two'] }
    expect(field('http.request.headers.names', given)).toEqual(['Content-Type', 'X-A', 'x-a'])
    expect(field('http.request.headers.values', given)).toEqual(['a/b', '1', 'Two'])
    expect(field('http.request.headers', given)).toEqual(
      new Map([
        ['content-type', ['a/b']],
        ['x-a', ['1', 'Two']],
      ])
    )
  })

  test('cookies of several headers are one map', () => {
    expect(
      field('http.request.cookies', { headers: ['Cookie', 'a=1; b=2', 'Cookie', 'a=3'] })
    ).toEqual(
      new Map([
        ['a', ['1', '3']],
        ['b', ['2']],
      ])
    )
    expect(field('http.request.cookies', {})).toEqual(new Map())
  })

  test.each([
    'http.cookie',
    'http.referer',
    'http.user_agent',
    'http.x_forwarded_for',
    'http.host',
  ])('%s of an absent header is empty, not missing', (name) => expect(field(name, {})).toBe(''))

  test('an empty header is there', () => {
    const given = { headers: ['user-agent', ''] }
    expect(field('http.user_agent', given)).toBe('')
    expect(field('http.request.headers', given)).toEqual(new Map([['user-agent', ['']]]))
  })

  test.each([
    ['OPTIONS', '*', '*', 'http://a.test*'],
    ['CONNECT', 'b.test:443', '/', 'http://b.test/'],
  ])('%s %s', (method, url, path, fullUri) => {
    const given = { method, url, headers: ['host', 'a.test'] }
    expect(field('http.request.uri.path', given)).toBe(path)
    expect(field('http.request.full_uri', given)).toBe(fullUri)
  })
})

describe('the table of request fields', () => {
  const expected = [...fieldFacts]
    .filter(([, { source }]) => source === 'request')
    .map(([name]) => name)

  test('holds exactly the fields whose source is the request', () => {
    expect(Object.keys(requestFields).sort()).toEqual(expected.sort())
  })

  const isOf = (type: Type, value: Value | undefined): boolean => {
    if (!('of' in type)) {
      const kinds = { Bool: 'boolean', Int: 'number', Bytes: 'string', Ip: 'object' }
      return typeof value === kinds[type.kind]
    }
    const items = type.kind === 'Map' ? [...(value as ReadonlyMap<string, Value>).values()] : value
    return Array.isArray(items) && items.every((item) => isOf(type.of, item))
  }

  test("gives values of the fields' types, whatever a visitor sends", () => {
    const junk = fc.oneof(
      fc
        .string({ unit: 'binary', maxLength: 20 })
        .map((text) => text.replace(/[^\0-\xff]/g, '\xff')),
      fc.constantFrom(
        'host',
        'Cookie',
        'accept-language',
        '%',
        '%00',
        '*',
        'http://',
        '?&=&',
        ';=;',
        ',;q='
      )
    )
    fc.assert(
      fc.property(junk, fc.array(fc.tuple(junk, junk)), junk, (url, headers, method) => {
        const request = open({ method, url, headers: headers.flat() })
        for (const [name, read] of Object.entries(requestFields)) {
          expect([name, isOf(fieldFacts.get(name)!.type, read(request))]).toEqual([name, true])
        }
      })
    )
  })

  test('has a value for 64 KB of anything', () => {
    for (const unit of [
      '/',
      '%',
      '..',
      '\\',
      '&',
      '=',
      ';',
      ',',
      '#',
      '?',
      '@',
      ':',
      ' ',
      '\xff',
      '\0',
      '%61',
    ]) {
      const text = unit.repeat(65_536 / unit.length)
      const headers = ['Host', text, 'Cookie', text, 'Accept-Language', text, 'User-Agent', text]
      for (const url of [text, `/${text}`, `/?${text}`, `http://${text}`]) {
        const request = open({ url, headers })
        for (const read of Object.values(requestFields)) expect(read(request)).toBeDefined()
      }
    }
  })
})
