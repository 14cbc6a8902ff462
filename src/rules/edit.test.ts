import { describe, expect, test } from 'vitest'
import { insertRule, moveRule, setEnabled } from './edit.ts'
import { loadRules } from './load.ts'

const YAML = `# of the site
name: site

rules:
  # for everybody
  - name: one   # first
    when: { path: /a }
    action: block

  - name: two
    enabled: false # for now
    expression: 'http.host eq "x"'
    action: block
  -
    name: three
    expression: |
      http.host eq "y"
      and ip.src eq 192.0.2.1
    action: log

rate_limits: []
`
const PRETTY = `{
  "rules": [
    {
      "name": "one",
      "expression": "true",
      "action": "block"
    },
    { "name": "two", "expression": "true", "action": "log" }
  ]
}
`
const SHORT =
  '{"rules":[{"name":"one","expression":"true","action":"block"},{"name":"two","expression":"true","action":"log"}]}'
const FLOW =
  "rules: [{ name: one, expression: 'true', action: block }, { name: two, expression: 'true', action: log }]\n"
const RULE = {
  name: 'let one in',
  description: 'Ray 8f3c: a mail',
  expression: 'http.user_agent eq "it\'s \\"x\\"" and ip.src eq 192.0.2.1',
  action: 'skip',
}
const load = (text: string) => {
  const { rules, rateLimits } = loadRules([{ file: 'a.yaml', text }])
  expect(rateLimits).toEqual([])
  return rules
}
const namesIn = (text: string) => load(text).map(({ name }) => name)
const placeOf = (text: string, name: string) => load(text).find((rule) => rule.name === name)!
/** Every line of the old text, in its order, with nothing but whole lines between. */
const keeps = (before: string, after: string) => {
  const lines = after.split('\n')
  let at = -1
  return before.split('\n').every((line) => {
    at = lines.indexOf(line, at + 1)
    return at >= 0
  })
}

describe('insertRule', () => {
  test.each([
    ['YAML', YAML, 'one', ['let one in', 'one', 'two', 'three']],
    ['YAML', YAML, 'two', ['one', 'let one in', 'two', 'three']],
    ['YAML', YAML, 'three', ['one', 'two', 'let one in', 'three']],
    ['pretty JSON', PRETTY, 'one', ['let one in', 'one', 'two']],
    ['pretty JSON', PRETTY, 'two', ['one', 'let one in', 'two']],
    ['JSON', SHORT, 'one', ['let one in', 'one', 'two']],
    ['flow', FLOW, 'one', ['let one in', 'one', 'two']],
  ])('into %s above a rule', (_, text, name, names) => {
    const edited = insertRule(text, placeOf(text, name), RULE)
    expect(namesIn(edited)).toEqual(names)
    const rule = load(edited).find((one) => one.name === RULE.name)!
    expect(rule.expression.source).toBe(RULE.expression)
    expect(rule.description).toBe(RULE.description)
    if (text !== SHORT && text !== FLOW) expect(keeps(text, edited)).toBe(true)
  })

  test('comments above a rule stay with it', () => {
    const edited = insertRule(YAML, placeOf(YAML, 'one'), RULE)
    expect(edited).toContain('\n\n  # for everybody\n  - name: one   # first\n')
  })

  test('JSON stays JSON', () => {
    for (const text of [PRETTY, SHORT]) {
      expect(JSON.parse(insertRule(text, placeOf(text, 'one'), RULE)).rules[0]).toEqual(RULE)
    }
  })
})

describe('setEnabled', () => {
  test.each([
    ['YAML', YAML, 'one', false],
    ['YAML that says so', YAML, 'two', true],
    ['YAML below its dash', YAML, 'three', false],
    ['pretty JSON', PRETTY, 'one', false],
    ['JSON in a line', PRETTY, 'two', false],
    ['JSON', SHORT, 'two', false],
  ])('in %s: %s %s %s', (_, text, name, enabled) => {
    const edited = setEnabled(text, placeOf(text, name), enabled)
    const states = (of: string) => load(of).map((rule) => [rule.name, rule.enabled])
    expect(states(edited)).toEqual(
      states(text).map(([one, state]) => [one, one === name ? enabled : state])
    )
    const back = setEnabled(edited, placeOf(edited, name), !enabled)
    expect(states(back)).toEqual(states(text))
    expect(edited.includes('# for now')).toBe(text.includes('# for now'))
  })
})

describe('moveRule', () => {
  test.each([
    ['YAML', YAML, 'two', 'up', ['two', 'one', 'three']],
    ['YAML', YAML, 'two', 'down', ['one', 'three', 'two']],
    ['YAML', YAML, 'one', 'down', ['two', 'one', 'three']],
    ['pretty JSON', PRETTY, 'two', 'up', ['two', 'one']],
    ['JSON', SHORT, 'one', 'down', ['two', 'one']],
    ['flow', FLOW, 'one', 'down', ['two', 'one']],
  ] as const)('in %s: %s %s %s', (_, text, name, direction, names) => {
    const edited = moveRule(text, placeOf(text, name), direction)
    expect(namesIn(edited)).toEqual(names)
    const sorted = (of: string) => of.split('').sort().join('').trim()
    expect(sorted(edited)).toBe(sorted(text))
    const back = moveRule(edited, placeOf(edited, name), direction === 'up' ? 'down' : 'up')
    expect(back).toBe(text)
  })

  test('its comments move with it', () => {
    const edited = moveRule(YAML, placeOf(YAML, 'one'), 'down')
    expect(edited).toContain('  # for everybody\n  - name: one   # first\n')
    expect(edited.indexOf('for everybody')).toBeGreaterThan(edited.indexOf('name: two'))
  })

  test('the first and the last one have no neighbour there', () => {
    expect(() => moveRule(YAML, placeOf(YAML, 'one'), 'up')).toThrow('the first of its list')
    expect(() => moveRule(YAML, placeOf(YAML, 'three'), 'down')).toThrow('the last of its list')
  })
})

test.each([
  ['rules: [', 1, 'the document has mistakes'],
  [YAML, 2, 'line 2: expected the beginning of a rule'],
  [YAML, 999, 'line 999'],
])('what cannot be edited is told', (text, line, message) => {
  expect(() => setEnabled(text, { line, name: '' }, true)).toThrow(message)
})

describe('a file that is not the one that the edge has read', () => {
  const STALE = { line: placeOf(YAML, 'two').line, name: 'one' }

  test.each([
    ['on or off', (text: string) => setEnabled(text, STALE, false)],
    ['moved', (text: string) => moveRule(text, STALE, 'up')],
    ['above', (text: string) => insertRule(text, STALE, RULE)],
  ])('keeps its other rules: %s', (_, change) => {
    expect(() => change(YAML)).toThrow('expected the rule "one", found "two"')
  })

  test('a rule without a name is the one of its line', () => {
    const text = "rules:\n  - expression: 'true'\n    action: log\n"
    expect(setEnabled(text, { line: 2, name: 'rule 1' }, false)).toContain('enabled: false')
  })
})

test.each([
  ['YAML', YAML],
  ['JSON', PRETTY],
])('a file of Windows keeps its line ends: %s', (_, unix) => {
  const text = unix.replaceAll('\n', '\r\n')
  const place = placeOf(text, 'one')
  for (const edited of [
    insertRule(text, place, RULE),
    setEnabled(text, place, false),
    moveRule(text, place, 'down'),
  ]) {
    expect(edited).not.toBe(text)
    expect(edited.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(namesIn(edited)).toContain('one')
  }
})
