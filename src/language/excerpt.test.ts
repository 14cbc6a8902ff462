import { describe, expect, test } from 'vitest'
import { locate } from './diagnostics.ts'
import { excerptOf } from './excerpt.ts'

const BYTES = 4_096
const TAB_COLUMNS = 4

/** Columns of a text on a terminal: the wide characters of these tests have two, a TAB is counted as four. */
const columns = (text: string) =>
  [...text].reduce(
    (sum, character) =>
      sum + (character === '\t' ? TAB_COLUMNS : /[日本😀]/u.test(character) ? 2 : 1),
    0
  )

/** At least `BYTES` of the text, in one line. */
const filled = (text: string) =>
  text.repeat(Math.ceil(BYTES / new TextEncoder().encode(text).length))

const excerpt = (before: string, wrong: string, after: string, file?: string) => {
  const source = before + wrong + after
  const place = locate(source, before.length, before.length + wrong.length)
  const characters = { column: [...before].length + 1, length: [...wrong].length }
  return excerptOf({
    code: 'a_code',
    severity: 'error',
    message: 'a message',
    ...place,
    ...(file === undefined ? {} : { file, ...characters }),
  })
}

describe.each([
  ['ASCII', 'http.host eq "a" or '],
  ['CJK', 'http.host eq "日本" or '],
  ['emoji', 'http.host eq "😀é" or '],
  ['TABs', 'http.host eq "\t" or '],
  ['one word', 'x'],
])('a line of 4 KB of %s', (_, text) => {
  describe.each([undefined, 'rules.yaml'])('in the file %s', (file) => {
    test.each([
      ['the beginning', '', filled(text)],
      ['the middle', filled(text), filled(text)],
      ['the end', filled(text), ''],
    ])('with its mistake at %s is cut to what is around it', (_place, before, after) => {
      const { line, pad, carets } = excerpt(before, 'wrong', after, file)
      expect(carets).toBe('^^^^^')
      const at = line.indexOf('wrong')
      expect(columns(pad)).toBe(columns(line.slice(0, at)))
      expect(columns(line)).toBeLessThanOrEqual(102)
      expect(line.startsWith('…')).toBe(before !== '')
      expect(line.endsWith('…')).toBe(after !== '')
      expect(line).not.toMatch(/\ufffd/)
      // A third of the line is before the mistake, the rest after it.
      if (before !== '') expect(columns(pad)).toBeGreaterThan(34)
    })
  })

  test('keeps as many carets as it shows', () => {
    const { line, carets } = excerpt(filled(text), 'w'.repeat(BYTES), '')
    expect(carets).toMatch(/^\^+$/)
    expect(columns(line)).toBeLessThanOrEqual(102)
    expect(carets.length).toBe([...line].filter((character) => character === 'w').length)
  })
})

test('a place behind the end of a cut line has its caret there', () => {
  const source = filled('http.host eq "a" or ')
  const { line, pad, carets } = excerptOf({
    code: 'eof',
    severity: 'error',
    message: 'a message',
    ...locate(source, source.length, source.length),
  })
  expect(carets).toBe('^')
  expect(pad.length).toBe(line.length)
})
