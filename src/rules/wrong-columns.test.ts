import { expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { loadRules } from './load.ts'

const problems = (...lines: string[]): string[] => {
  try {
    loadRules([{ file: 'site.yaml', text: `${lines.join('\n')}\n` }])
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    return error.diagnostics.map(
      ({ line, column, code, message, help }) => `${line}:${column} ${code} ${message}: ${help}`
    )
  }
  return []
}

test.each([
  [
    'a line between two levels',
    ['rules:', '  - name: a', '   when:', '      path: /x', '    action: block'],
    [
      '3:4 invalid_yaml wrong indentation: 3 spaces, which matches no line above: expected 2 spaces as `- name:` on line 2, or 4 spaces as `name:` on line 2',
    ],
  ],
  [
    'a line deeper than the one above, which has its value',
    ['rules:', '  - name: a', '     when:', '      path: /x'],
    [
      '3:6 invalid_yaml wrong indentation: 5 spaces, deeper than `name:` on line 2, which already has a value: expected 4 spaces as `name:` on line 2',
    ],
  ],
  [
    'another mistake further up, which is reported too',
    ['rules:', '  - name: @a', '    when:', '      path: /x', '   action: block'],
    [
      expect.stringMatching(/^2:11 invalid_yaml .*: quote text that starts with this character$/),
      expect.stringMatching(/^5:4 invalid_yaml wrong indentation: 3 spaces/),
    ],
  ],
  [
    'a colon in a text, which is no matter of indentation',
    ['rules:', '  - name: no: curl', '    action: block', '    when: { path: /x }'],
    [expect.stringMatching(/^2:11 invalid_yaml .* quote text that contains/)],
  ],
  [
    'conditions at the column of `when`',
    ['rules:', '  - name: a', '    when:', '    path: /x', '    action: block'],
    [
      expect.stringMatching(/^3:5 wrong_type expected conditions/),
      '4:5 unknown_key unknown key `path` in a rule: `path` is a condition: conditions are indented below `when:`',
    ],
  ],
  [
    'a key of the rule at the column of the conditions',
    ['rules:', '  - name: a', '    when:', '      path: /x', '      action: block'],
    [
      expect.stringMatching(/^2:5 missing_key the rule `a` has no `action`/),
      '5:7 unknown_key unknown key `action` in `when`: `action` is a key of the rule: indent it like `when:`',
    ],
  ],
  [
    'a rule without its dash',
    ['rules:', '  name: a', '  action: block'],
    [expect.stringMatching(/^2:3 wrong_type .*: write `- ` before the first key of each rule$/)],
  ],
  [
    'the right columns',
    ['rules:', '  - name: a', '    when:', '      path: /x', '    action: block'],
    [],
  ],
])('%s', (_, lines, expected) => {
  expect(problems(...lines)).toEqual(expected)
})
