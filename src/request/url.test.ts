import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extensionOf, hostnameOf, normalizeHostname, parseArguments, parseTarget } from './url.ts'

const target = (
  path: string,
  query = '',
  { authority = '', scheme = '', hasQuery = query !== '' } = {}
) => ({
  authority,
  scheme,
  path,
  query,
  hasQuery,
})

describe('a request target', () => {
  test.each([
    ['/', target('/')],
    ['/a/b', target('/a/b')],
    ['/a?b=c', target('/a', 'b=c')],
    ['/a?', target('/a', '', { hasQuery: true })],
    ['/a?b?c', target('/a', 'b?c')],
    ['/?a', target('/', 'a')],
    ['//a.test/b', target('//a.test/b')],
    ['/http://a.test/', target('/http://a.test/')],
    ['/a%00%zz%', target('/a%00%zz%')],
    ['/\xff\x80', target('/\xff\x80')],
  ])('in origin form: %j', (text, expected) => expect(parseTarget(text)).toEqual(expected))

  test.each([
    ['/a#b', target('/a')],
    ['/a?b#c', target('/a', 'b')],
    ['/a#b?c', target('/a')],
    ['http://a.test/b#c', target('/b', '', { authority: 'a.test', scheme: 'http' })],
  ])('loses its fragment: %j', (text, expected) => expect(parseTarget(text)).toEqual(expected))

  test.each([
    ['http://a.test/b?c', target('/b', 'c', { authority: 'a.test', scheme: 'http' })],
    ['HTTPS://A.test:8443', target('/', '', { authority: 'A.test:8443', scheme: 'https' })],
    ['http://a.test?b', target('/?b'.slice(0, 1), 'b', { authority: 'a.test', scheme: 'http' })],
    ['http://user:pass@a.test/', target('/', '', { authority: 'a.test', scheme: 'http' })],
    ['http://a@b@c.test/', target('/', '', { authority: 'c.test', scheme: 'http' })],
    ['http://[::1]:80/x', target('/x', '', { authority: '[::1]:80', scheme: 'http' })],
    ['http://[::::/', target('/', '', { authority: '[::::', scheme: 'http' })],
    ['http:///x', target('/x', '', { scheme: 'http' })],
    ['http://a.test\\@b.test/', target('/\\@b.test/', '', { authority: 'a.test', scheme: 'http' })],
    ['ftp://a.test/', target('/', '', { authority: 'a.test', scheme: 'ftp' })],
  ])('in absolute form: %j', (text, expected) => expect(parseTarget(text)).toEqual(expected))

  test.each([
    ['*', target('*')],
    ['', target('/')],
    ['?a', target('/', 'a')],
    ['a/b', target('/a/b')],
    ['a.test:443', target('/a.test:443')],
    ['http:/a', target('/http:/a')],
    ['http:\\\\a', target('/http:\\\\a')],
    ['%', target('/%')],
    ['#', target('/')],
    ['\0', target('/\0')],
  ])('in no form that it should have: %j', (text, expected) => {
    expect(parseTarget(text)).toEqual(expected)
  })

  test('is an authority for CONNECT', () => {
    expect(parseTarget('a.test:443', 'CONNECT')).toEqual(
      target('/', '', { authority: 'a.test:443' })
    )
    expect(parseTarget('/a', 'CONNECT')).toEqual(target('/a'))
  })

  test('has a reading whatever it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('http', ':', '/', '//', '?', '#', '@', '[', '*', '\\', 'a'))
        .map((x) => x.join(''))
    )
    fc.assert(
      fc.property(text, (url) => {
        const { path, query, hasQuery } = parseTarget(url)
        expect(path === '*' || path.startsWith('/')).toBe(true)
        expect(path).not.toMatch(/[?#]/)
        expect(query).not.toContain('#')
        expect(hasQuery || query === '').toBe(true)
      })
    )
  })
})

describe('hostnameOf', () => {
  test.each([
    ['shop.test', 'shop.test'],
    ['shop.test:8443', 'shop.test'],
    ['Shop.Test:', 'Shop.Test'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]', '[::1]'],
    ['[::1]:8080', '[::1]'],
    ['', ''],
    [':80', ''],
    ['::1', ''],
    ['2001:db8::1', '2001'],
    ['[::1', '['],
    ['[::1]x', '[::1]x'],
    ['shop.test:80a', 'shop.test'],
    ['shop.test:x', 'shop.test'],
    ['shop.test:-1', 'shop.test'],
    ['[::1]:x', '[::1]'],
    ['shop.test:1:2', 'shop.test'],
    ['shop.test.', 'shop.test.'],
    ['\xff:1', '\xff'],
  ])('%j is %j', (authority, expected) => expect(hostnameOf(authority)).toBe(expected))
})

describe('extensionOf', () => {
  test.each([
    ['/foo', ''],
    ['/foo.mp3', 'mp3'],
    ['/.mp3', ''],
    ['/.foo.mp3', 'mp3'],
    ['/foo.tar.bz2', 'bz2'],
    ['/foo.', ''],
    ['/foo.MP3', 'mp3'],
    ['/articles/index.html', 'html'],
    ['/a.b/c', ''],
    ['/a.b/', ''],
    ['/', ''],
    ['*', ''],
    ['/..', ''],
    ['/a.php%00.jpg', 'jpg'],
    ['/a.\xc9', '\xe9'],
  ])('of %j is %j', (path, expected) => expect(extensionOf(path)).toBe(expected))
})

describe('parseArguments', () => {
  test.each([
    ['', []],
    ['a=b', [['a', 'b']]],
    [
      'a=b&c=d&a=e',
      [
        ['a', 'b'],
        ['c', 'd'],
        ['a', 'e'],
      ],
    ],
    ['search=red+apples', [['search', 'red+apples']]],
    ['a%20b=%41', [['a%20b', '%41']]],
    ['a', [['a', '']]],
    ['a=', [['a', '']]],
    ['=a', [['', 'a']]],
    ['=', [['', '']]],
    ['a=b=c', [['a', 'b=c']]],
    ['&&a=1&', [['a', '1']]],
    ['a;b=c', [['a;b', 'c']]],
    [
      'A=1&a=2',
      [
        ['A', '1'],
        ['a', '2'],
      ],
    ],
    ['__proto__=1', [['__proto__', '1']]],
    ['\xff=\x80', [['\xff', '\x80']]],
  ])('of %j', (query, expected) => expect(parseArguments(query)).toEqual(expected))
})

test.each([
  ['shop.test', 'shop.test'],
  ['SHOP.Test', 'shop.test'],
  ['shop.test.', 'shop.test'],
  ['Shop.Test.', 'shop.test'],
  ['shop.test..', 'shop.test'],
  ['Shop.test...', 'shop.test'],
  ['.', ''],
  ['', ''],
  ['[2001:DB8::1]', '[2001:db8::1]'],
  ['\xc4.TEST', '\xc4.test'],
])('the host name %j is %j to rules', (received, expected) => {
  expect(normalizeHostname(received)).toBe(expected)
})
