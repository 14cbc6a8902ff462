import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { everydayYaml } from './everyday-yaml.ts'
import { Findings } from './findings.ts'
import type { Node, Place } from './node.ts'
import { Source } from './source.ts'
import { parseAnyYaml } from './yaml.ts'

const parts = (place: Place, value: unknown) =>
  typeof value === 'string'
    ? [0, Math.max(0, value.length - 1)].map((start) => place.part({ start, length: 1 }))
    : []

/** The values and places of a node, as the readers of rules see them. */
const facts = (node: Node): unknown => {
  const { kind, place } = node
  if (node.kind === 'list') return { kind, at: place.span(), items: node.items.map(facts) }
  if (node.kind === 'map') {
    const entries = node.entries.map(({ key, keyPlace, value }) => ({
      key,
      at: keyPlace.span(),
      parts: parts(keyPlace, key),
      value: facts(value),
    }))
    return { kind, at: place.span(), incomplete: node.incomplete, entries }
  }
  if (node.kind === 'broken') return { kind }
  const { value, source } = node
  const isCut = place.endsAtComment ?? false
  return { value, source, isCut, at: place.span(), parts: parts(place, value) }
}

const everyday = (text: string) => everydayYaml(new Source('rules.yaml', text))

const withLibrary = (text: string) => {
  const findings = new Findings()
  const node = parseAnyYaml(new Source('rules.yaml', text), findings)
  return {
    node: node && facts(node),
    problems: findings.inSourceOrder(['rules.yaml']).map(({ message }) => message),
  }
}

const DOCUMENTS = [
  'rules:\n  - name: no curl # comment\n    when: { user_agent: [curl, "wget"], ip: 192.0.2.0/24 }\n    action: block\n\n  - name: two\n    expression: |\n      http.host eq "a"\n      and not ssl\n\n    enabled: false\n    action: log\n',
  "rules:\n- name: 'it''s'\n  expression: http.host eq \"x#y\" and ip.src in {10.0.0.0/8}\n  # comment\n  action: block\nname:\n",
  '{ "rules": [\n  { "name": "a \\"b\\"", "expression": "true",\n "enabled": true, "priority": 5 }\n] }\n',
  'access:\n  - target: ip\n    value: 2001:db8::1\n    note: é ü\nlists: []\nzones: {}\n',
  'rate_limits:\n  - name: x\n    requests: 10\n    period: 60s\n    by: [ip.src, cf.colo.id]\n    expression: |-\n      true\n',
]

/** The rule documents that the package contains. */
const RULES = new URL('../../rules/', import.meta.url)
const RULE_FILES = readdirSync(RULES).filter((name) => name.endsWith('.yaml'))

describe('the everyday reader reads', () => {
  test.each(DOCUMENTS)('document %#', (text) => {
    const node = everyday(text)
    expect(node).toBeDefined()
    expect({ node: facts(node!), problems: [] }).toEqual(withLibrary(text))
  })

  test('a mapping', () => {
    const node = everyday('rules:\n  - name: one # first\n    priority: 7\n')
    expect(node).toMatchObject({
      kind: 'map',
      entries: [
        {
          key: 'rules',
          value: {
            items: [
              {
                entries: [
                  { key: 'name', value: { value: 'one' } },
                  { key: 'priority', value: { value: 7, source: '7' } },
                ],
              },
            ],
          },
        },
      ],
    })
  })

  test.each(RULE_FILES)('rules/%s, with the same values and places as the library', (file) => {
    const text = readFileSync(new URL(file, RULES), 'utf8')
    const node = everyday(text)
    expect(node).toBeDefined()
    expect({ node: facts(node!), problems: [] }).toEqual(withLibrary(text))
  })
})

describe('the everyday reader leaves to the library', () => {
  test.each([
    ['a tab', 'rules:\n\t- a\n'],
    ['CRLF', 'rules: []\r\n'],
    ['an anchor', 'rules: &a []\n'],
    ['an alias', 'rules: *a\n'],
    ['a tag', 'rules: !x []\n'],
    ['a merge key', '<<: { a: b }\n'],
    ['a folded text', 'a: >\n  b\n'],
    ['text on several lines', 'a: b\n  c\n'],
    ['a quoted text on several lines', 'a: "b\n  c"\n'],
    ['two documents', 'a: b\n---\na: c\n'],
    ['a directive', '%YAML 1.2\n---\na: b\n'],
    ['the same key twice', 'a: b\na: c\n'],
    ['the same key twice in braces', 'a: { b: c, b: d }\n'],
    ['a line between two levels', 'a:\n    b: c\n  d: e\n'],
    ['a mapping in one line with its key', 'a: b: c\n'],
    ['an open bracket', 'a: [b\n'],
    ['an open quote', 'a: "b\n'],
    ['text behind a quote', 'a: "b" c\n'],
    ['a word for null', 'a: null\n'],
    ['a number that is not an integer', 'a: 1.5\n'],
    ['a hexadecimal number', 'a: 0x1f\n'],
    ['a capital True', 'a: True\n'],
    ['a key that is a boolean', 'true: a\n'],
    ['a pair in a list', 'a: [b: c]\n'],
    ['an empty document', '# nothing\n'],
    ['an invisible character', 'a: b\u200bc\n'],
    ['deep nesting', `${'['.repeat(99)}${']'.repeat(99)}`],
  ])('%s', (_, text) => {
    expect(everyday(text)).toBeUndefined()
  })
})

const PIECES = [' ', '\n', ': ', '- ', ' #', '"', "'", '[', '}', ',', '|', '>', '&a', '*a', '!x']
const WORDS = ['null', 'true', '1', '01', '.5', '1e3', '~', '?', '\\', 'k: v\n', '  - a\n', '---\n']

/** A document with a few characters removed, and pieces of YAML put in. */
const damaged = fc
  .tuple(
    fc.constantFrom(...DOCUMENTS),
    fc.array(fc.tuple(fc.nat(400), fc.nat(4), fc.constantFrom('', '', ...PIECES, ...WORDS)), {
      minLength: 1,
      maxLength: 4,
    })
  )
  .map(([text, changes]) =>
    changes.reduce((now, [at, removed, added]) => {
      const place = at % (now.length + 1)
      return now.slice(0, place) + added + now.slice(place + removed)
    }, text)
  )

test('the everyday reader reads damaged documents without a mistake as the library does, and leaves the others to it', () => {
  let read = 0
  fc.assert(
    fc.property(damaged, (text) => {
      const node = everyday(text)
      if (node === undefined) return
      read++
      expect({ node: facts(node), problems: [] }).toEqual(withLibrary(text))
    }),
    { numRuns: 3_000 }
  )
  expect(read).toBeGreaterThan(200)
})
