import { expect, test } from 'vitest'
import { paint } from './paint.ts'

test.each([
  ['red', '\x1b[31mno\x1b[39m'],
  ['bold', '\x1b[1mno\x1b[22m'],
  ['error', '\x1b[1;31mno\x1b[22;39m'],
] as const)('%s begins and ends', (style, expected) => {
  expect(paint(true, style, 'no')).toBe(expected)
})

test('a style inside another one does not end it', () => {
  expect(paint(true, 'bold', `a${paint(true, 'red', 'b')}c`)).toBe(
    '\x1b[1ma\x1b[31mb\x1b[39mc\x1b[22m'
  )
})

test('styles are for terminals that have them, and for text', () => {
  expect(paint(false, 'red', 'no')).toBe('no')
  expect(paint(true, 'red', '')).toBe('')
})
