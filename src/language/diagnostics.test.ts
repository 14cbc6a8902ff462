import { describe, expect, test } from 'vitest'
import { expressionError, formatDiagnostic, locate } from './diagnostics.ts'
import { Problem } from './problem.ts'

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

  const picture = (source: string, start: number, end: number) =>
    formatDiagnostic({
      code: 'a_code',
      severity: 'error',
      message: 'a message',
      ...locate(source, start, end),
    }).split('\n')

  test('of a long line shows the part around the carets', () => {
    const [place, line = '', carets = ''] = picture(
      `${'a'.repeat(5000)}xyz${'b'.repeat(5000)}`,
      5000,
      5003
    )
    expect(place).toBe('Filter parsing error (1:5001):')
    expect(line).toMatch(/^…a{40}xyzb{57}…$/)
    expect(carets).toBe(`${' '.repeat(41)}^^^ a message`)
  })

  test.each([100, 101])('shows a line of %i characters whole up to 100', (chars) => {
    const [, line] = picture('a'.repeat(chars), 0, 1)
    expect(line).toBe(chars === 100 ? 'a'.repeat(100) : `${'a'.repeat(100)}…`)
  })

  test('puts the carets under the characters, not under their bytes', () => {
    expect(picture('éé xyz', 3, 6)).toEqual([
      'Filter parsing error (1:6):',
      'éé xyz',
      '   ^^^ a message',
      '',
    ])
  })

  test('obeys no control character of the source', () => {
    expect(picture('\x1b[31m', 0, 1)[1]).toBe('\ufffd[31m')
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
