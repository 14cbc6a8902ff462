import { describe, expect, test } from 'vitest'
import { parseCookies } from './cookies.ts'

describe('parseCookies', () => {
  test.each<[string, [string, string[]][]]>([
    ['', []],
    ['app=test', [['app', ['test']]]],
    [
      'a=1; b=2',
      [
        ['a', ['1']],
        ['b', ['2']],
      ],
    ],
    [
      'a=1;b=2',
      [
        ['a', ['1']],
        ['b', ['2']],
      ],
    ],
    [
      'a=1; a=2; b=3; a=1',
      [
        ['a', ['1', '2', '1']],
        ['b', ['3']],
      ],
    ],
    ['a%20b=%41%20', [['a b', ['%41%20']]]],
    ['%61=1; a=2', [['a', ['1', '2']]]],
    [
      'A=1; a=2',
      [
        ['A', ['1']],
        ['a', ['2']],
      ],
    ],
    ['a=b=c', [['a', ['b=c']]]],
    ['a="x y"', [['a', ['"x y"']]]],
    ['a=', [['a', ['']]]],
    ['a', [['a', ['']]]],
    ['=x', [['', ['x']]]],
    [
      ' a = 1 ;\tb\t=\t2\t',
      [
        ['a', ['1']],
        ['b', ['2']],
      ],
    ],
    [';; ;', []],
    [
      '%zz=1; %=2',
      [
        ['%zz', ['1']],
        ['%', ['2']],
      ],
    ],
    ['a+b=1', [['a+b', ['1']]]],
    ['__proto__=1', [['__proto__', ['1']]]],
    ['\xff=\x80', [['\xff', ['\x80']]]],
  ])('of %j', (header, expected) => expect([...parseCookies(header)]).toEqual(expected))

  test('64 KB of spaces before a name are no work', () => {
    expect([...parseCookies(`${' '.repeat(65_536)}a=1`)]).toEqual([['a', ['1']]])
  })
})
