import { describe, expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const FIELDS = ['http.host', 'http.user_agent', 'ip.src', 'ip.src.country', 'len', 'lower', 'ssl']
const KEYS = ['country', 'continent', 'asn', 'ip', 'user_agent', 'path', 'host', 'method']

describe('the nearest known name', () => {
  test.each([
    ['http.hots', 'http.host'],
    ['http.hos', 'http.host'],
    ['http.hosts', 'http.host'],
    ['HTTP.HOST', 'http.host'],
    ['httphost', 'http.host'],
    ['http_host', 'http.host'],
    ['http.user-agent', 'http.user_agent'],
    ['ip.src.contry', 'ip.src.country'],
    ['ip.source', 'ip.src'],
    ['ip.scr', 'ip.src'],
    ['lne', 'len'],
    ['lenght', undefined],
    ['sl', 'ssl'],
    ['sssl', 'ssl'],
    ['xyz', undefined],
    ['x', undefined],
    ['', undefined],
    ['country', undefined],
    ['http.host'.repeat(10), undefined],
  ])('to %j among fields is %j', (name, expected) => {
    expect(nearest(name, FIELDS)).toBe(expected)
  })

  test.each([
    ['contry', 'country'],
    ['coutnry', 'country'],
    ['Country', 'country'],
    ['user-agent', 'user_agent'],
    ['user agent', 'user_agent'],
    ['usragent', 'user_agent'],
    ['pth', 'path'],
    ['pi', 'ip'],
    ['mehtod', 'method'],
    ['xx', undefined],
    ['colour', undefined],
    ['zzz', undefined],
    ['', undefined],
    ['a'.repeat(1000), undefined],
  ])('to %j among keys is %j', (name, expected) => {
    expect(nearest(name, KEYS)).toBe(expected)
  })

  test('is given as it is written where it is known', () => {
    expect(nearest('keep_alive', ['Keep-Alive'])).toBe('Keep-Alive')
  })

  test('is the first of the nearest', () => {
    expect(nearest('abx', ['abc', 'aby'])).toBe('abc')
    expect(nearest('abx', ['axx', 'abx'])).toBe('abx')
    expect(nearest('abx', [])).toBeUndefined()
  })
})

describe('typing errors that are forgiven', () => {
  const wrong = (chars: number, errors: number) => 'x'.repeat(errors) + 'a'.repeat(chars - errors)

  test.each([
    [2, 1],
    [3, 1],
    [5, 1],
    [6, 2],
    [8, 2],
    [9, 3],
    [30, 10],
    [80, 26],
  ])('in %i characters: %i', (chars, errors) => {
    const known = ['a'.repeat(chars)]
    expect(nearest(wrong(chars, errors), known)).toBe(known[0])
    expect(nearest(wrong(chars, errors + 1), known)).toBeUndefined()
  })

  test('none past 80 characters', () => {
    expect(nearest(wrong(80, 1), ['a'.repeat(80)])).toBeDefined()
    expect(nearest(wrong(81, 1), ['a'.repeat(81)])).toBeUndefined()
  })

  test.each([
    ['a letter too much', 'abcde', 'abcd'],
    ['a letter too few', 'abd', 'abcd'],
    ['another letter', 'abxd', 'abcd'],
    ['two letters swapped', 'acbd', 'abcd'],
  ])('%s is one', (_, name, known) => {
    expect(nearest(name, [known])).toBe(known)
    expect(nearest(`xy${name}`, [known])).toBeUndefined()
  })
})
