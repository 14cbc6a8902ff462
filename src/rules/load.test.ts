import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { loadRules } from './load.ts'
import { rulesFromObjects } from './objects.ts'
import { printRules } from './print.ts'

const load = (...texts: string[]) =>
  loadRules(texts.map((text, i) => ({ file: `${'abc'[i]}.yaml`, text })))

const failure = (act: () => unknown): EdgeError => {
  try {
    act()
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const DOCUMENT = `name: mine
rules:
  - name: No scripts, please!
    description: by name
    when: { user_agent: { contains: curl } }
    action: block

  - name: off
    enabled: false
    when: { country: KP }
    action: log
`

describe('a ruleset', () => {
  test('has the rules of all documents in order, each with its place', () => {
    const { rules, files } = load(DOCUMENT, 'rules: [{ id: x, expression: ssl, action: skip }]')
    expect(files).toEqual(['a.yaml', 'b.yaml'])
    expect(rules.map(({ expression, ...rule }) => ({ ...rule, text: expression.source }))).toEqual([
      {
        id: 'no-scripts-please',
        name: 'No scripts, please!',
        description: 'by name',
        action: 'block',
        enabled: true,
        file: 'a.yaml',
        line: 3,
        text: 'http.user_agent contains "curl"',
      },
      {
        id: 'off',
        name: 'off',
        action: 'log',
        enabled: false,
        file: 'a.yaml',
        line: 8,
        text: 'ip.src.country eq "KP"',
      },
      {
        id: 'x',
        name: 'x',
        action: 'skip',
        enabled: true,
        file: 'b.yaml',
        line: 1,
        text: 'ssl',
      },
    ])
  })

  test('tells the fields and lists of enabled rules only', () => {
    const text = `rules:
  - { name: a, action: log, when: { ip: [$office, 10.0.0.0/8], path: /a } }
  - { name: b, action: log, when: { path: /b, asn: 1 } }
  - { name: c, action: log, enabled: false, when: { country: KP } }
  - { name: d, action: log, expression: 'ip.geoip.continent eq "EU"' }
`
    const { fields, lists } = load(text)
    expect([...fields].sort()).toEqual([
      'http.request.uri.path',
      'ip.src',
      'ip.src.asnum',
      'ip.src.continent',
    ])
    expect(lists).toEqual(['office'])
  })

  test('may be empty', () => {
    const empty = {
      access: [],
      lockdowns: [],
      agents: [],
      rules: [],
      rateLimits: [],
      zones: [],
      ownLists: [],
      files: ['a.yaml'],
      fields: [],
      lists: [],
      warnings: [],
    }
    expect(load('rules: []')).toEqual(empty)
    expect(loadRules([])).toEqual({ ...empty, files: [] })
  })

  test('prints as plain data', () => {
    expect(printRules(load(DOCUMENT))[0]).toEqual({
      id: 'no-scripts-please',
      name: 'No scripts, please!',
      description: 'by name',
      action: 'block',
      enabled: true,
      expression: 'http.user_agent contains "curl"',
      file: 'a.yaml',
      line: 3,
    })
  })

  test('is the same from JSON, also with tabs', () => {
    const json = JSON.stringify(
      {
        $schema: './rules.json',
        rules: [
          { name: 'A/"é"😀', when: { path: ['/a', '/b*'], not: { ip: '::1' } }, action: 'log' },
        ],
      },
      null,
      '\t'
    )
    const [rule] = loadRules([{ file: 'r.json', text: json }]).rules
    expect(rule).toMatchObject({ id: 'a-é', name: 'A/"é"😀', line: 4 })
    expect(rule?.expression.source).toBe(
      '(http.request.uri.path eq "/a" or http.request.uri.path strict wildcard "/b*") and not ip.src eq ::1'
    )
  })

  test('warns of paths that arrive encoded', () => {
    const { warnings, rules } = load(`rules:
  - { name: a, action: log, when: { path: [/café, "/a b", /caf%C3%A9, "/%~!$&'()*+,;=:@"] } }
`)
    expect(rules).toHaveLength(1)
    expect(
      warnings.map(({ code, severity, column, help }) => [code, severity, column, help])
    ).toEqual([
      ['path_not_encoded', 'warning', 44, 'did you mean `/caf%C3%A9`?'],
      ['path_not_encoded', 'warning', 51, 'did you mean `/a%20b`?'],
    ])
  })
})

describe('ids', () => {
  test('two rules never share one, and both places are named', () => {
    const { code, diagnostics } = failure(() =>
      load(
        'rules:\n  - { name: No scripts, action: log, expression: ssl }\n',
        'rules:\n  - { name: no scripts!, action: log, expression: ssl }\n  - { name: x, id: no-scripts, action: log, expression: ssl }\n'
      )
    )
    expect(code).toBe('invalid_rules')
    expect(
      diagnostics.map(({ code, file, line, column, length, message }) => [
        code,
        file,
        line,
        column,
        length,
        message,
      ])
    ).toEqual([
      [
        'duplicate_id',
        'b.yaml',
        2,
        13,
        11,
        'the id `no-scripts` already belongs to the rule `No scripts` at a.yaml:2',
      ],
      [
        'duplicate_id',
        'b.yaml',
        3,
        20,
        10,
        'the id `no-scripts` already belongs to the rule `No scripts` at a.yaml:2',
      ],
    ])
  })

  test('equal names are fine with ids of their own', () => {
    const { rules } = load(
      'rules:\n  - { name: a, id: one, action: log, expression: ssl }\n  - { name: a, id: "2", action: log, expression: ssl }\n'
    )
    expect(rules.map(({ id, name }) => [id, name])).toEqual([
      ['one', 'a'],
      ['2', 'a'],
    ])
  })
})

describe('rules written as objects', () => {
  const rule = { name: 'a', action: 'log', expression: 'ssl' }

  test('tell their path as their place', () => {
    const { rules, files } = rulesFromObjects([
      { rules: [rule] },
      { rules: [{ ...rule, name: 'b' }] },
    ])
    expect(rules.map(({ file, line }) => [file, line])).toEqual([
      ['documents[0].rules[0]', 0],
      ['documents[1].rules[0]', 0],
    ])
    expect(files).toEqual([])
  })

  test.each<[string, unknown, string[], string]>([
    [
      'no object',
      1,
      ['wrong_type'],
      'document: expected a mapping with `rules:`, found the number `1`',
    ],
    [
      'nothing',
      undefined,
      ['wrong_type'],
      'document: expected a mapping with `rules:`, found nothing',
    ],
    [
      'a function',
      () => 1,
      ['wrong_type'],
      'document: expected text, a number, a boolean, a list or a plain object',
    ],
    [
      'a map',
      new Map(),
      ['wrong_type'],
      'document: expected text, a number, a boolean, a list or a plain object',
    ],
    [
      'an address',
      { rules: [{ name: 'a', action: 'log', when: { ip: ['10.0.0.1/8'] } }] },
      ['host_bits_set'],
      'rules[0].when.ip[0]: `10.0.0.1/8` has host bits after its prefix',
    ],
    [
      'a header',
      { rules: [{ name: 'a', action: 'log', when: { header: { 'x-a': /b/ } } }] },
      ['wrong_type'],
      'rules[0].when.header["x-a"]: expected text, a number, a boolean, a list or a plain object',
    ],
    [
      'a number',
      { rules: [{ name: 'a', action: 'log', when: { asn: Number.NaN } }] },
      ['invalid_asn'],
      'rules[0].when.asn: `NaN` is not an AS number',
    ],
    [
      'a key',
      { rules: [{ ...rule, __proto__: null, enabledd: 1 }] },
      ['unknown_key'],
      'rules[0].enabledd: unknown key `enabledd` in a rule',
    ],
    [
      'an id',
      { rules: [rule, rule] },
      ['duplicate_id'],
      'rules[1].name: the id `a` already belongs to the rule `a` at rules[0].name',
    ],
  ])('problems name the path: %s', (_, document, codes, message) => {
    const { diagnostics } = failure(() => rulesFromObjects([document]))
    expect(diagnostics.map(({ code }) => code)).toEqual(codes)
    expect(diagnostics[0]?.message).toContain(message)
    expect(diagnostics[0]?.file).toBeUndefined()
  })

  test('the picture is the value', () => {
    const { message } = failure(() => rulesFromObjects([{ rules: [{ ...rule, action: 'é' }] }]))
    expect(message).toContain('[unknown_action]\n  "é"\n  ^^^\n')
  })

  test('an object that contains itself is refused', () => {
    const loop: Record<string, unknown> = {}
    loop.rules = [loop, loop, loop]
    const codes = failure(() => rulesFromObjects([loop])).diagnostics.map(({ code }) => code)
    expect(codes).toContain('too_deep')
    expect(codes.filter((code) => code === 'too_large')).toHaveLength(1)
  })
})
