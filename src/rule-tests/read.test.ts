import { describe, expect, test } from 'vitest'
import schema from '../../schema/tests.json' with { type: 'json' }
import { EdgeError } from '../error.ts'
import { EXPECT_KEYS, FILE_KEYS, FROM_KEYS, METHOD_KEYS, TEST_KEYS } from './keys.ts'
import { readTestFiles } from './read.ts'

const read = (text: string) => readTestFiles([{ file: 'a.test.yaml', text }])[0]!

const problems = (text: string) => {
  try {
    read(text)
  } catch (error) {
    if (error instanceof EdgeError) {
      return error.diagnostics.map(
        ({ line, column, code, message, help }) =>
          `${line}:${column} ${code} ${message}${help === undefined ? '' : ` | ${help}`}`
      )
    }
    throw error
  }
  return []
}

const one = (test: string) => `tests:\n  - name: a\n${test.replace(/^/gm, '    ')}\n`

describe('a test file', () => {
  test('gives each test its request, its client and its expectation', () => {
    const { rules, personas, tests } = read(`
rules: [site.yaml, more]
personas: mine.yaml
host: shop.test
headers: { Accept: text/html, X-A: "1" }
as: chrome-berlin
from: { country: DE }
tests:
  - name: first
    tags: [x, y]
    request: GET /a?b HTTP/2
    headers: { x-a: [2, 3] }
    from: { asn: AS64496, fields: { ssl: false } }
    times: 3
    every: 250ms
    expect: { code: 1020, rule: r, not_rule: s, matched: [t], status: 403, action: block }
  - name: second
    host: other.test
    request: { method: POST, url: /b, version: HTTP/1.0 }
    body: hello
    expect: pass
  - { name: third, request: "https://x.test/c", as: tor-exit, expect: 1015 }
`)
    expect(rules).toEqual(['site.yaml', 'more'])
    expect(personas).toEqual(['mine.yaml'])
    expect(tests).toMatchObject([
      {
        name: 'first',
        tags: ['x', 'y'],
        times: 3,
        everyMs: 250,
        request: {
          method: 'GET',
          url: 'https://shop.test/a?b',
          version: 'HTTP/2',
          headers: [
            ['Accept', 'text/html'],
            ['x-a', '2'],
            ['x-a', '3'],
          ],
          from: { as: 'chrome-berlin', country: 'DE', asn: 64496, fields: { ssl: false } },
        },
        expected: {
          action: 'block',
          code: 1020,
          status: 403,
          rule: 'r',
          notRules: ['s'],
          matched: ['t'],
        },
        place: { file: 'a.test.yaml', line: 9, column: 5 },
      },
      {
        request: {
          method: 'POST',
          url: 'https://other.test/b',
          version: 'HTTP/1.0',
          body: 'hello',
        },
        times: 1,
        everyMs: 0,
        expected: { action: 'pass' },
      },
      { request: { url: 'https://x.test/c', from: { as: 'tor-exit' } }, expected: { code: 1015 } },
    ])
  })

  test('a table gives one test for each row, with the place of the row and the types of its values', () => {
    const { tests } = read(`
tests:
  - name: secrets
    each:
      - { path: /.env, code: 1020 }
      - { path: /b c, code: 1006 }
    request: { url: "\${path}" }
    headers: { X: "<\${code}>" }
    expect: \${code}
  - name: \${n} by name
    each: [{ n: 007 }]
    request: /
    expect: pass
`)
    expect(
      tests.map(({ name, place, expected, request: { url, headers } }) => [
        name,
        place.line,
        expected.code,
        url,
        headers,
      ])
    ).toEqual([
      ['secrets [path=/.env code=1020]', 5, 1020, '/.env', [['X', '<1020>']]],
      ['secrets [path=/b c code=1006]', 6, 1006, '/b c', [['X', '<1006>']]],
      ['007 by name', 11, undefined, '/', []],
    ])
  })

  test.each([
    ['tests: 3', ['1:8 wrong_type expected a list of tests, found the number `3`']],
    ['test: []', ['1:1 unknown_key unknown key `test` in a test file | did you mean `tests`?']],
    ['name: a', ['1:1 missing_key the file has no `tests`']],
    [
      '# only a comment\n\n',
      ['1:1 missing_key the file is empty: expected a mapping with `tests`'],
    ],
    ['', ['1:1 missing_key the file is empty: expected a mapping with `tests`']],
    ['- a', ['1:1 wrong_type expected a mapping with `tests`, found a list']],
    [one('request: /'), ['2:5 missing_key the test has no `expect`']],
    [
      one('expect: pass'),
      [
        '2:5 missing_key the test has no `request`: expected a path or URL, as in `GET /prices`, or a mapping with `method` and `url`',
      ],
    ],
    ['tests: [{ request: /, expect: pass }]', ['1:9 missing_key the test has no `name`']],
    [
      one('request: GET /a b c\nexpect: pass'),
      [
        '3:14 wrong_value `GET /a b c` is no request: expected a path or URL, as in `GET /prices`, or a mapping with `method` and `url`',
      ],
    ],
    [
      one('request: /\nexpect: blok'),
      [
        '4:13 unknown_action unknown action `blok`: expected one of pass, challenge, block, log, skip, managed_challenge, js_challenge, challenge, allow | did you mean `block`?',
      ],
    ],
    [
      one('request: /\nexpect: { cod: 1020 }'),
      ['4:15 unknown_key unknown key `cod` in `expect` | did you mean `code`?'],
    ],
    [
      one('request: /\nexpect: {}'),
      [
        '4:13 wrong_type expected an action (`block`, `pass`, `managed_challenge` …), an error code (`1020`), or a mapping, found a mapping',
      ],
    ],
    [
      one('request: /\nexpect: 403'),
      ['4:13 wrong_type expected a whole number from 1000 to 1999, found the number `403`'],
    ],
    [
      one('request: /\nfrom: { asn: x }\nexpect: pass'),
      ['4:18 wrong_type expected the number of an autonomous system, found the text `x`'],
    ],
    [
      one('request: /\nfrom: { challenge: fail }\nexpect: pass'),
      ['4:24 wrong_value challenge `fail`: expected `pass`'],
    ],
    [
      one('request: /\ntimes: 0\nexpect: pass'),
      ['4:12 wrong_type expected a whole number from 1 to 100000, found the number `0`'],
    ],
    [
      one('request: /\nevery: 1s\nexpect: pass'),
      [
        '4:5 missing_key `every` is the time between requests, and the test sends one | add `times`, the number of requests',
      ],
    ],
    [
      one('request: /\ntimes: 2\nevery: soon\nexpect: pass'),
      [
        '5:12 invalid_time `soon` is not a time: expected seconds, or a number and a unit as in `250ms`, `10s`, `1m`, `1h`',
      ],
    ],
    [
      one('request: /\u0024{pth}\neach: [{ path: a }]\nexpect: pass'),
      [
        '3:14 unknown_column `\u0024{pth}` is no column of the table | did you mean `\u0024{path}`?',
      ],
    ],
    [
      one('request: /\neach: []\nexpect: pass'),
      [
        '4:11 wrong_type expected a list of rows, each a mapping of columns to values, found a list',
      ],
    ],
    [
      one('request: /\neach: [{ a: [1] }]\nexpect: pass'),
      ['4:17 wrong_type expected a single value, found a list'],
    ],
    [one('request: { method: GET }\nexpect: pass'), ['3:14 missing_key the request has no `url`']],
    [
      one('request: /\nheaders: { A: { b: 1 } }\nexpect: pass'),
      ['4:19 wrong_type expected a text, or a list of texts, found a mapping'],
    ],
  ])('%j is refused at its place', (text, expected) => {
    expect(problems(text)).toEqual(expected)
  })

  test('all problems of all files are reported together', () => {
    const bad = 'tests: [{ name: a, request: /, expect: nope }]'
    const sources = ['a.yaml', 'b.yaml'].map((file) => ({ file, text: bad }))
    expect(() => readTestFiles(sources)).toThrow(
      /^a\.yaml:1:40: [\s\S]*b\.yaml:1:40: [\s\S]*2 problems in the test files: no test ran$/
    )
  })

  test('the schema has the same keys', () => {
    const { properties, $defs } = schema
    const keys = (of: object) => Object.keys(of).sort()
    expect(keys(properties)).toEqual(keys(FILE_KEYS))
    expect(keys($defs.test.properties)).toEqual(keys(TEST_KEYS))
    expect(keys($defs.from.properties)).toEqual(keys(FROM_KEYS))
    expect(keys($defs.test.properties.request.oneOf[1]!.properties!)).toEqual(keys(METHOD_KEYS))
    expect(keys($defs.test.properties.expect.oneOf[1]!.properties!)).toEqual(keys(EXPECT_KEYS))
  })
})

test.each([
  [
    '{ name: a, request: GET prices?x=1, expect: pass }',
    '5:25 wrong_value `prices?x=1` is no path and no URL: expected one that begins with `/`, `https://` or `http://` | did you mean `/prices?x=1`?',
  ],
  [
    '{ name: a, request: { url: "ht!tp://x" }, expect: pass }',
    '5:25 wrong_value `ht!tp://x` is no path and no URL: expected one that begins with `/`, `https://` or `http://`',
  ],
  [
    '{ name: a, request: /, host: a b, expect: pass }',
    '5:34 wrong_value `a b` is no host: expected one such as `shop.test` or `shop.test:8443`',
  ],
  [
    '{ name: a, request: /, headers: { a b: x }, expect: pass }',
    '5:44 wrong_value `a b` is no name of a header: expected letters, digits and hyphens',
  ],
  [
    '{ name: a, request: /, headers: { X-Edge-As: tor-exit }, expect: pass }',
    '5:50 wrong_value `X-Edge-As` says who asks: a test says it with `as` and `from`',
  ],
  [
    '{ name: a, request: /, headers: { a: "x\\r\\nb: c" }, expect: pass }',
    '5:42 wrong_value a value of the header `a` is not one line: no client can send it',
  ],
])('a request that no client can send is refused: %s', (test, problem) => {
  expect(
    problems(`host: shop.test\nheaders: { a: b }\nas: chrome-berlin\ntests:\n  - ${test}\n`)
  ).toEqual([problem])
})

test('hosts with ports and addresses are accepted', () => {
  const urls = (host: string, target: string) =>
    read(`host: "${host}"\ntests: [{ name: a, request: "OPTIONS ${target}", expect: pass }]`)
      .tests[0]!.request.url
  expect(urls('[2001:db8::1]:8443', '/a')).toBe('https://[2001:db8::1]:8443/a')
  expect(urls('été.example', '/a')).toBe('https://été.example/a')
})
