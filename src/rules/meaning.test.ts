import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toBytes } from '../language/bytes.ts'
import { defaultScheme } from '../language/defaults.ts'
import type { Context, Value } from '../language/types.ts'
import { parseIp } from '../lists/ip.ts'
import { loadRules } from './load.ts'
import { rulesFromObjects } from './objects.ts'

interface Request {
  path?: string
  userAgent?: string
  host?: string
  method?: string
  country?: string
  asn?: number
  ip?: string
  /** Lower-case names. */
  headers?: Record<string, string[]>
}

const contextOf = ({ headers = {}, ...request }: Request): Context => {
  const values = new Map<number, Value>()
  const put = (field: string, value: Value | undefined) => {
    if (value !== undefined) values.set(defaultScheme.slot(field), value)
  }
  put('http.request.uri.path', toBytes(request.path ?? '/'))
  put('http.user_agent', toBytes(request.userAgent ?? ''))
  put('http.host', toBytes(request.host ?? 'example.com'))
  put('http.request.method', request.method ?? 'GET')
  put('ip.src.country', request.country ?? 'XX')
  put('ip.src.asnum', request.asn ?? 0)
  put('ip.src', parseIp(request.ip ?? '192.0.2.1'))
  const entries = Object.entries(headers).map(
    ([name, texts]) => [name, texts.map(toBytes)] as const
  )
  put('http.request.headers', new Map(entries))
  return { get: (slot) => values.get(slot) }
}

/** Which requests match, loaded from objects and from text (JSON is YAML too) alike. */
const matches = (when: unknown, ...requests: Request[]): boolean[] => {
  const document = { rules: [{ name: 'x', action: 'log', when }] }
  const [fromObject] = rulesFromObjects([document]).rules
  const [fromText] = loadRules([{ file: 'r', text: JSON.stringify(document) }]).rules
  expect(fromText?.expression.source).toBe(fromObject?.expression.source)
  return requests.map((request) => fromObject?.expression.matches(contextOf(request)) ?? false)
}

const well = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
const nasty = fc
  .array(
    fc.constantFrom(
      '"',
      '\\',
      '*',
      '#',
      '\n',
      '\r',
      '\0',
      '\x7f',
      '\x1b',
      'é',
      '😀',
      '\u2028',
      '$',
      '{',
      'a',
      'B',
      ' ',
      '?'
    ),
    { minLength: 1, maxLength: 12 }
  )
  .map((units) => units.join(''))
const binary = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
const anyText = fc.oneof(well, nasty, binary)
/** Returns a different text. */
const other = (text: string) => `${text}~`
const escapePattern = (text: string) => text.replace(/[\\*]/g, '\\$&')

const holds = (property: (text: string) => void) =>
  fc.assert(fc.property(anyText, property), { numRuns: 150 })

describe('any text gives an expression that matches exactly that text', () => {
  test('user_agent: equals', () => {
    holds((text) => {
      const requests = [{ userAgent: text }, { userAgent: other(text) }, { userAgent: '' }]
      expect(matches({ user_agent: { equals: text } }, ...requests)).toEqual([true, false, false])
    })
  })

  test('user_agent: contains, starts_with, ends_with', () => {
    holds((text) => {
      const requests = [`<${text}>`, `${text}>`, `<${text}`, '<>'].map((userAgent) => ({
        userAgent,
      }))
      const inside = (value: string) => value.includes(text)
      const expected = requests.map(({ userAgent }) => inside(userAgent))
      expect(matches({ user_agent: { contains: text } }, ...requests)).toEqual(expected)
      expect(matches({ user_agent: { starts_with: text } }, ...requests)).toEqual(
        requests.map(({ userAgent }) => userAgent.startsWith(text))
      )
      expect(matches({ user_agent: { ends_with: text } }, ...requests)).toEqual(
        requests.map(({ userAgent }) => userAgent.endsWith(text))
      )
    })
  })

  test('a plain user agent is found in either case', () => {
    holds((text) => {
      const upper = text.replace(/[a-z]/g, (letter) => letter.toUpperCase())
      const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
      const requests = [text, upper, lower].map((each) => ({ userAgent: `<${each}>` }))
      const when = { user_agent: escapePattern(text) }
      expect(matches(when, ...requests, { userAgent: '\x01' })).toEqual([
        true,
        true,
        true,
        text === '\x01',
      ])
    })
  })

  test('path: equals, and plain with its stars escaped', () => {
    holds((text) => {
      const path = `/${text.replace(/[?#]/g, '_')}`
      const requests = [{ path }, { path: other(path) }, { path: '/' }]
      expect(matches({ path: { equals: path } }, ...requests)).toEqual([true, false, false])
      expect(matches({ path: escapePattern(path) }, ...requests)).toEqual([true, false, false])
    })
  })

  test('a pattern matches what stands around its star, and nothing else', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (before, between, after) => {
        const [a, b] = [before, after].map((text) => text.replace(/[?#]/g, '_'))
        const when = { path: `/${escapePattern(a ?? '')}*${escapePattern(b ?? '')}` }
        const requests = [`/${a}${between}${b}`, `/${a}${b}`, `/${a}${between}${b}~~`, `~/${a}${b}`]
        const expected = requests.map(
          (path) =>
            path.startsWith(`/${a}`) && path.endsWith(b ?? '') && path.length >= `/${a}${b}`.length
        )
        expect(matches(when, ...requests.map((path) => ({ path })))).toEqual(expected)
      }),
      { numRuns: 150 }
    )
  })

  test('header: plain, equals and contains', () => {
    holds((text) => {
      const requests: Request[] = [
        { headers: { 'x-a': [text] } },
        { headers: { 'x-a': ['', text, 'other'] } },
        { headers: { 'x-a': [other(text)] } },
        { headers: { 'x-b': [text] } },
      ]
      expect(matches({ header: { 'X-A': escapePattern(text) } }, ...requests)).toEqual([
        true,
        true,
        false,
        false,
      ])
      expect(matches({ header: { 'X-A': { equals: text } } }, ...requests)).toEqual([
        true,
        true,
        false,
        false,
      ])
      expect(matches({ header: { 'X-A': { contains: text } } }, ...requests)).toEqual([
        true,
        true,
        true,
        false,
      ])
    })
  })

  test('header names of any allowed character', () => {
    const name = fc.string({
      unit: fc.constantFrom(..."!#$%&'*+.^_`|~09AZaz-"),
      minLength: 1,
      maxLength: 10,
    })
    fc.assert(
      fc.property(name, (header) => {
        const requests = [
          { headers: { [header.toLowerCase()]: ['1'] } },
          { headers: { '~~': ['0'] } },
        ]
        expect(matches({ header: { [header]: '1' } }, ...requests)).toEqual([true, false])
      }),
      { numRuns: 100 }
    )
  })

  test('a regular expression of escaped text', () => {
    fc.assert(
      fc.property(fc.oneof(well, nasty), (text) => {
        const escaped = text.replace(/[\\^$.*+?()[\]{}|#&~-]/g, '\\$&')
        const requests = [{ userAgent: `<${text}>` }, { userAgent: '\x02' }]
        expect(matches({ user_agent: { matches: escaped } }, ...requests)).toEqual([true, false])
      }),
      { numRuns: 100 }
    )
  })

  test('text with half a surrogate pair is refused, not changed', () => {
    for (const text of ['\ud800', 'a\udc00b']) {
      const document = { rules: [{ name: 'x', action: 'log', when: { user_agent: text } }] }
      expect(() => rulesFromObjects([document])).toThrow('[invalid_text]')
    }
  })
})

describe('what shorthand means', () => {
  const agent = (userAgent: string) => ({ userAgent })
  const header = (...values: string[]) => ({ headers: { x: values } })

  test.each<[string, unknown, Request[], Request[]]>([
    [
      'a plain agent',
      { user_agent: 'curl' },
      [agent('curl/8'), agent('x CURL')],
      [agent('cur'), agent('')],
    ],
    [
      'an agent pattern',
      { user_agent: '*Bot/*' },
      [agent('a bot/1'), agent('BOT/')],
      [agent('bot')],
    ],
    [
      'contains, case matters',
      { user_agent: { contains: 'curl' } },
      [agent('curl')],
      [agent('Curl')],
    ],
    [
      'contains, case ignored',
      { user_agent: { contains: 'CURL', ignore_case: true } },
      [agent('curl'), agent('cURL')],
      [agent('é')],
    ],
    [
      'or empty',
      { user_agent: { contains: 'curl', or_empty: true } },
      [agent(''), agent('curl')],
      [agent('x')],
    ],
    ['empty', { user_agent: { empty: true } }, [agent('')], [agent('x')]],
    ['not empty', { user_agent: { empty: false } }, [agent('x')], [agent('')]],
    [
      'a plain path',
      { path: '/admin' },
      [{ path: '/admin' }],
      [{ path: '/Admin' }, { path: '/admin/' }],
    ],
    [
      'a path pattern',
      { path: '/admin*' },
      [{ path: '/admin' }, { path: '/admin/a/b' }],
      [{ path: '/Admin' }, { path: '/a/admin' }],
    ],
    [
      'a star first',
      { path: '*/.git/*' },
      [{ path: '/.git/config' }, { path: '/a/.git/' }],
      [{ path: '/.git' }],
    ],
    [
      'a wildcard ignores case',
      { path: { wildcard: '/admin*' } },
      [{ path: '/ADMIN/x' }],
      [{ path: '/x/admin' }],
    ],
    ['a host', { host: 'Example.com' }, [{ host: 'example.COM' }], [{ host: 'a.example.com' }]],
    [
      'a host pattern',
      { host: '*.Example.com' },
      [{ host: 'A.example.com' }],
      [{ host: 'example.com' }, { host: 'xexample.com' }],
    ],
    [
      'a host suffix',
      { host: { ends_with: '.Example.com' } },
      [{ host: 'A.EXAMPLE.com' }],
      [{ host: 'example.com' }],
    ],
    [
      'a header',
      { header: { X: 'a' } },
      [header('a'), header('b', 'a')],
      [header('A'), header(), {}],
    ],
    ['a header pattern', { header: { X: 'a*' } }, [header('abc')], [header('Abc'), {}]],
    [
      'a header, case ignored',
      { header: { X: { contains: 'A', ignore_case: true } } },
      [header('bab'), header('c', 'A')],
      [header('b'), {}],
    ],
    [
      'a header prefix, case ignored',
      { header: { X: { starts_with: 'A', ignore_case: true } } },
      [header('abc')],
      [header('ba'), {}],
    ],
    ['a present header', { header: { X: { present: true } } }, [header(''), header('a')], [{}]],
    ['an absent header', { header: { X: { present: false } } }, [{}], [header(''), header('a')]],
    [
      'an empty header',
      { header: { X: { empty: true } } },
      [{}, header(''), header('', '')],
      [header('a'), header('', 'a')],
    ],
    [
      'a filled header',
      { header: { X: { empty: false } } },
      [header('a'), header('', 'a')],
      [{}, header('')],
    ],
    [
      'a header or none',
      { header: { X: { equals: 'a', or_empty: true } } },
      [{}, header(''), header('a')],
      [header('b')],
    ],
    ['a network', { ip: '10.0.0.0/8' }, [{ ip: '10.1.2.3' }], [{ ip: '11.0.0.0' }, { ip: '::1' }]],
    ['an address', { ip: '2001:DB8::1' }, [{ ip: '2001:db8::1' }], [{ ip: '2001:db8::2' }]],
    [
      'addresses of both families',
      { ip: ['::1', '10.0.0.1..10.0.0.3'] },
      [{ ip: '::1' }, { ip: '10.0.0.2' }],
      [{ ip: '10.0.0.4' }],
    ],
    [
      'systems',
      { asn: ['AS1', 2, '5..7'] },
      [{ asn: 1 }, { asn: 2 }, { asn: 6 }],
      [{ asn: 0 }, { asn: 8 }],
    ],
    ['countries', { country: ['KP', 'XX'] }, [{ country: 'KP' }, {}], [{ country: 'DE' }]],
    [
      'keys mean and',
      { method: 'POST', path: '/a' },
      [{ method: 'POST', path: '/a' }],
      [{ path: '/a' }, { method: 'POST' }],
    ],
    [
      'not of two keys',
      { not: { method: 'POST', path: '/a' } },
      [{ path: '/a' }, { method: 'POST' }],
      [{ method: 'POST', path: '/a' }],
    ],
    [
      'not of a list',
      { not: [{ method: 'POST' }, { path: '/a' }] },
      [{}],
      [{ path: '/a' }, { method: 'POST' }],
    ],
    [
      'any',
      { any: [{ method: 'POST', path: '/a' }, { path: '/b' }] },
      [{ path: '/b' }, { method: 'POST', path: '/a' }],
      [{ path: '/a' }],
    ],
    [
      'all',
      { all: [{ path: { contains: 'a' } }, { path: { contains: 'b' } }] },
      [{ path: '/ab' }],
      [{ path: '/a' }],
    ],
    [
      'or below and',
      { path: ['/a', '/b*'], method: 'POST' },
      [{ path: '/bc', method: 'POST' }],
      [{ path: '/a' }, { path: '/bc' }, { method: 'POST' }],
    ],
  ])('%s', (_, when, hits, misses) => {
    expect(matches(when, ...hits)).toEqual(hits.map(() => true))
    expect(matches(when, ...misses)).toEqual(misses.map(() => false))
  })
})
