import { describe, expect, test } from 'vitest'
import type { Redaction } from './redact.ts'
import { redactMatched, redactQuery } from './redact.ts'

describe('redactQuery', () => {
  test.each<[string, Redaction, string]>([
    ['?token=abc&page=2', false, '?token=abc&page=2'],
    ['?token=abc&page=2', true, '?token=REDACTED&page=REDACTED'],
    ['?token=abc&page=2', ['token'], '?token=REDACTED&page=2'],
    ['?TOKEN=abc', ['token'], '?TOKEN=REDACTED'],
    ['?token=abc', ['Token'], '?token=REDACTED'],
    ['?%74oken=abc', ['token'], '?%74oken=REDACTED'],
    ['?token=a=b=c', ['token'], '?token=REDACTED'],
    ['?token=a&token=b', ['token'], '?token=REDACTED&token=REDACTED'],
    ['?mytoken=abc&tokens=d', ['token'], '?mytoken=abc&tokens=d'],
    ['?token', true, '?token'],
    ['?%zz=abc', ['%zz'], '?%zz=REDACTED'],
    ['?', true, '?'],
    ['', true, ''],
    ['token=abc', true, 'token=REDACTED'],
    ['?token=abc', [], '?token=abc'],
  ])('%j with %j is %j', (query, redaction, expected) => {
    expect(redactQuery(query, redaction)).toBe(expected)
  })
})

describe('redactMatched', () => {
  const shown = (field: string, value: unknown, query?: Redaction) =>
    redactMatched([{ field, value, expression: 'e' }], { query })[0]!.value

  test.each<[string, unknown]>([
    ['http.cookie', 'session=secret'],
    ['http.request.cookies', { session: ['secret'] }],
    ['http.request.cookies["session"]', ['secret']],
    ['http.request.cookies["session"][0]', 'secret'],
    ['http.request.headers["cookie"]', ['secret']],
    ['http.request.headers["cookie"][0]', 'secret'],
    ['http.request.headers["Authorization"][0]', 'Bearer secret'],
    ['http.request.headers["proxy-authorization"][0]', 'Basic secret'],
    ['http.request.headers.values', ['secret']],
    ['http.request.body.raw', 'password=secret'],
    ['lookup_json_string(http.request.body.raw, "password")', 'secret'],
    ['http.request.body.form', { password: ['secret'] }],
    ['http.request.body.form["password"]', ['secret']],
    ['http.request.body.form["password"][0]', 'secret'],
    ['http.request.body.form.values[0]', 'secret'],
    ['http.request.body.multipart["password"][0]', 'secret'],
    ['http.request.body.multipart.values', ['secret']],
    ['http.request.headers.values[3]', 'secret'],
  ])('%s is always hidden', (field, value) => {
    expect(JSON.stringify(shown(field, value))).not.toContain('secret')
  })

  test('hides only the secret headers', () => {
    const headers = { accept: ['a/b'], Cookie: ['secret'], authorization: ['secret'] }
    expect(shown('http.request.headers', headers)).toEqual({
      accept: ['a/b'],
      Cookie: 'REDACTED',
      authorization: 'REDACTED',
    })
  })

  test.each<[string, unknown]>([
    ['http.user_agent', 'curl/8'],
    ['http.request.headers["accept"][0]', 'a/b'],
    ['http.request.headers.names', ['cookie']],
    ['ip.src', '192.0.2.1'],
    ['http.request.body.size', 3],
    ['http.request.body.mime', 'image/png'],
    ['http.request.body.form.names', ['password']],
    ['http.request.body.multipart.filenames[0]', ['a.php']],
    ['http.request.uri', '/a?token=abc'],
    ['http.referer', '/a?token=abc'],
    ['http.request.headers', 'of no known kind'],
    ['http.request.uri', ['of no known kind']],
    ['http.request.uri.query', 7],
    ['http.request.uri.args["token"][0]', 'abc'],
  ])('%s is shown unchanged', (field, value) => expect(shown(field, value)).toEqual(value))

  test.each<[string, unknown, unknown]>([
    ['http.request.uri', '/a?token=abc&b=c', '/a?token=REDACTED&b=c'],
    ['raw.http.request.uri', '/a?token=abc', '/a?token=REDACTED'],
    ['http.request.full_uri', 'https://x/a?token=abc', 'https://x/a?token=REDACTED'],
    ['http.request.uri', '/a', '/a'],
    ['http.referer', 'https://x/a?token=abc', 'https://x/a?token=REDACTED'],
    ['http.request.headers["Referer"]', ['/?token=abc'], ['/?token=REDACTED']],
    ['http.request.headers["referer"][0]', '/?token=abc', '/?token=REDACTED'],
    ['http.request.headers["x-from"][0]', '/?token=abc', '/?token=abc'],
    ['http.request.headers', { referer: ['/?token=abc'] }, { referer: ['/?token=REDACTED'] }],
    ['http.request.uri.query', 'token=abc&b=c', 'token=REDACTED&b=c'],
    ['http.request.uri.args["token"]', ['abc'], 'REDACTED'],
    ['http.request.uri.args["TOKEN"][0]', 'abc', 'REDACTED'],
    ['http.request.uri.args["b"][0]', 'c', 'c'],
    ['http.request.uri.args', { token: ['abc'] }, 'REDACTED'],
    ['http.request.uri.args.values', ['abc'], 'REDACTED'],
    ['http.request.uri.args.names', ['token'], ['token']],
    ['http.request.uri.path', '/token=abc', '/token=abc'],
  ])('with `token` redacted, %s %j is %j', (field, value, expected) => {
    expect(shown(field, value, ['token'])).toEqual(expected)
  })

  test('keeps field and expression, and does not change its argument', () => {
    const given = [{ field: 'http.cookie', value: 'secret', expression: 'http.cookie ne ""' }]
    expect(redactMatched(given)).toEqual([
      { field: 'http.cookie', value: 'REDACTED', expression: 'http.cookie ne ""' },
    ])
    expect(given[0]!.value).toBe('secret')
  })
})

describe('odd values', () => {
  const redacted = (field: string, value: unknown, query: boolean | readonly string[] = true) =>
    redactMatched([{ field, value, expression: 'e' }], { query })[0]!.value

  test('redacts the value of a pair without a name', () => {
    expect(redactQuery('?=secret&a', true)).toBe('?=REDACTED&a')
    expect(redactQuery('', true)).toBe('')
  })

  test.each(['http.request.uri', 'http.request.uri.query', 'http.referer'])(
    '%s stays if it is not a text',
    (field) => {
      expect(redacted(field, 5)).toBe(5)
      expect(redacted(field, null)).toBeNull()
    }
  )

  test('keeps a URI without a query, and redacts one that is only a query', () => {
    expect(redacted('http.request.uri', '/a=')).toBe('/a=')
    expect(redacted('http.request.uri', '?a=secret')).toBe('?a=REDACTED')
  })

  test('redacts one argument if all are redacted or its name is given', () => {
    const field = 'http.request.uri.args["To%6ben"]'
    expect(redacted(field, ['secret'])).toBe('REDACTED')
    expect(redacted(field, ['secret'], ['token'])).toBe('REDACTED')
    expect(redacted(field, ['page'], ['other'])).toEqual(['page'])
    expect(redacted(field, ['page'], false)).toEqual(['page'])
  })
})
