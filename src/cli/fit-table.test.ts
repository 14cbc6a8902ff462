import { expect, test } from 'vitest'
import { fitTable } from './fit-table.ts'

const ROWS = [
  ['ID', 'A LONG COLUMN', 'NAME'],
  ['1', 'x'.repeat(50), 'y'.repeat(20)],
]

test('a table is cut to the terminal, the widest columns first', () => {
  const lines = fitTable(ROWS, 40).trimEnd().split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBe(40)
  expect(lines[1]).toMatch(/^1 {3}x+… {2}y+…$/)
  expect(fitTable(ROWS, undefined)).toContain('x'.repeat(50))
  expect(fitTable(ROWS, 200)).toBe(fitTable(ROWS, undefined))
})

test('columns keep their minimum width on a very narrow terminal', () => {
  expect(fitTable(ROWS, 5).split('\n')[1]).toBe('1   xxxxx…  yyyyy…')
})
