import { describe, expect, test } from 'vitest'
import { rulesetOf } from './edge.fixture.ts'
import type { FieldSource } from './language/fields.ts'
import type { Rule, Ruleset } from './rules/rule.ts'
import { sourcesOf, warningsOf } from './warnings.ts'

const NONE = new Set<FieldSource>()
const ALL = new Set<FieldSource>(['request', 'visitor', 'constant'])

const reading = (expression: string, enabled = true): Ruleset =>
  rulesetOf({ name: 'the rule', expression, enabled })

const placed = (ruleset: Ruleset, file: string, line: number): Ruleset => ({
  ...ruleset,
  rules: ruleset.rules.map((rule): Rule => ({ ...rule, file, line })),
})

describe('sourcesOf', () => {
  test('is the kinds of the fields, each once', () => {
    const fields = ['http.host', 'http.user_agent', 'ip.src.country', 'ip.src.asnum']
    expect(sourcesOf(fields)).toEqual(new Set(['request', 'country', 'asn']))
    expect(sourcesOf([])).toEqual(new Set())
  })

  test('leaves out what is no field', () => {
    expect(sourcesOf(['http.nothing'])).toEqual(new Set())
  })
})

describe('warningsOf', () => {
  test('names place, rule, field and value', () => {
    expect(warningsOf(placed(reading('ip.src.asnum eq 1'), 'site.yaml', 7), ALL)).toEqual([
      'site.yaml:7: rule "the rule" reads ip.src.asnum, for which this edge has no data: its value is 0 unless a test override sets it',
    ])
  })

  test('says where places come from', () => {
    expect(warningsOf(reading('ip.src.city eq "a"'), ALL)).toEqual([
      'rules[0]: rule "the rule" reads ip.src.city, for which this edge has no data: its value is "" unless a test override sets it; `--geo geoip-lite` (option `geo`) or a city database has it',
    ])
  })

  test('names the first line', () => {
    expect(warningsOf(placed(reading('ip.src.asnum eq 1'), 'site.yaml', 1), ALL)).toEqual([
      expect.stringMatching(/^site\.yaml:1: rule /),
    ])
  })

  test('names a rule that came as an object by its path alone', () => {
    expect(warningsOf(placed(reading('ip.src.asnum eq 1'), 'rules[0]', 0), ALL)).toEqual([
      expect.stringMatching(/^rules\[0\]: rule "the rule" reads /),
    ])
  })

  test.each([
    ['ip.src.country eq "DE"', 'ip.src.country', '"XX"'],
    ['cf.zone.name eq "a"', 'cf.zone.name', '""'],
    ['cf.bot_management.signed_agent', 'cf.bot_management.signed_agent', 'false'],
    ['cf.bot_management.score gt 1', 'cf.bot_management.score', '99'],
    ['any(cf.llm.prompt.pii_categories[*] eq "a")', 'cf.llm.prompt.pii_categories', 'empty'],
    ['len(http.request.jwt.claims.aud["a"][0]) gt 1', 'http.request.jwt.claims.aud', 'empty'],
    ['cf.edge.server_ip eq 192.0.2.1', 'cf.edge.server_ip', 'missing'],
  ])('says the value of a field without data: %s', (expression, field, value) => {
    expect(warningsOf(reading(expression), ALL)).toEqual([
      `rules[0]: rule "the rule" reads ${field}, for which this edge has no data: its value is ${value} unless a test override sets it`,
    ])
  })

  test('is silent about fields that have data', () => {
    const ruleset = reading('ip.src.asnum eq 1 and http.host eq "a"')
    expect(warningsOf(ruleset, new Set<FieldSource>(['request', 'asn']))).toEqual([])
    expect(warningsOf(ruleset, NONE)).toHaveLength(2)
  })

  test('is silent about disabled rules', () => {
    expect(warningsOf(reading('ip.src.asnum eq 1', false), ALL)).toEqual([])
  })

  test('has the findings of loading first, with their place where they have one', () => {
    const ruleset: Ruleset = {
      ...reading('ip.src.asnum eq 1'),
      warnings: [
        { file: 'site.yaml', line: 3, column: 1, message: 'odd' },
        { file: 'site.yaml', line: 4, column: 1, message: 'odd', help: 'write it so' },
        { message: 'odd everywhere' },
      ] as unknown as Ruleset['warnings'],
    }
    expect(warningsOf(ruleset, ALL)).toEqual([
      'site.yaml:3: odd',
      'site.yaml:4: odd: write it so',
      'odd everywhere',
      expect.stringContaining('ip.src.asnum'),
    ])
  })

  test('has one for each rule and field', () => {
    const ruleset = rulesetOf(
      { name: 'a', expression: 'ip.src.asnum eq 1 and ip.src.country eq "DE"' },
      { name: 'b', expression: 'ip.src.asnum eq 2' }
    )
    expect(
      warningsOf(ruleset, ALL).map((text) => /rule "(.)" reads (\S+),/.exec(text)!.slice(1))
    ).toEqual([
      ['a', 'ip.src.asnum'],
      ['a', 'ip.src.country'],
      ['b', 'ip.src.asnum'],
    ])
  })
})
