import { describe, expect, test } from 'vitest'
import { compile } from '../../language/compile.ts'
import { defaultScheme } from '../../language/defaults.ts'
import { wholeLanguage } from '../../language/whole.ts'
import { atomsOf } from './atoms.ts'

wholeLanguage()

const named = (expression: string) =>
  atomsOf(compile(expression, { scheme: defaultScheme })).map(({ field, key, values }) => [
    key === undefined ? field : `${field}.${key}`,
    values.map(String),
  ])

describe('witnesses of patterns', () => {
  test.each([
    '^/wp-(login|admin)\\\\.php$',
    '^[a-z]+/\\\\d{3,}$',
    '(?i)bot|crawler|spider',
    '[^/]+\\\\.(?:env|git)(/.*)?$',
    'a?b*c+(d|e)[[:digit:]]',
    '\\\\x2f\\\\.\\\\.\\\\x2f',
    '^$',
  ])('%s', (pattern) => {
    const [[, values]] = named(`http.request.uri.path matches "${pattern}"`) as [[string, string[]]]
    expect(values).not.toEqual([])
  })

  test.each([
    ['/admin*', ['/admin', '/adminx', '/adminx/x']],
    ['*.php', ['.php', 'x.php', 'x/x.php']],
    ['/a\\\\*b', ['/a*b']],
  ])('wildcard %s', (pattern, values) => {
    expect(named(`http.request.uri.path wildcard "${pattern}"`)).toEqual([
      ['http.request.uri.path', values],
    ])
  })
})

test.each<[string, unknown[]]>([
  ['ip.src.country in {"DE" "FR"}', [['ip.src.country', ['DE', 'FR']]]],
  ['ip.src.asnum eq 7', [['ip.src.asnum', ['7']]]],
  ['cf.threat_score in {5..9}', [['cf.threat_score', ['4', '5', '9', '10']]]],
  ['ip.src in {192.0.2.0/24}', [['ip.src', ['192.0.2.0', '192.0.3.0']]]],
  ['not cf.client.bot', [['cf.client.bot', ['true', 'false']]]],
  ['lower(http.user_agent) contains "curl"', [['http.user_agent', ['curl']]]],
  [
    'any(http.request.headers["x-a"][*] eq "1") and http.request.cookies["c"][0] eq "2"',
    [
      ['http.request.headers.x-a', ['1']],
      ['http.request.cookies.c', ['2']],
    ],
  ],
  ['len(http.user_agent) lt 2', [['http.user_agent', ['a', 'aa', 'aaa']]]],
  ['starts_with(http.request.uri.path, "/api")', [['http.request.uri.path', ['/api']]]],
])('%s names', (expression, expected) => {
  expect(named(expression)).toEqual(expected)
})
