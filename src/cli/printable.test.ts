import { expect, test } from 'vitest'
import { printable, table } from './printable.ts'

test.each([
  ['plain text, ünïcode and 日本', 'plain text, ünïcode and 日本'],
  ['\x1b[31mred', '\\x1b[31mred'],
  ['a\nb\tc\r', 'a\\x0ab\\x09c\\x0d'],
  ['\x7f\x9b', '\\x7f\\x9b'],
  ['\u202ereversed', '\\u202ereversed'],
  ['\u2066\u200f\u2028', '\\u2066\\u200f\\u2028'],
])('%j is printed as %j', (text, expected) => expect(printable(text)).toBe(expected))

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdefg', 6, 'abcde…'],
  ['\x1b'.repeat(7), 3, '\\x1b\\x1b…'],
])('%j is cut to %d characters: %j', (text, max, expected) => {
  expect(printable(text, max)).toBe(expected)
})

test('a table aligns its columns and has no trailing spaces', () => {
  const rows = [
    ['ray', 'action', 'path'],
    ['1', '', '/a long path'],
    ['22', 'block', ''],
  ]
  expect(table(rows)).toBe('ray  action  path\n1            /a long path\n22   block\n')
  expect(table([])).toBe('')
})
