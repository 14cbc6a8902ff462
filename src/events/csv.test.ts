import { expect, test } from 'vitest'
import { csvLine } from './csv.ts'

test.each([
  [['a', 1, ''], 'a,1,\r\n'],
  [['a,b', 'say "x"', 'two\nlines'], '"a,b","say ""x""","two\nlines"\r\n'],
  [['=1+1', '@x', '+1', '-1', '\tx'], `'=1+1,'@x,'+1,'-1,"'\tx"\r\n`],
  [['a;=1+1', 'b\t=1+1'], '"a;=1+1","b\t=1+1"\r\n'],
  [[-1], '-1\r\n'],
])('%j', (cells, line) => {
  expect(csvLine(cells)).toBe(line)
})
