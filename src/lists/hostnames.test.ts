import { describe, expect, test } from 'vitest'
import { HostnameSet } from './hostnames.ts'

const setOf = (...names: string[]) => {
  const set = new HostnameSet()
  for (const name of names) expect([name, set.add(name)]).toEqual([name, true])
  return set
}

describe('HostnameSet', () => {
  // `*.example.com` as on https://developers.cloudflare.com/waf/tools/lists/custom-lists/
  test.each([
    ['shop.test', 'shop.test', true],
    ['shop.test', 'SHOP.Test', true],
    ['Shop.TEST', 'shop.test', true],
    ['shop.test', 'shop.test.', true],
    ['shop.test.', 'shop.test', true],
    ['shop.test', 'www.shop.test', false],
    ['shop.test', 'ashop.test', false],
    ['*.b.test', 'www.b.test', true],
    ['*.b.test', 'WWW.B.TEST.', true],
    ['*.b.test', 'a.www.b.test', true],
    ['*.b.test', 'b.test', false],
    ['*.b.test', '.b.test', false],
    ['*.b.test', 'ab.test', false],
    ['*.b.test', '*.b.test', true],
    ['*.b.test', 'www.b.test.evil.test', false],
    ['*.test', 'b.test', true],
    ['localhost', 'localhost', true],
    ['_dmarc.b.test', '_dmarc.b.test', true],
    ['xn--mnchen-3ya.test', 'xn--mnchen-3ya.test', true],
    ['shop.test', '', false],
    ['shop.test', 'shop.test..', false],
  ])('%s has %j: %s', (entry, host, expected) => {
    expect(setOf(entry).has(host)).toBe(expected)
  })

  test.each([
    '',
    '.',
    '*',
    '*.',
    '*.*.test',
    'a.*.test',
    'w*.test',
    'shop..test',
    '.shop.test',
    '-a.test',
    'a-.test',
    'shop.test:80',
    'https://shop.test',
    'shop.test/a',
    'münchen.test',
    'a b.test',
    '192.0.2.1',
    '*.2.1',
    `${'a'.repeat(64)}.test`,
    `${'a.'.repeat(126)}aa`,
  ])('%j is not an entry', (entry) => {
    const set = new HostnameSet()
    expect(set.add(entry)).toBe(false)
    expect(set.size).toBe(0)
  })

  test('names of the greatest length are entries, also with a wildcard and a final dot', () => {
    const longest = `${'a.'.repeat(126)}a`
    expect(longest).toHaveLength(253)
    expect(setOf(longest, `*.${longest}.`).has(`${longest}.`)).toBe(true)
  })

  test('a look-up is fast for a host of any length', () => {
    const set = setOf('*.b.test')
    const startMs = performance.now()
    // Looking up one label after the other would take minutes.
    expect(set.has('a.'.repeat(200_000))).toBe(false)
    expect(performance.now() - startMs).toBeLessThan(20_000)
  })

  test('counts each name once', () => {
    expect(setOf('a.test', 'A.test', '*.a.test', 'b.test.').size).toBe(3)
  })
})
