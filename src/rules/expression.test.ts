import { describe, expect, test } from 'vitest'
import type { Diagnostic } from '../error.ts'
import { EdgeError } from '../error.ts'
import { loadRules } from './load.ts'
import { rulesFromObjects } from './objects.ts'

const problemsOf = (text: string): readonly Diagnostic[] => {
  try {
    loadRules([{ file: 'r.yaml', text }])
  } catch (error) {
    if (error instanceof EdgeError) return error.diagnostics
    throw error
  }
  return []
}

const rule = (key: string) => `rules:\n  - name: x\n    action: log\n    ${key}\n`

/** The texts that the problems underline. */
const underlined = (text: string) =>
  problemsOf(text).map(({ sourceLine, column, length }) =>
    [...sourceLine].slice(column - 1, column - 1 + length).join('')
  )

describe('a problem inside an expression is shown where it stands in the file', () => {
  test.each([
    ['plain', 'expression: ssl and nosuch', 4, 25],
    ['plain, behind other characters', 'expression: http.host eq "é😀" and nosuch', 4, 39],
    ['plain, on a later line', 'expression: ssl and\n\n      nosuch', 6, 7],
    ['single quotes', "expression: 'http.host eq \"it''s\" and nosuch'", 4, 43],
    ['single quotes, on a later line', "expression: 'ssl\n     and nosuch'", 5, 10],
    ['double quotes', 'expression: "http.host eq \\"a\\" and nosuch"', 4, 41],
    [
      'double quotes, behind escapes',
      'expression: "http.host eq \\"\\u00e9\\x41\\" and nosuch"',
      4,
      50,
    ],
    ['double quotes, on a later line', 'expression: "ssl \\\n     and nosuch"', 5, 10],
    ['literal', 'expression: |\n      ssl and\n        nosuch\n', 6, 9],
    ['literal, first line', 'expression: |\n      nosuch\n', 5, 7],
    ['literal, after empty lines', 'expression: |\n\n\n      nosuch\n', 7, 7],
    ['literal, with an indent of its own', 'expression: |2\n       nosuch\n', 5, 8],
    ['folded', 'expression: >-\n      ssl\n      and nosuch\n', 6, 11],
    ['folded, deeper lines', 'expression: >\n      ssl\n        and\n        nosuch\n', 7, 9],
    ['folded, paragraphs', 'expression: >\n      ssl\n\n      and nosuch\n', 7, 11],
  ])('%s', (style, key, line, column) => {
    const text = rule(key)
    expect(problemsOf(text), style).toMatchObject([
      { code: 'unknown_identifier', file: 'r.yaml', line, column, length: 6 },
    ])
    expect(underlined(text)).toEqual(['nosuch'])
  })

  test('in a flow mapping', () => {
    const text = 'rules: [{ name: x, action: log, expression: ssl and nosuch }]'
    expect(problemsOf(text)).toMatchObject([{ line: 1, column: 53, length: 6 }])
  })

  test('with carriage returns', () => {
    const text = rule('expression: |\n      ssl and\n      nosuch').replaceAll('\n', '\r\n')
    expect(underlined(text)).toEqual(['nosuch'])
    expect(problemsOf(text)[0]?.sourceLine).toBe('      nosuch')
  })

  test.each([
    ['expression: nosuch eq "a', ['nosuch']],
    ['expression: http.hots eq "a"', ['http.hots']],
    ['expression: http.host matches "a(b"', ['(']],
    ['expression: ip.src in {10.0.0.1/8}', ['10.0.0.1/8']],
  ])('%s underlines %j', (key, expected) => {
    expect(underlined(rule(key))[0]).toBe(expected[0])
  })

  test('two rules, two problems', () => {
    const text = `rules:
  - { name: a, action: log, expression: nosuch1 }
  - { name: b, action: log, enabled: false, expression: nosuch2 }
`
    expect(underlined(text)).toEqual(['nosuch1', 'nosuch2'])
  })

  test('a comment that cuts the expression off is pointed out', () => {
    const help =
      'in unquoted YAML text ` #` starts a comment: write the expression below `expression: |`'
    expect(problemsOf(rule('expression: ssl and # nosuch'))[0]?.help).toBe(help)
    expect(problemsOf(rule('expression: ssl and'))[0]?.help).not.toBe(help)
    expect(problemsOf(rule('expression: nosuch and ssl # x'))[0]?.help).not.toBe(help)
  })

  test('blanks around an expression do not matter', () => {
    const { rules } = loadRules([{ file: 'r', text: rule('expression: "\\t ssl \\n"') }])
    expect(rules[0]?.expression.source).toBe('ssl')
    expect(underlined(rule('expression: "  \\n nosuch"'))).toEqual(['nosuch'])
  })

  test('true is an expression, as text and as a boolean', () => {
    for (const key of ['expression: true', 'expression: "true"']) {
      const { rules } = loadRules([{ file: 'r', text: rule(key) }])
      expect(rules[0]?.expression.source).toBe('true')
    }
  })

  test('in an object the picture is the line of the expression, in bytes', () => {
    try {
      const expression = 'http.host eq "é"\nand "é" eq nosuch'
      rulesFromObjects([{ rules: [{ name: 'x', action: 'log', expression }] }])
      expect.unreachable()
    } catch (error) {
      const [problem] = (error as EdgeError).diagnostics
      expect(problem).toMatchObject({ line: 2, column: 5, sourceLine: 'and "é" eq nosuch' })
      expect(problem?.message).toMatch(/^rules\[0\]\.expression: /)
    }
  })
})

describe('a problem inside shorthand is shown at its value', () => {
  test.each([
    ["when: { path: { matches: 'a(b' } }", ['(']],
    ['when: { path: { matches: "\\"\\x41(b" } }', ['(']],
    ["when: { path: { matches: ['a(b', ok, '[c'] } }", ['(', '[c']],
    ["when: { path: { matches: '(?=a)' }, user_agent: { matches: 'x{' } }", ['(?=', '{']],
    ["when: { header: { x: { matches: '*' } } }", ['*']],
  ])('%s underlines %j', (key, starts) => {
    const found = underlined(rule(key))
    expect(found).toHaveLength(starts.length)
    for (const [i, start] of starts.entries())
      expect(found[i]?.startsWith(start.charAt(0))).toBe(true)
    for (const { code } of problemsOf(rule(key))) expect(code).toBe('invalid_regex')
  })

  test('a list that is too long for one expression', () => {
    const ips = Array.from({ length: 500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)
    const [problem, ...more] = problemsOf(rule(`when: { ip: [${ips.join(', ')}] }`))
    expect(more).toEqual([])
    expect(problem?.code).toBe('expression_too_long')
    expect(problem?.help).toBe('split the rule into several, each with a part of the list')
  })

  test('too many regular expressions', () => {
    const regexes = Array.from({ length: 65 }, (_, i) => `a${i}`).join(', ')
    const [problem] = problemsOf(rule(`when: { path: { matches: [${regexes}] } }`))
    expect(problem).toMatchObject({ code: 'too_many_regexes', line: 4, column: 5, length: 4 })
  })
})

test('an IPv4-mapped address is told, as no visitor has one', () => {
  const written = rule('expression: ip.src in {10.0.0.0/8 ::FFFF:192.0.2.1 ::ffff:192.0.2.0/120}')
  expect(loadRules([{ file: 'r.yaml', text: written }]).warnings).toMatchObject([
    { code: 'mapped_address', line: 4, column: 39, length: 16, help: 'write `192.0.2.1`' },
    { code: 'mapped_address', line: 4, column: 56, length: 16, help: 'write `192.0.2.0`' },
  ])
  const others = rule(
    'expression: http.host eq "::ffff:192.0.2.1" or ip.src in {2001:db8::ffff:1.2.3.4}'
  )
  expect(loadRules([{ file: 'r.yaml', text: others }]).warnings).toEqual([])
})

describe('lists', () => {
  const text = rule('when: { ip: [10.0.0.0/8, $office] }')

  test('without contents there is a warning at the name', () => {
    const { warnings } = loadRules([{ file: 'r.yaml', text }])
    expect(warnings).toMatchObject([
      { code: 'unknown_list', severity: 'warning', line: 4, column: 30, length: 7 },
    ])
    const written = rule('expression: ip.src in {10.0.0.0/8} or ip.src in $office')
    expect(loadRules([{ file: 'r.yaml', text: written }]).warnings).toMatchObject([
      { code: 'unknown_list', line: 4, column: 53, length: 7 },
    ])
  })

  test('with contents there is none', () => {
    const lists = { ip: (name: string) => (name === 'office' ? new Set<never>() : undefined) }
    expect(loadRules([{ file: 'r.yaml', text }], { lists }).warnings).toEqual([])
  })
})
