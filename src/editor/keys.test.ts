import { describe, expect, test } from 'vitest'
import { completeKeys, keyText, pathAt } from './keys.ts'

/** A document with `§` where the cursor is. */
const at = (text: string) => {
  const before = text.slice(0, text.indexOf('§')).split('\n')
  return {
    lines: text.replace('§', '').split('\n'),
    line: before.length - 1,
    column: before.at(-1)!.length,
  }
}

const labels = (text: string): string[] => {
  const { lines, line, column } = at(text)
  return completeKeys(lines, line, column).items.map(({ label }) => label)
}

describe('the path of a place', () => {
  test.each([
    ['§', []],
    ['rules:\n  - name: a\n    §', ['rules', '-']],
    ['rules:\n- name: a\n  §', ['rules', '-']],
    ['rules:\n- name: a\n  when:\n    §', ['rules', '-', 'when']],
    ['rules:\n  # why\n\n  - §', ['rules', '-']],
    [
      'rules:\n  - when:\n      any:\n        - path: /a\n          §',
      ['rules', '-', 'when', 'any', '-'],
    ],
    ['rules:\n  - name: a\n    when: { path: /a }\n§', []],
    ['"rules":\n  - \'name\': a\n    §', ['rules', '-']],
    ['zones:\n  - name: a\n    rules:\n      - action: §', ['zones', '-', 'rules', '-', 'action']],
  ])('%j is %j', (text, path) => {
    const { lines, line, column } = at(text)
    expect(pathAt(lines, line, column)).toEqual(path)
  })
})

describe('keys', () => {
  test.each([
    ['§', ['rules', 'lists', 'zones', 'rate_limits'], ['action']],
    ['ru§', ['rules'], ['action']],
    ['rules: []\n§', ['lists'], ['rules']],
    ['§\nrules: []\n', ['lists'], ['rules']],
    ['rules:\n  - §', ['name', 'action', 'when', 'expression'], ['rules']],
    ['rules:\n  - name: a\n    §\n    action: block\n', ['when'], ['name', 'action', 'rules']],
    ['rules:\n  - name: a\n  - §', ['name'], []],
    ['rules:\n  - when:\n      §', ['country', 'path', 'not'], ['action']],
    ['rules:\n  - when:\n      path: /\n      §\n  - name: b\n', ['country'], ['path', 'name']],
    ['rules:\n  - when:\n      not:\n        §', ['country'], ['action']],
    ['rules:\n  - when:\n      path:\n        §', ['starts_with', 'matches'], ['country']],
    ['rate_limits:\n  - §', ['period', 'requests_per_period'], ['when_not']],
  ])('at %j are %j and not %j', (text, present, absent) => {
    const found = labels(text)
    expect(found).toEqual(expect.arrayContaining(present))
    for (const label of absent) expect(found).not.toContain(label)
  })

  test('say what they are for, and are written with a colon', () => {
    const { lines, line, column } = at('rules:\n  - na§')
    const { start, items } = completeKeys(lines, line, column)
    expect(start).toBe(4)
    const when = items.find(({ label }) => label === 'action')
    expect(when).toMatchObject({ insert: 'action: ', text: expect.stringContaining('Error 1020') })
  })
})

describe('values', () => {
  test.each([
    ['rules:\n  - action: §', ['block', 'skip']],
    ['rules:\n  - action: bl§', ['block']],
    ['rules:\n  - enabled: §', ['true', 'false']],
    ['rules:\n  - when:\n      country: §', ['DE', 'T1']],
    ['rules:\n  - when:\n      country: [DE, §', ['FR']],
    ['rules:\n  - when:\n      country:\n        - §', ['FR']],
    ['rules:\n  - when:\n      not: { country: DE }\n      continent: §', ['EU']],
  ])('at %j are %j', (text, values) => {
    expect(labels(text)).toEqual(expect.arrayContaining(values))
  })

  test.each(['rules:\n  - name: §', 'rules:\n  - name: a b §', 'rules:\n  - action: block # §'])(
    'at %j there are none',
    (text) => {
      expect(labels(text)).toEqual([])
    }
  )
})

test.each([
  ['rules:\n  - act§ion: block', 'action', 'Error 1020'],
  ['r§ules: []', 'rules', 'in which they are asked'],
  ['rules:\n  - when:\n      coun§try: DE', 'country', 'ISO 3166-1'],
])('a key at %j tells what it is for', (text, key, about) => {
  const { lines, line, column } = at(text)
  const found = keyText(lines, line, column)!
  expect(lines[line]!.slice(found.start, found.end)).toBe(key)
  expect(found.text).toContain(about)
})

test.each(['rules:\n  - action: bl§ock', '§  - a', 'nothing§: 1'])(
  '%j has no key that is known',
  (text) => {
    const { lines, line, column } = at(text)
    expect(keyText(lines, line, column)).toBeUndefined()
  }
)
