import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { originTarget } from './target.ts'

describe('originTarget', () => {
  test.each([
    ['/', ''],
    ['/a/b?c=d', ''],
    ['//double//slash', ''],
    ['/a/../b', ''],
    ['/%2e%2e/x', ''],
    ['/\u00fc', ''],
    ['/a\\b?x=..', ''],
  ])('forwards %j as it is', (target, prefix) => {
    expect(originTarget(target, 'shop.test', prefix)).toBe(target)
  })

  test.each([
    ['http://shop.test/a?b', 'shop.test', '/a?b'],
    ['http://SHOP.test:80/a', 'shop.test', '/a'],
    ['https://shop.test/a', 'shop.test:443', '/a'],
    ['http://shop.test', 'shop.test', '/'],
    ['http://shop.test?q', 'shop.test', '/?q'],
    ['http://shop.test:8080/', 'shop.test:8080', '/'],
    ['HTTP://shop.test/a', 'shop.test', '/a'],
    ['http://shop.test/a', undefined, '/a'],
  ])('turns %j for Host %j into %j', (target, host, expected) => {
    expect(originTarget(target, host, '')).toBe(expected)
  })

  test.each([
    ['http://other.test/a', 'shop.test'],
    ['http://shop.test:8080/a', 'shop.test'],
    ['http://shop.test@other.test/', 'shop.test'],
    ['*', 'shop.test'],
    ['', 'shop.test'],
    ['shop.test:443', 'shop.test'],
    ['ftp://shop.test/', 'shop.test'],
    ['a/b', 'shop.test'],
    ['/admin#x', 'shop.test'],
    ['/a b', 'shop.test'],
    ['/a\u0000', 'shop.test'],
    ['/a\r\nx: y', 'shop.test'],
    ['/\u0100', 'shop.test'],
  ])('refuses %j for Host %j', (target, host) => {
    expect(originTarget(target, host, '')).toBeUndefined()
  })

  test.each([
    ['/', '/app/'],
    ['/a?b', '/app/a?b'],
    ['/..a/b..', '/app/..a/b..'],
    ['/a?x=/../y', '/app/a?x=/../y'],
    ['/a..;b', '/app/a..;b'],
  ])('puts %j under a prefix as %j', (target, expected) => {
    expect(originTarget(target, 'shop.test', '/app')).toBe(expected)
  })

  test.each([
    '/..',
    '/../admin',
    '/a/..',
    '/a/../../b',
    '/%2e%2e/x',
    '/.%2E/x',
    '/a/..%2fb',
    '/a%2f..%2fb',
    '/..\\b',
    '/a%5C..%5cb',
    '/..;x=1/b',
    '/..?q',
  ])('lets %j not lead out of a prefix', (target) => {
    expect(originTarget(target, 'shop.test', '/app')).toBeUndefined()
  })

  test('what is forwarded always begins with the prefix and a slash, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '/app'), (target, prefix) => {
        const path = originTarget(target, 'shop.test', prefix)
        expect(path === undefined || path.startsWith(`${prefix}/`)).toBe(true)
      })
    )
  })
})
