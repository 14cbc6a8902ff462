import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { toBytes } from './bytes.ts'
import { compileWildcard } from './wildcard.ts'

const problem = (pattern: string) => {
  try {
    compileWildcard(pattern, { strict: false })
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error(`accepted ${pattern}`)
}

describe('wildcard', () => {
  test.each([
    ['/articles/*', '/articles/', true],
    ['/articles/*', '/ARTICLES/a/b?c', true],
    ['/articles/*', '/x/articles/', false],
    ['http*://example.com/a/*', 'https://example.com/a/b', true],
    ['http*://example.com/a/*', 'ftp://example.com/a/b', false],
    ['*.example.com/*/page.html', 'a.example.com/b/c/page.html', true],
    ['*.example.com/*/page.html', 'a.example.com/page.html', false],
    ['*', '', true],
    ['*', 'line\nline', true],
    ['', '', true],
    ['', 'a', false],
    ['?', '?', true],
    ['?', 'x', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*aab', 'aaaab', true],
    ['*a*b', 'xbxa', false],
    ['ab*ba', 'aba', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a\\\\*', 'a\\b', true],
    ['a\\\\*', 'ab', false],
    ['*foo*bar*', 'xFOOyBARz', true],
    ['*foo*bar*', 'barfoo', false],
    ['É*', 'Éa', true],
    ['É*', 'éa', false],
    ['¯\\\\_(ツ*)_/¯', '¯\\_(ツ)_/¯', true],
  ])('%j on %j: %j', (pattern, value, expected) => {
    const wildcard = compileWildcard(toBytes(pattern), { strict: false })
    expect(wildcard.test(toBytes(value))).toBe(expected)
    expect(wildcard.exec(toBytes(value)) !== undefined).toBe(expected)
  })

  test.each([
    ['/AdminTeam/*', '/AdminTeam/x', true],
    ['/AdminTeam/*', '/adminteam/x', false],
    ['A', 'a', false],
  ])('strict: %j on %j: %j', (pattern, value, expected) => {
    expect(compileWildcard(pattern, { strict: true }).test(value)).toBe(expected)
  })

  test.each([
    [
      'https://*.example.com/*/*',
      'https://apps.example.com/calendar/admin?expand=true',
      ['apps', 'calendar', 'admin?expand=true'],
    ],
    ['*a*', 'xaya', ['x', 'ya']],
    ['*a*a', 'aaa', ['', 'a']],
    ['/Apps/*', '/apps/Calendar', ['Calendar']],
    ['/x', '/x', []],
    ['/*', '/', ['']],
  ])('%j captures lazily from %j', (pattern, value, expected) => {
    const wildcard = compileWildcard(pattern, { strict: false })
    expect(wildcard.stars).toBe(expected.length)
    const spans = wildcard.exec(value)
    expect(spans?.map(({ start, end }) => value.slice(start, end))).toEqual(expected)
  })

  test.each([
    [
      'a\\?b',
      'invalid wildcard: wildcard syntax error at position 1: invalid escape sequence',
      2,
      2,
    ],
    [
      'a\\',
      'invalid wildcard: wildcard syntax error at position 1: incomplete escape sequence at the end of the wildcard',
      2,
      1,
    ],
    ['a**b', 'wildcard contains a double star', 2, 2],
    ['\\\\**', 'wildcard contains a double star', 3, 2],
    [
      '**\\x',
      'invalid wildcard: wildcard syntax error at position 2: invalid escape sequence',
      3,
      2,
    ],
  ])('%j is refused', (pattern, message, column, length) => {
    const error = problem(pattern)
    expect(error).toMatchObject({ code: 'invalid_wildcard', message })
    expect(error.diagnostics).toMatchObject([{ message, line: 1, column, length }])
  })

  test.each(['\\**', '*\\*', '\\**\\**', '*a*'])('%j has no double star', (pattern) => {
    expect(() => compileWildcard(pattern, { strict: true })).not.toThrow()
  })

  it('agrees with a backtracking matcher, captures included', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 })
    const pattern = fc
      .array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 2 }), {
        maxLength: 4,
      })
      .map((pieces) => pieces.join('*'))
    fc.assert(
      fc.property(pattern, letters, (source, value) => {
        const expected = new RegExp(`^${source.replaceAll('*', '(.*?)')}$`).exec(value)
        const spans = compileWildcard(source, { strict: true }).exec(value)
        expect(spans?.map(({ start, end }) => value.slice(start, end))).toEqual(expected?.slice(1))
      })
    )
  })

  it('finishes on a pattern and a value made for backtracking', () => {
    const wildcard = compileWildcard(`${'*a'.repeat(2000)}*b`, { strict: false })
    expect(wildcard.test('a'.repeat(65_536))).toBe(false)
  })
})
