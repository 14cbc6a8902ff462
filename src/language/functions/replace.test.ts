// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to groups are written like this
import { describe, expect, test } from 'vitest'
import { evaluate, problemOf } from './evaluate.fixture.ts'

describe('regex_replace', () => {
  test.each([
    ['"/bar$", "/baz"', '/foo/bar', '/foo/baz'],
    ['"^/y$", "/mumble"', '/x', '/x'],
    ['"^/FOO$", "/x"', '/foo', '/foo'],
    ['"/a", "/b"', '/a/a', '/b/a'],
    ['"^/b$", "/b$$"', '/b', '/b$'],
    ['"^/foo/([^/]*)/(.*)$", "/bar/${2}/${1}"', '/foo/a/path', '/bar/path/a'],
    ['"b+", "<${0}>"', 'abbc', 'a<bb>c'],
    ['"(a)|(b)", "[${1}${2}]"', 'b', '[b]'],
    ['"(a)", "$${1}"', 'a', '${1}'],
    ['"(?P<rest>b.*)", "<${rest}${1}>"', 'abc', 'a<bcbc>'],
    ['"x*", "-"', 'abc', '-abc'],
    ['"b", ""', 'abc', 'ac'],
    ['"\\\\xff", "y"', 'a\xffb', 'ayb'],
  ])('regex_replace(…, %s) of %j is %j', (rest, text, expected) => {
    expect(evaluate(`regex_replace(text, ${rest})`, { text })).toBe(expected)
  })

  test('what came from the request is not read as a reference', () => {
    expect(evaluate('regex_replace(text, "(.*)", "${1}")', { text: '${1}$$' })).toBe('${1}$$')
  })

  test.each([
    ['regex_replace(text, "(", "")', 'invalid_argument', '"("'],
    ['regex_replace(text, "a", "${1}")', 'invalid_argument', '"${1}"'],
    ['regex_replace(text, "(?P<x>a)", "${y}")', 'invalid_argument', '"${y}"'],
    ['regex_replace(text, "(a)", "${99999999999}")', 'invalid_argument', '"${99999999999}"'],
    ['regex_replace(text, "(a)", "$1")', 'invalid_argument', '"$1"'],
    ['regex_replace(text, "(a)", "${1")', 'invalid_argument', '"${1"'],
    [
      `regex_replace(text, "(a)", "${'${1}'.repeat(9)}")`,
      'invalid_argument',
      `"${'${1}'.repeat(9)}"`,
    ],
    ['regex_replace(text, other, "")', 'invalid_argument_kind', 'other'],
    ['regex_replace(regex_replace(text, "a", "b"), "c", "d")', 'too_many_calls', 'regex_replace'],
  ])('%s is refused', (expression, code, at) => {
    expect(problemOf(expression)).toMatchObject({ code, at })
  })

  test('8 references are allowed', () => {
    const replacement = '${1}'.repeat(8)
    expect(evaluate(`regex_replace(text, "(a)", "${replacement}")`, { text: 'a' })).toBe('aaaaaaaa')
  })
})

describe('wildcard_replace', () => {
  test.each([
    [
      '"https://*.example.com/*/*", "https://example.com/${1}/${2}/${3}"',
      'https://apps.example.com/calendar/admin?expand=true',
      'https://example.com/apps/calendar/admin?expand=true',
    ],
    ['"/applications/*", "/apps/${1}"', 'https://a.test/applications/app1', undefined],
    ['"/*", "/apps/${1}"', '/calendar', '/apps/calendar'],
    ['"/apps/*", "/${1}"', '/Apps/Calendar', '/Calendar'],
    ['"/apps/*", "/${1}", "s"', '/Apps/calendar', undefined],
    ['"/apps/*", "/${1}", "s"', '/apps/calendar', '/calendar'],
    ['"/apps/*/login", "/${1}/login"', '/apps/calendar/login', '/calendar/login'],
    ['"*a*", "${2}-${1}"', 'xaya', 'ya-x'],
    ['"/a", "/b$$"', '/a', '/b$'],
  ])('wildcard_replace(…, %s) of %j is %j', (rest, text, expected) => {
    expect(evaluate(`wildcard_replace(text, ${rest})`, { text })).toBe(expected ?? text)
  })

  test.each([
    ['wildcard_replace("a", "*", "b")', 'invalid_argument_kind', '"a"'],
    ['wildcard_replace(text, "a**", "b")', 'invalid_argument', '"a**"'],
    ['wildcard_replace(text, "a*", "${2}")', 'invalid_argument', '"${2}"'],
    ['wildcard_replace(text, "a", "${1}")', 'invalid_argument', '"${1}"'],
    ['wildcard_replace(text, "a*", "${name}")', 'invalid_argument', '"${name}"'],
    ['wildcard_replace(text, "a*", "${0}")', 'invalid_argument', '"${0}"'],
    ['wildcard_replace(text, "a*", "b", "i")', 'invalid_argument', '"i"'],
    [
      'wildcard_replace(wildcard_replace(text, "a", "b"), "c", "d")',
      'too_many_calls',
      'wildcard_replace',
    ],
  ])('%s is refused', (expression, code, at) => {
    expect(problemOf(expression)).toMatchObject({ code, at })
  })
})
