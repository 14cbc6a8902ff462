import { expect, test } from 'vitest'
import { Source } from '../rules/source.ts'
import { offsetsIn, spanAt } from './places-in-text.ts'

const found = (text: string, expression: string, part: string, from = 0) => {
  const offsets = offsetsIn(text, from, expression)
  if (offsets === undefined) return undefined
  const start = expression.indexOf(part)
  const { line, column, length } = spanAt(new Source('f', text), offsets, {
    start,
    length: part.length,
  })
  return [line, column, length]
}

test.each<[string, string, string, string, number[] | undefined]>([
  ['plain', 'x = host eq 1', 'host eq 1', 'eq', [1, 10, 2]],
  ['escaped quotes', '"host eq \\"a\\" or b"', 'host eq "a" or b', '"a"', [1, 10, 5]],
  ['an escaped backslash', '"m \\"a\\\\.b\\""', 'm "a\\.b"', '.b', [1, 9, 2]],
  ['a heredoc, indented, over lines', 'x\n    a and\n      b', 'a and\nb', 'b', [3, 7, 1]],
  ['escaped line ends', '"a and\\n  b"', 'a and\n  b', 'b', [1, 11, 1]],
  ['escaped signs of Terraform', `m "^/$\${a}b"`, `m "^/\${a}b"`, 'b', [1, 11, 1]],
  ['\\u escapes', '"a \\u00e9b"', 'a éb', 'éb', [1, 4, 7]],
  [
    'behind another that only begins like it',
    'host eq 12\nhost eq 1 and c',
    'host eq 1 and c',
    'c',
    [2, 15, 1],
  ],
  ['not there', `host eq \${x}`, 'host eq 1', 'eq', undefined],
  ['without a word to look for', '"a"', '"a"', 'a', undefined],
])('%s', (_, text, expression, part, place) => {
  expect(found(text, expression, part)).toEqual(place)
})

test('looks from the line of the rule', () => {
  expect(found('ssl\nssl', 'ssl', 'ssl', 1)).toEqual([2, 1, 3])
})
