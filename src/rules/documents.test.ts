import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import schema from '../../schema/rules.json' with { type: 'json' }
import {
  ACCESS_KEYS,
  AGENT_KEYS,
  CONDITION_KEYS,
  DOCUMENT_KEYS,
  LIST_KEYS,
  LOCKDOWN_KEYS,
  OPERATOR_KEYS,
  RATE_LIMIT_KEYS,
  RESPONSE_KEYS,
  RULE_KEYS,
  SKIP_KEYS,
  SWITCHES,
  ZONE_KEYS,
} from './keys.ts'
import { loadRules } from './load.ts'
import { CUSTOM_ACTIONS } from './products/custom.ts'
import { RATE_LIMIT_ACTIONS } from './products/rate-limits.ts'
import { CONTENT_TYPES } from './response.ts'
import { allRules } from './rule.ts'
import { SKIPPED_PHASES, SKIPPED_PRODUCTS } from './skip.ts'
import { CONTINENTS, METHODS } from './values.ts'
import { PLANS } from './zones.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const keys = (object: object) => Object.keys(object).sort()

describe('the JSON schema knows what the loader knows', () => {
  const { rule, condition, method, continent } = schema.$defs
  const { access_rule, user_agent_rule, lockdown, rate_limit, list, response } = schema.$defs
  const { user_agent, path, host, header } = condition.properties
  const mapping = (of: { anyOf: object[] }) => {
    const found = of.anyOf.find((branch) => 'properties' in branch)
    return (found as { properties: object }).properties
  }
  const operators = Object.keys(OPERATOR_KEYS)

  test.each<[string, object, readonly string[]]>([
    ['documents', schema.properties, Object.keys(DOCUMENT_KEYS)],
    ['rules', rule.properties, Object.keys(RULE_KEYS)],
    ['IP Access rules', access_rule.properties, Object.keys(ACCESS_KEYS)],
    ['User Agent Blocking rules', user_agent_rule.properties, Object.keys(AGENT_KEYS)],
    ['lockdowns', lockdown.properties, Object.keys(LOCKDOWN_KEYS)],
    ['rate limits', rate_limit.properties, Object.keys(RATE_LIMIT_KEYS)],
    ['lists', mapping(list), Object.keys(LIST_KEYS)],
    ['zones', schema.$defs.zone.properties, Object.keys(ZONE_KEYS)],
    ['responses', response.properties, Object.keys(RESPONSE_KEYS)],
    ['skip', rule.properties.skip.properties, Object.keys(SKIP_KEYS)],
    ['conditions', condition.properties, Object.keys(CONDITION_KEYS)],
    ['user_agent', mapping(user_agent), [...operators, ...SWITCHES.user_agent]],
    ['path', mapping(path), [...operators, ...SWITCHES.path]],
    ['header', mapping(header.additionalProperties), [...operators, ...SWITCHES.header]],
    [
      'host',
      mapping(host),
      [...operators.filter((key) => key !== 'strict_wildcard'), ...SWITCHES.host],
    ],
  ])('keys of %s', (_, properties, known) => {
    expect(keys(properties)).toEqual([...known].sort())
  })

  test('values of closed sets', () => {
    expect(method.enum).toEqual([...METHODS])
    expect(continent.enum).toEqual([...CONTINENTS])
    expect(rule.properties.action.enum).toEqual([...CUSTOM_ACTIONS])
    expect(rate_limit.properties.action.enum).toEqual([...RATE_LIMIT_ACTIONS])
    expect(response.properties.content_type.enum).toEqual([...CONTENT_TYPES])
    expect(schema.$defs.zone.properties.plan.enum).toEqual([...PLANS])
    const { skipped_phases, skipped_products } = schema.$defs
    expect(skipped_phases.anyOf[0]?.enum).toEqual([...SKIPPED_PHASES])
    expect(skipped_products.anyOf[0]?.enum).toEqual([...SKIPPED_PRODUCTS])
  })

  test('every key has a description, and every reference a target', () => {
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return
      for (const [key, value] of Object.entries(node)) {
        if (key === '$ref') {
          expect(keys(schema.$defs)).toContain(String(value).replace('#/$defs/', ''))
        }
        if (key === 'properties') {
          for (const [name, property] of Object.entries(value as Record<string, object>)) {
            const target = (property as { $ref?: string }).$ref?.replace('#/$defs/', '')
            const described = [property, target && Reflect.get(schema.$defs, target)]
            expect(
              described.some((each) => typeof each === 'object' && 'description' in each),
              `${path}.${name}`
            ).toBe(true)
          }
        }
        walk(value, `${path}.${key}`)
      }
    }
    walk(schema, '')
  })

  test('closed mappings refuse unknown keys, as the loader does', () => {
    for (const closed of [schema, rule, condition, access_rule, lockdown, rate_limit])
      expect(closed.additionalProperties).toBe(false)
  })
})

describe('docs/rules.md and docs/products.md', () => {
  const text = read('docs/rules.md')
  const products = read('docs/products.md')
  const blocks = [...`${text}${products}`.matchAll(/^```yaml\n(.*?)^```/gms)].map(
    ([, block = '']) => block
  )

  test.each(blocks.map((block, i) => [i + 1, block] as const))('example %i loads', (_, block) => {
    const ruleset = loadRules([{ file: 'docs/rules.md', text: block }])
    const { ownLists, warnings } = ruleset
    expect(allRules(ruleset).length + ownLists.length).toBeGreaterThan(0)
    expect(warnings).toEqual([])
  })

  test('the first example becomes what the page says', () => {
    const { rules } = loadRules([{ file: 'docs/rules.md', text: blocks[0] ?? '' }])
    const printed = rules.map(({ expression }) => expression.source).join('\n')
    expect(text).toContain(`\`\`\`text\n${printed}\n\`\`\``)
  })

  test('every key is on one of the pages', () => {
    const names = [
      DOCUMENT_KEYS,
      ACCESS_KEYS,
      AGENT_KEYS,
      LOCKDOWN_KEYS,
      RATE_LIMIT_KEYS,
      LIST_KEYS,
      ZONE_KEYS,
      RESPONSE_KEYS,
      SKIP_KEYS,
      RULE_KEYS,
      CONDITION_KEYS,
      OPERATOR_KEYS,
    ].flatMap(Object.keys)
    const switches = Object.values(SWITCHES).flat()
    const code = [...`${text}${products}`.matchAll(/`([^`\n]+)`/g)].map(([, inside = '']) => inside)
    for (const key of [...names, ...switches]) {
      expect(
        code.some((inside) => inside === key || inside.startsWith(`${key}:`)),
        key
      ).toBe(true)
    }
  })

  test('the picture of a problem is the one that is printed', () => {
    const document = `rules:
  - name: x
    action: block
    when: { country: [UK, IR] }
`
    const [, picture = ''] = /^```text\n(rules\.yaml:.*?)^```/ms.exec(text) ?? []
    expect(() => loadRules([{ file: 'rules.yaml', text: document }])).toThrow(picture.trimEnd())
  })
})

describe('rules/starter.yaml', () => {
  const { rules, fields, warnings } = loadRules([
    { file: 'rules/starter.yaml', text: read('rules/starter.yaml') },
  ])

  test('loads without a warning and needs no data about places', () => {
    expect(warnings).toEqual([])
    const places = fields.filter((field) => field.startsWith('ip.src.'))
    expect(places).toEqual([])
  })

  test('shows every action, and a country rule that is switched off', () => {
    expect(new Set(rules.map(({ action }) => action))).toEqual(new Set(['block', 'log', 'skip']))
    const country = rules.filter(({ expression }) => expression.fields.includes('ip.src.country'))
    expect(country.map(({ enabled }) => enabled)).toEqual([false])
  })
})
