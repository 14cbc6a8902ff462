import { expect, test } from 'vitest'
import { withFixes } from './apply-fixes.ts'
import type { Finding } from './finding.ts'

const finding = (
  ...edits: [line: number, column: number, endColumn: number, text: string][]
): Finding => ({
  file: 'a',
  line: 1,
  column: 1,
  severity: 'error',
  code: 'x',
  message: 'x',
  fix: {
    message: 'x',
    edits: edits.map(([line, column, endColumn, text]) => ({ line, column, endColumn, text })),
  },
})

test.each<[string, string, Finding[], string, number]>([
  ['nothing to do', 'ab\ncd', [], 'ab\ncd', 0],
  [
    'one in each line',
    'ab\r\ncd\r\n',
    [finding([1, 1, 2, 'X']), finding([2, 2, 3, ''])],
    'Xb\r\nc\r\n',
    2,
  ],
  ['columns count characters', 'é😀ab', [finding([1, 3, 4, 'X'])], 'é😀Xb', 1],
  [
    'one that overlaps an earlier one waits',
    'abcd',
    [finding([1, 1, 3, 'X']), finding([1, 2, 4, 'Y'])],
    'Xcd',
    1,
  ],
  [
    'one beside an earlier one does not',
    'abcd',
    [finding([1, 1, 3, 'X']), finding([1, 3, 5, 'Y'])],
    'XY',
    2,
  ],
  [
    'all edits of a finding, or none',
    'abcd',
    [finding([1, 1, 2, 'X']), finding([1, 1, 2, 'Y'], [1, 4, 5, 'Z'])],
    'Xbcd',
    1,
  ],
  ['a byte order mark has no column', '\ufeffab', [finding([1, 1, 2, 'X'])], '\ufeffXb', 1],
])('%s', (_, text, findings, after, fixed) => {
  expect(withFixes(text, findings)).toEqual({ text: after, fixed })
})
