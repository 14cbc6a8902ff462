// Rules and documents that are refused, each at its place.
import { describe, expect, test } from 'vitest'
import type { EdgeError } from '../error.ts'
import { loadRules } from './load.ts'
import { expectProblems, problemsOf, spanOf } from './problems.fixture.ts'

describe('a rule is refused at its place', () => {
  const HELP_NAME = 'events show the name: describe the purpose of the rule'
  const ALLOW = 'to let requests skip the rules below, use `skip`'
  const W = 'when: { path: /a }'

  test.each([
    [`«action: block, ${W}»`, ['missing_key'], HELP_NAME],
    [`«name: a, ${W}»`, ['missing_key'], undefined],
    ['«name: a, action: log»', ['missing_key'], undefined],
    [
      `name: a, action: log, ${W}, «expression»: ssl`,
      ['conflicting_keys'],
      'put both into one expression, joined by `and`',
    ],
    [`«nme»: a, action: log, ${W}`, ['unknown_key'], 'did you mean `name`?'],
    [`name: a, «actoin»: log, ${W}`, ['unknown_key'], 'did you mean `action`?'],
    ['name: a, action: log, «wen»: { path: /a }', ['unknown_key'], 'did you mean `when`?'],
    ['name: a, action: log, «if»: { path: /a }', ['unknown_key'], 'did you mean `when`?'],
    [`name: a, action: log, ${W}, «disabled»: true`, ['unknown_key'], 'did you mean `enabled`?'],
    [
      `name: a, action: log, ${W}, «zzzzzzz»: true`,
      ['unknown_key'],
      'known keys: name, id, description, enabled, action, when, expression, page, response, skip, logging',
    ],
    [`name: a, action: «allow», ${W}`, ['unknown_action'], ALLOW],
    [`name: a, action: «Bypass», ${W}`, ['unknown_action'], ALLOW],
    [`name: a, action: «deny», ${W}`, ['unknown_action'], 'did you mean `block`?'],
    [
      `name: a, action: «managed-challenge», ${W}`,
      ['unknown_action'],
      'did you mean `managed_challenge`?',
    ],
    [`name: a, action: «BLOCK», ${W}`, ['unknown_action'], 'did you mean `block`?'],
    [`name: a, action: «blok», ${W}`, ['unknown_action'], 'did you mean `block`?'],
    [`name: a, action: «constructor», ${W}`, ['unknown_action'], undefined],
    [`name: a, action: «[block]», ${W}`, ['wrong_type'], undefined],
    [`name: a, action: «true», ${W}`, ['wrong_type'], 'write it in quotes: `"true"`'],
    [`name: a, «action»: , ${W}`, ['wrong_type'], undefined],
    [`name: «404», action: log, ${W}`, ['wrong_type'], 'write it in quotes: `"404"`'],
    [`name: «""», action: log, ${W}`, ['empty_text'], undefined],
    [`name: «" "», action: log, ${W}`, ['invalid_text'], undefined],
    [`name: «"a\\nb"», action: log, ${W}`, ['invalid_text'], undefined],
    [`name: «"a\\e[31m"», action: log, ${W}`, ['invalid_text'], undefined],
    [
      `name: «${'é'.repeat(201)}», action: log, ${W}`,
      ['text_too_long'],
      'put the rest into `description`',
    ],
    [`id: «a b», action: log, ${W}`, ['invalid_id'], 'did you mean `a-b`?'],
    [`id: «"!"», action: log, ${W}`, ['invalid_id'], undefined],
    [`id: «-a», action: log, ${W}`, ['invalid_id'], 'did you mean `a`?'],
    [`id: «${'a'.repeat(101)}», action: log, ${W}`, ['invalid_id'], undefined],
    [`id: «1020», action: log, ${W}`, ['wrong_type'], 'write it in quotes: `"1020"`'],
    [`name: a, action: log, ${W}, enabled: «no»`, ['wrong_type'], 'did you mean `enabled: false`?'],
    [`name: a, action: log, ${W}, enabled: «On»`, ['wrong_type'], 'did you mean `enabled: true`?'],
    [`name: a, action: log, ${W}, enabled: «0»`, ['wrong_type'], undefined],
    [`name: a, action: log, ${W}, «enabled»:`, ['wrong_type'], undefined],
    [`name: a, action: log, ${W}, description: «[]»`, ['wrong_type'], undefined],
    [
      `name: a, action: log, ${W}, description: «${'a'.repeat(2001)}»`,
      ['text_too_long'],
      undefined,
    ],
    ['name: a, action: log, expression: «1»', ['wrong_type'], 'write it in quotes: `"1"`'],
    ['name: a, action: log, expression: «[ssl]»', ['wrong_type'], undefined],
    ['name: a, action: log, «expression»:', ['wrong_type'], undefined],
    ['name: a, action: log, «when»:', ['wrong_type'], undefined],
    [
      'name: a, action: log, expression: «!ssl»',
      ['unknown_tag'],
      'in YAML a leading `!` is a tag: quote the text, or write `not` to negate',
    ],
    [
      'name: a, enabled: false, action: log, when: { country: «UK» }',
      ['unknown_country'],
      'did you mean `GB`?',
    ],
  ])('%s: %s', (body, codes, help) => {
    const whole = body.startsWith('«') && body.endsWith('»')
    const marked = whole ? `«{ ${body.slice(1, -1)} }»` : `{ ${body} }`
    const other = '{ name: other, action: log, when: { path: /b } }'
    const [problem] = expectProblems(`rules:\n  - ${other}\n  - ${marked}\n`, codes)
    expect(problem?.help).toBe(help)
  })
})

describe('a document is refused at its place', () => {
  test.each([
    ['nothing', '«»', ['empty_document'], 'the smallest document is `rules: []`'],
    ['only a comment', '«#» rules', ['empty_document'], 'the smallest document is `rules: []`'],
    ['null', '«»~', ['empty_document'], 'the smallest document is `rules: []`'],
    ['a document mark', '«-»--\n', ['empty_document'], 'the smallest document is `rules: []`'],
    ['a list', '«- name: a»\n', ['wrong_type'], 'put the list below `rules:`'],
    ['a text', '«rules»', ['wrong_type'], undefined],
    ['no rules', '«name: a»', ['missing_key'], 'the smallest document is `rules: []`'],
    [
      'one rule',
      '«name: a»\nwhen: { path: /a }\naction: block',
      ['missing_key'],
      'put it in a list, `rules: [ … ]`',
    ],
    [
      'one rule of Cloudflare’s language, with a mistake',
      '«{ name: a, expression: nothing, acton: 1 }»',
      ['missing_key'],
      'put it in a list, `rules: [ … ]`',
    ],
    [
      'a misspelled list of rules beside an action',
      '«ruels»: []\n«action»: block',
      ['unknown_key', 'unknown_key'],
      'did you mean `rules`?',
    ],
    [
      'rules without items',
      '«rules»:',
      ['wrong_type'],
      'for a document without rules write `rules: []`',
    ],
    [
      'rules as a mapping',
      'rules: «{ a: 1 }»',
      ['wrong_type'],
      'write `- ` before the first key of each rule',
    ],
    ['rules as text', 'rules: «none»', ['wrong_type'], undefined],
    ['a rule that is text', 'rules: [«curl»]', ['wrong_type'], undefined],
    ['a rule that is nothing', '«rules»:\n  -\n', ['wrong_type'], undefined],
    [
      'a rule on top',
      'rules: []\n«action»: block',
      ['unknown_key'],
      'rules are items of the list below `rules:`',
    ],
    ['a misspelled key', '«ruels»: []', ['unknown_key'], 'did you mean `rules`?'],
    [
      'a name that is not text',
      'name: «1»\nrules: []',
      ['wrong_type'],
      'write it in quotes: `"1"`',
    ],
    [
      'a schema that is not text',
      '$schema: «true»\nrules: []',
      ['wrong_type'],
      'write it in quotes: `"true"`',
    ],
    ['two documents', 'rules: []\n«---»\nrules: []\n', ['several_documents'], undefined],
    ['two keys', 'rules: []\n«rules»: []\n', ['duplicate_key'], undefined],
    [
      'a tab',
      'rules:\n«\t»- name: x',
      ['invalid_yaml'],
      'YAML is indented with spaces: replace the tab',
    ],
    [
      'an open list',
      'rules: [a«»',
      ['invalid_yaml'],
      'check the indentation and the closing brackets',
    ],
    [
      'a bad escape',
      'rules: "a«\\»q"',
      ['invalid_yaml'],
      'write backslashes twice, or use single quotes',
    ],
    [
      'a reserved character',
      'rules: «@»a',
      ['invalid_yaml'],
      'quote text that starts with this character',
    ],
    ['a loop', 'rules: &a [«*a»]', ['alias_loop'], undefined],
    [
      'an unknown alias',
      'rules: [«*a»]',
      ['unknown_alias'],
      "in YAML a leading `*` refers to an anchor: write '*a' in quotes if it is text",
    ],
    ['a binary value', 'name: !!binary «YQ==»\nrules: []', ['wrong_type'], undefined],
    ['a list as a key', 'rules: []\n? «[a]»\n: b', ['wrong_type'], undefined],
  ])('%s', (_, marked, codes, help) => {
    const [problem] = expectProblems(marked, codes)
    expect(problem?.help).toBe(help)
  })

  test.each([
    ['flow lists', '['],
    ['flow mappings', '{a: '],
    ['block lists', '- '],
    ['complex keys', '? '],
  ])('nesting of %s is bounded', (_, opening) => {
    for (const times of [100, 20_000]) {
      expect(problemsOf(`${opening.repeat(times)}a`).map(({ code }) => code)).toEqual(['too_deep'])
    }
  })

  test('an alias bomb is refused', () => {
    const rows = [...'bcdefgh'].map((name, i) => {
      const before = 'abcdefg'[i]
      return `${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`
    })
    const text = ['a: &a [x, x, x, x, x, x, x, x, x, x]', ...rows, 'rules: []'].join('\n')
    expect(problemsOf(text).filter(({ code }) => code === 'too_large')).toHaveLength(1)
  })

  test('a document of more than a mebi-character is refused', () => {
    const [problem] = problemsOf(`# ${'a'.repeat(2 ** 20)}\nrules: []`)
    expect(problem?.code).toBe('too_large')
    expect(problem?.message).toContain('expected at most 1048576')
    expect(problemsOf(`# ${'a'.repeat(2 ** 20 - 12)}\nrules: []`)).toEqual([])
  })

  test('columns count characters, also on lines with carriage returns', () => {
    expectProblems('rules:\r\n  - { name: "é😀", action: «nix», when: { path: /a } }\r\n', [
      'unknown_action',
    ])
  })

  test('a byte order mark does not shift the columns', () => {
    expect(problemsOf('\ufeffruels: []').map(spanOf)).toEqual([{ line: 1, column: 1, length: 5 }])
  })
})

describe('many problems', () => {
  test('all are reported, in the order of the source', () => {
    expectProblems(
      `«nam»: x
rules:
  - «nme»: a
    action: «allow»
    when: { «usr_agent»: curl, country: [«UK», KP, «kp»], ip: [«10.0.0.1/8»] }
  - name: b
    «when»:
    enabled: «no»
    action: block
`,
      [
        'unknown_key',
        'unknown_key',
        'unknown_action',
        'unknown_key',
        'unknown_country',
        'unknown_country',
        'host_bits_set',
        'wrong_type',
        'wrong_type',
      ]
    )
  })

  test('those of all files come in one error, by file', () => {
    try {
      loadRules([
        { file: 'b.yaml', text: 'rules: [' },
        { file: 'good.yaml', text: 'rules: []' },
        { file: 'a.yaml', text: 'rules: 1' },
      ])
      expect.unreachable()
    } catch (error) {
      const { code, diagnostics, message } = error as EdgeError
      expect(code).toBe('invalid_rules')
      expect(diagnostics.map(({ file }) => file)).toEqual(['b.yaml', 'a.yaml'])
      expect(message).toContain('b.yaml:1:9: error: ')
      expect(message).toContain('a.yaml:1:8: error: expected a list of rules')
      expect(message).toMatch(/\n\n2 problems in the rule documents: nothing was loaded$/)
    }
  })

  test('a problem below an anchor is reported once, where it stands', () => {
    expectProblems(
      `rules:
  - { name: a, action: log, when: &w { country: «UK» } }
  - { name: b, action: log, when: *w }
`,
      ['unknown_country']
    )
  })

  test('of thousands, the first thousand are kept and the rest is said', () => {
    const bad = '  - { name: a, action: nix, when: { country: UK } }\n'
    try {
      loadRules([{ file: 'rules.yaml', text: `rules:\n${bad.repeat(2000)}` }])
      expect.unreachable()
    } catch (error) {
      const { diagnostics, message } = error as EdgeError
      expect(diagnostics).toHaveLength(1000)
      expect(message).toMatch(/1000 or more problems in the rule documents: nothing was loaded$/)
    }
  })

  test('warnings do not crowd errors out', () => {
    const odd = (i: number) => `  - { name: a${i}, action: log, when: { path: /é } }\n`
    const many = Array.from({ length: 1500 }, (_, i) => odd(i)).join('')
    const problems = problemsOf(`rules:\n${many}  - { name: x, action: nix, expression: ssl }\n`)
    expect(problems.filter(({ severity }) => severity === 'error')).toHaveLength(1)
    expect(problems).toHaveLength(1001)
  })

  test('an alias stands for the last anchor before it', () => {
    const text = `rules:
  - { name: a, action: log, when: { path: &p /a } }
  - { name: b, action: log, when: { path: *p } }
  - { name: c, action: log, when: { path: &p /c } }
  - { name: d, action: log, when: { path: *p } }
`
    const { rules } = loadRules([{ file: 'r', text }])
    expect(rules.map(({ expression }) => expression.source.at(-2))).toEqual(['a', 'a', 'c', 'c'])
  })
})
