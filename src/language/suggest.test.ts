import { describe, expect, test } from 'vitest'
import { expressionError, formatDiagnostic, locate } from './diagnostics.ts'
import { Problem } from './problem.ts'
import { nearest } from './suggest.ts'

describe('the nearest known name', () => {
  const KNOWN = ['http.host', 'http.user_agent', 'ip.src', 'ip.src.country', 'len', 'lower', 'ssl']

  test.each([
    ['http.hots', 'http.host'],
    ['http.hos', 'http.host'],
    ['http.hosts', 'http.host'],
    ['HTTP.HOST', 'http.host'],
    ['httphost', 'http.host'],
    ['http_host', 'http.host'],
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
  ])('to %j is %j', (name, expected) => {
    expect(nearest(name, KNOWN)).toBe(expected)
  })

  test('is the first of the nearest', () => {
    expect(nearest('abx', ['abc', 'aby'])).toBe('abc')
    expect(nearest('abx', ['axx', 'abx'])).toBe('abx')
    expect(nearest('abx', [])).toBeUndefined()
  })
})

describe('a place in a source', () => {
  test.each<[string, number, number, [number, number, number, string]]>([
    ['abc', 0, 3, [1, 1, 3, 'abc']],
    ['abc', 1, 2, [1, 2, 1, 'abc']],
    ['abc', 3, 3, [1, 4, 1, 'abc']],
    ['abc', 1, 0, [1, 2, 1, 'abc']],
    ['', 0, 0, [1, 1, 1, '']],
    ['a\nbc\nd', 2, 4, [2, 1, 2, 'bc']],
    ['a\nbc\nd', 3, 6, [2, 2, 1, 'bc']],
    ['a\nbc\nd', 5, 6, [3, 1, 1, 'd']],
    ['a\nbc', 1, 2, [1, 2, 1, 'a']],
    ['\nabc', 1, 4, [2, 1, 3, 'abc']],
    ['\n\n', 2, 2, [3, 1, 1, '']],
    ['\n\nx', 1, 1, [2, 1, 1, '']],
    ['é=é', 2, 3, [1, 4, 2, 'é=é']],
    ['😀a', 2, 3, [1, 5, 1, '😀a']],
  ])('of %j from %i to %i', (source, start, end, [line, column, length, sourceLine]) => {
    expect(locate(source, start, end)).toEqual({ line, column, length, sourceLine })
  })

  test('is drawn with carets, and the help below', () => {
    const problem = {
      code: 'unknown_identifier',
      severity: 'error',
      message: 'unknown identifier',
      ...locate('ssl and\n  txt', 10, 13),
    } as const
    expect(formatDiagnostic(problem)).toBe(
      'Filter parsing error (2:3):\n  txt\n  ^^^ unknown identifier\n'
    )
    expect(formatDiagnostic({ ...problem, help: 'did you mean `text`?' })).toBe(
      'Filter parsing error (2:3):\n  txt\n  ^^^ unknown identifier\nhelp: did you mean `text`?\n'
    )
  })

  test('comes before those that are further on', () => {
    const { diagnostics, code } = expressionError('ab', [
      new Problem('later', 'b', 1, 2),
      new Problem('earlier', 'a', 0, 1),
    ])
    expect(code).toBe('invalid_expression')
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['earlier', 'later'])
  })
})
