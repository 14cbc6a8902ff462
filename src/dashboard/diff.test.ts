import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffHtml, diffLines } from './diff.ts'

const shown = (before: string, after: string) =>
  diffLines(before, after).map(([kind, text]) => kind + text)

test.each([
  ['a\nb\nc', 'a\nx\nb\nc', [' a', '+x', ' b', ' c']],
  ['a\nb\nc', 'a\nc', [' a', '-b', ' c']],
  ['a\nb', 'b\na', ['-a', ' b', '+a']],
  ['', 'a', ['-', '+a']],
  ['a', 'a', [' a']],
])('%j to %j', (before, after, lines) => {
  expect(shown(before, after)).toEqual(lines)
})

test('the diff contains both texts', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
    .map((all) => all.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after)
      const of = (kinds: string) =>
        lines
          .filter(([kind]) => kinds.includes(kind))
          .map(([, line]) => line)
          .join('\n')
      expect(of(' -')).toBe(before)
      expect(of(' +')).toBe(after)
    })
  )
})

test('long texts that differ everywhere take little time', () => {
  const text = (word: string) => Array.from({ length: 5_000 }, (_, i) => word + i).join('\n')
  expect(diffLines(text('a'), text('b'))).toHaveLength(10_000)
})

test('distant lines are left out, and markup is escaped', () => {
  const lines = Array.from({ length: 40 }, (_, i) => `line ${i}`)
  const page = diffHtml(lines.join('\n'), lines.toSpliced(20, 0, '<b>').join('\n')).text
  expect(page).toContain('&lt;b&gt;')
  expect(page).toContain('line 17')
  expect(page).not.toContain('line 5<')
  expect(page.match(/class="gap"/g)).toHaveLength(1)
})
