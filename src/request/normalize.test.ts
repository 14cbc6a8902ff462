import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizePath } from './normalize.ts'

describe('normalizePath', () => {
  test.each([
    ['/hello', '/hello'],
    ['/%68ello', '/hello'],
    ['/%68ello//pa\\th', '/hello/pa/th'],
    ['/hello//../path', '/path'],
    ['/hello/\\../path', '/path'],
    ['/en//%68ello\\path', '/en/hello/path'],
    ['\\hello', '/hello'],
    ['/./en//hello./', '/en/hello./'],
  ])('as Cloudflare documents it: %j becomes %j', (path, expected) => {
    expect(normalizePath(path)).toBe(expected)
  })

  test.each(['/', '*', '/a/b.c/d-e_f~g', "/:?#[]@!$&'()*+,;=", '/a.b/c..d/e.', '/wp-login.php'])(
    '%j stays',
    (path) => expect(normalizePath(path)).toBe(path)
  )

  test.each([
    ['/%41%5a%61%7A%30%39%2d%2E%5f%7e', '/AZaz09-._~'],
    ['/%2f%3f%23%25%5c', '/%2F%3F%23%25%5C'],
    ['/a%2fb%2Fc', '/a%2Fb%2Fc'],
    ['/%e4%bd', '/%E4%BD'],
    ['/%00', '/%00'],
    ['/%252e%252e/', '/%252e%252e/'],
  ])('decodes escapes of unreserved characters only, once: %j becomes %j', (path, expected) => {
    expect(normalizePath(path)).toBe(expected)
  })

  test.each([
    ['/a b', '/a%20b'],
    ['/\xc3\xa9', '/%C3%A9'],
    ['/"<>^`{|}', '/%22%3C%3E%5E%60%7B%7C%7D'],
    ['/\0\x1f\x7f\xff', '/%00%1F%7F%FF'],
  ])('escapes bytes that are no URL characters: %j becomes %j', (path, expected) => {
    expect(normalizePath(path)).toBe(expected)
  })

  test.each([
    ['/%', '/%25'],
    ['/100%', '/100%25'],
    ['/%zz', '/%25zz'],
    ['/%4', '/%254'],
    ['/%%41', '/%25A'],
    ['/%2%65', '/%252e'],
    ['/%2%65%2%65/admin', '/%252e%252e/admin'],
  ])('escapes a %% that begins no escape: %j becomes %j', (path, expected) => {
    expect(normalizePath(path)).toBe(expected)
  })

  test.each([
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/b/..', '/a/'],
    ['/a/b/.', '/a/b/'],
    ['/..', '/'],
    ['/.', '/'],
    ['/../../etc/passwd', '/etc/passwd'],
    ['/a/%2e%2E/b', '/b'],
    ['/a/.%2e/b', '/b'],
    ['/a/..\\..\\b', '/b'],
    ['/a/.../b', '/a/.../b'],
    ['/.env', '/.env'],
    ['/a/..b', '/a/..b'],
    ['/a/.%2e', '/'],
    ['//', '/'],
    ['/\\/\\', '/'],
    ['/a//', '/a/'],
    ['/a/%2e/%2e./b', '/b'],
    ['/a%2f../b', '/a%2F../b'],
  ])('removes dot segments and runs of slashes: %j becomes %j', (path, expected) => {
    expect(normalizePath(path)).toBe(expected)
  })

  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '%',
    '%2e',
    '%2',
    '5',
    '%5c',
    '%2F',
    'a',
    '%61',
    '\xff',
    ' ',
    '%zz'
  )
  const path = fc.array(piece, { maxLength: 24 }).map((pieces) => `/${pieces.join('')}`)

  test('what is normal stays', () => {
    fc.assert(
      fc.property(path, (text) => {
        const once = normalizePath(text)
        expect(normalizePath(once)).toBe(once)
      })
    )
  })

  test('leaves no way to climb, no run of slashes and no byte outside URLs', () => {
    fc.assert(
      fc.property(path, (text) => {
        const normal = normalizePath(text)
        expect(normal).toMatch(/^\/[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/)
        expect(normal).not.toMatch(/\/\/|\/\.{1,2}(?:\/|$)|%(?![\dA-Fa-f]{2})/)
      })
    )
  })

  test.each([
    ['slashes', '/'.repeat(65_536), '/'],
    ['backslashes', '\\'.repeat(65_536), '/'],
    ['steps up', '/..'.repeat(20_000), '/'],
    ['percent signs', `/${'%'.repeat(20_000)}`, `/${'%25'.repeat(20_000)}`],
    ['segments', '/a'.repeat(30_000), '/a'.repeat(30_000)],
    ['escapes', '/%61'.repeat(16_000), '/a'.repeat(16_000)],
    ['high bytes', `/${'\xff'.repeat(20_000)}`, `/${'%FF'.repeat(20_000)}`],
  ])('64 KB of %s', (_, text, expected) => expect(normalizePath(text)).toBe(expected))
})
