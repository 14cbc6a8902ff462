import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import '../../../test/seed.ts'
import { exportRules } from '../node/export.ts'
import { importRules } from '../node/import.ts'
import type { ImportedRule } from '../rule.ts'
import { toDocument } from '../yaml.ts'
import { toApiJson } from './json.ts'
import { toTerraform } from './terraform.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-export-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Text with what quotes, templates and comments are made of. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        '${',
        '%{',
        '$${',
        '}',
        '#',
        '//',
        '\n',
        '  ',
        ': ',
        '- ',
        'EOT',
        "'",
        'é',
        '😀',
        '\t',
        '*',
        '&',
        '|'
      ),
      fc.string({ minLength: 1, maxLength: 5 })
    ),
    { minLength: 1, maxLength: 6 }
  )
  .map((parts) => parts.join('').normalize('NFC').trim())
  .filter((made) => made !== '')
const quoted = (made: string) => `"${made.replace(/["\\\n]/g, '_')}"`
const expression = fc.oneof(
  fc.constantFrom(
    'true',
    'ip.src in $offices',
    'http.host eq "a.example"\n  and not cf.client.bot'
  ),
  text.map((made) => `http.user_agent contains ${quoted(made)}`)
)
const id = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/)
const address = fc.constantFrom('192.0.2.7', '198.51.100.0/24', '2001:db8::/32', '2001:db8::1')
const zone = fc.option(fc.constantFrom('zone_a', 'zone_b'), { nil: undefined })
const maybe = <T>(made: fc.Arbitrary<T>) => fc.option(made, { nil: undefined })
const SOURCE = { source: 'x:1' }

const response = fc.record(
  {
    status: fc.integer({ min: 400, max: 499 }),
    content: text,
    content_type: fc.constantFrom('text/plain', 'text/html', 'application/json', 'text/xml'),
  },
  { requiredKeys: ['status'] }
)
const skip = fc.record({
  current: fc.boolean(),
  phases: fc.subarray(['http_ratelimit', 'http_request_firewall_managed']),
  products: fc.subarray(['waf', 'uaBlock', 'zoneLockdown']),
  rulesets: fc.constant<string[]>([]),
  logs: fc.boolean(),
})

const rest = { zone, name: maybe(text), id: maybe(id), enabled: fc.boolean() }
const kinds = (actions: readonly string[]) => ({
  custom: fc.oneof(
    fc.record({
      ...rest,
      product: fc.constant('custom'),
      expression,
      action: fc.constantFrom(...actions),
    }),
    fc.record({
      ...rest,
      product: fc.constant('custom'),
      expression,
      action: fc.constant('block'),
      response,
    }),
    fc.record({
      ...rest,
      product: fc.constant('custom'),
      expression,
      action: fc.constant('skip'),
      skip,
    })
  ),
  ratelimit: fc.record({
    ...rest,
    product: fc.constant('ratelimit'),
    expression,
    action: fc.constantFrom(...actions),
    characteristics: fc.subarray(['ip.src', 'cf.colo.id', 'http.request.headers["x-key"]'], {
      minLength: 1,
    }),
    period: fc.constantFrom(10, 60, 3600),
    requests: fc.integer({ min: 1, max: 1000 }),
    timeout: fc.constantFrom(0, 60),
    requests_to_origin: fc.boolean(),
  }),
  access: fc.record({
    zone,
    name: maybe(text),
    enabled: fc.boolean(),
    product: fc.constant('access'),
    action: fc.constantFrom('allow', 'block'),
    target: fc.constant('ip'),
    value: address,
  }),
  ua: fc.record({
    zone,
    name: maybe(text),
    enabled: fc.boolean(),
    product: fc.constant('ua'),
    action: fc.constant('block'),
    target: fc.constant('ua'),
    value: text,
  }),
  lockdown: fc.record({
    zone,
    name: maybe(text),
    enabled: fc.boolean(),
    product: fc.constant('lockdown'),
    urls: fc.subarray(['a.example/*', 'b.example/wiki/*'], { minLength: 1 }),
    addresses: fc.array(address, { minLength: 1, maxLength: 3 }),
    priority: maybe(fc.integer({ min: 1, max: 9 })),
  }),
})

const list = fc
  .record({
    product: fc.constant('list'),
    name: fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/),
    kind: fc.constant('ip'),
    entries: fc.uniqueArray(
      fc.record({ value: address, comment: maybe(text) }, { requiredKeys: ['value'] }),
      { selector: ({ value }) => value, maxLength: 4 }
    ),
  })
  .map((made) => ({ ...made, items: made.entries.length }))

const NOT_COMPARED = new Set(['source', 'at', 'resource', 'written_action'])

/** Without where it stands, and without members that are not set. */
const facts = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(facts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => member !== undefined && !NOT_COMPARED.has(key))
      .map(([key, member]) => [key, facts(member)])
  )
}

/** Rules of one ruleset are in order; those of different ones do not meet. */
const compared = (rules: readonly ImportedRule[]) => {
  const key = (rule: ImportedRule) => `${rule.product} ${rule.zone} ${rule.ruleset_id}`
  return [...rules].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)).map(facts)
}

const written = (name: string, content: string): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

const arrayOf = (...made: fc.Arbitrary<unknown>[]) =>
  fc
    .array(fc.oneof(...made), { minLength: 1, maxLength: 6 })
    .map((rules) => rules.map((rule) => ({ ...(rule as ImportedRule), ...SOURCE })))

const all = kinds(['block', 'log', 'managed_challenge', 'js_challenge'])
const old = fc.record({
  zone,
  name: maybe(text),
  enabled: fc.boolean(),
  product: fc.constant('ratelimit'),
  action: fc.constantFrom('block', 'log', 'challenge'),
  threshold: fc.integer({ min: 1, max: 100 }),
  period: fc.constant(60),
  timeout: fc.constant(60),
  url: fc.constantFrom('a.example/*', '*'),
  methods: fc.subarray(['GET', 'POST']),
  bypass: maybe(fc.subarray(['a.example/ok', '*/health'], { minLength: 1 })),
  statuses: maybe(fc.subarray(['401', '403'], { minLength: 1 })),
})

describe('what is exported and imported again is the same', () => {
  test('as a document of the API', () => {
    fc.assert(
      fc.property(arrayOf(...Object.values(all), old, list), (rules) => {
        const file = written('rules.json', toApiJson(rules))
        const { rules: found, leftOut, broken, own } = importRules([file])
        expect([leftOut, broken, own]).toEqual([[], [], []])
        expect(compared(found)).toEqual(compared(rules))
      })
    )
  })

  test('as Terraform', () => {
    const { access, ...others } = all
    const switchedOn = access.map((rule) => ({ ...rule, enabled: true }))
    fc.assert(
      fc.property(arrayOf(...Object.values(others), switchedOn, old, list), (rules) => {
        const exported = toTerraform(rules)
        const file = written('rules.tf', exported.text)
        const { rules: found, leftOut, broken } = importRules([file])
        expect([exported.leftOut, leftOut, broken]).toEqual([[], [], []])
        expect(compared(found)).toEqual(compared(rules))
      })
    )
  })

  test('as a rule document of edge1020', () => {
    const line = text.map((made) => made.replace(/\s+/g, ' '))
    const known = kinds(['block', 'log'])
    // Rule documents have no zones yet, every rule has a name there, and lists keep no comments.
    const named = Object.entries(known).map(([product, made]) =>
      (made as fc.Arbitrary<object>).chain((rule) =>
        fc.record({ name: line, id, value: line }).map((own) => ({
          ...rule,
          ...(product === 'ua' ? own : { name: own.name, id: own.id }),
          zone: undefined,
        }))
      )
    )
    const plain = list.map((made) => ({
      ...made,
      entries: made.entries.map(({ value }) => ({ value })),
      enabled: true,
      id: made.name,
    }))
    const rules = fc
      .uniqueArray(fc.oneof(...named, plain), {
        minLength: 1,
        maxLength: 6,
        selector: (rule) => (rule as unknown as { id: string }).id,
      })
      .map((made) => made.map((rule) => ({ ...(rule as unknown as ImportedRule), ...SOURCE })))
    const without = (rule: ImportedRule) => {
      const { id: _, enabled: __, ...others } = rule
      return rule.product === 'list' ? others : rule
    }
    const canonical = (rule: ImportedRule): ImportedRule =>
      rule.product === 'access'
        ? {
            ...rule,
            target: rule.value!.includes('/')
              ? 'ip_range'
              : rule.value!.includes(':')
                ? 'ip6'
                : 'ip',
          }
        : rule
    const byPriority = (found: readonly ImportedRule[]) =>
      compared(found.map((rule) => canonical(without(rule))))
    fc.assert(
      fc.property(rules, (given) => {
        const document = toDocument(given)
        expect(document.leftOut).toEqual([])
        const file = written('rules.yaml', document.text)
        const { rules: found, leftOut } = exportRules([file], 'yaml')
        expect(leftOut).toEqual([])
        expect(byPriority(found)).toEqual(byPriority(given))
      })
    )
  })
})
