import { describe, expect, test } from 'vitest'
import { wrongIndentation } from './indentation.ts'

const wrong = (...lines: string[]) => {
  const text = lines.join('\n')
  const found = wrongIndentation(text)
  if (found === undefined) return undefined
  const line = text.slice(0, found.start).split('\n').length
  return `${line}: ${text.slice(found.start, found.end)}: ${found.message}: ${found.help} (${found.fromLine})`
}

describe('a wrong indentation', () => {
  test.each([
    [
      'between two levels',
      ['rules:', '  - name: a', '   when:', '      path: /x'],
      '3: when:: wrong indentation: 3 spaces, which matches no line above: expected 2 spaces as `- name:` on line 2, or 4 spaces as `name:` on line 2 (3)',
    ],
    [
      'left of a value, right of its key',
      ['rules:', '  - name: a', '    when:', '        path: /x', '      host: y'],
      '5: host:: wrong indentation: 6 spaces, which matches no line above: expected 4 spaces as `when:` on line 3, or 8 spaces as `path:` on line 4 (5)',
    ],
    [
      'of a list item',
      ['rules:', ' - name: a', '  - name: b'],
      '3: - name:: wrong indentation: 2 spaces, which matches no line above: expected 1 space as `- name:` on line 2, or 3 spaces as `name:` on line 2 (3)',
    ],
    [
      'deeper than a key that has its value',
      ['rules:', '  - name: a', '     when:', '      path: /x'],
      '3: when:: wrong indentation: 5 spaces, deeper than `name:` on line 2, which already has a value: expected 4 spaces as `name:` on line 2 (2)',
    ],
    [
      'left of a text below a bar',
      ['rules:', '  - name: a', '    expression: |', '      a eq 1', '   and b eq 2'],
      '5: and: wrong indentation: 3 spaces, which matches no line above: expected 2 spaces as `- name:` on line 2, or 4 spaces as `expression:` on line 3, or 6 spaces for the text that begins on line 4 (5)',
    ],
    [
      'left of the whole document',
      ['  rules:', '    - name: a', 'name: x'],
      '3: name:: wrong indentation: 0 spaces, which matches no line above: expected 2 spaces as `rules:` on line 1 (3)',
    ],
    [
      'behind brackets, quotes and remarks',
      ['a: [b, "c]",', ' d]', 'e: "f', '    # g"', 'h:', '    # i', '    j: {k: l} # [', '  m: n'],
      '8: m:: wrong indentation: 2 spaces, which matches no line above: expected 0 spaces as `h:` on line 5, or 4 spaces as `j:` on line 7 (8)',
    ],
    [
      'with Windows line ends',
      ['a:\r', '    b: 1\r', '  c: 2\r'],
      '3: c:: wrong indentation: 2 spaces, which matches no line above: expected 0 spaces as `a:` on line 1, or 4 spaces as `b:` on line 2 (3)',
    ],
  ])('%s', (_, lines, expected) => {
    expect(wrong(...lines)).toBe(expected)
  })
})

describe('no wrong indentation', () => {
  test.each([
    ['nothing', ['']],
    [
      'a document',
      ['rules:', '  - name: a', '    when:', '      path: /x', '    action: block', '  - name: b'],
    ],
    [
      'a list at the column of its key',
      ['rules:', '- name: a', '  action: block', '- name: b', 'name: x'],
    ],
    ['a list in a list', ['a:', '  - - b', '    - c', '  - d']],
    ['a dash alone', ['a:', '  -', '    b: 1', '  - c: 2']],
    [
      'a text below a bar, with any indentation',
      ['a: |', '    b', '      c: 1', '     - d', '', '    # e', 'f: 1'],
    ],
    ['an empty text below a bar', ['a:', '  b: |', '  c: 1']],
    ['a folded text with a remark', ['a: >- # why', '  b', '   c', 'd: 1']],
    ['a plain text that goes on', ['a: b', '   c', '  d', 'e: 1']],
    ['a plain text with a bracket or a quote', ["a: don't [", 'b: ip in {', '  c', 'd: 1']],
    ['a list in brackets over several lines', ['a: [', 'b,', '      c', '  ]', 'd: 1']],
    ['a quoted text over several lines', ['a: "b \\" c', 'd', '    e"', 'f: 1']],
    ['a remark at any column', ['a:', '      # b', ' # c', '  d: 1']],
    ['a tag or an anchor before a block', ['a: &x', '  b: 1', 'c: !t', '  d: 1']],
    ['tabs', ['a:', '\tb: 1', ' c: 1']],
    ['several documents', ['a: 1', '---', 'b: 1']],
  ])('in %s', (_, lines) => {
    expect(wrong(...lines)).toBeUndefined()
  })

  test('in a long text it is found in linear time', () => {
    const text = `a:\n${'  - b: "c" # d\n'.repeat(100_000)} e: 1\n`
    const startMs = performance.now()
    expect(wrongIndentation(text)?.fromLine).toBe(100_002)
    expect(performance.now() - startMs).toBeLessThan(20_000)
  })
})
