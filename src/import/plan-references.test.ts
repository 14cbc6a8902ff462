import { describe, expect, test } from 'vitest'
import { Found } from './read.ts'
import { readResources } from './resources.ts'
import { resourcesOfState } from './states.ts'

type Json = Record<string, unknown>

const references = (...names: string[]) => ({ references: names })

interface Module {
  resources?: Json[]
  [name: string]: unknown
}

const read = (planned: Module, configuration: Module, prior: Json = {}) => {
  const document = {
    format_version: '1.2',
    planned_values: { root_module: planned },
    prior_state: { values: { root_module: prior } },
    configuration: { root_module: configuration },
  }
  const found = new Found()
  readResources(resourcesOfState(document, 'plan.json') ?? [], found)
  return found
}

const planned = (address: string, values: Json, mode = 'managed'): Json => {
  const [type] = address.replace(/^(?:module\.[^.]+\.)*(?:data\.)?/, '').split('.')
  return { address, mode, type, values }
}

const configured = (address: string, expressions: Json, others: Json = {}): Json => ({
  address,
  expressions,
  ...others,
})

const filter = (address: string, expression: string) => planned(address, { expression })
const rule = (address: string) => planned(address, { action: 'block', description: address })
const expressionsOf = ({ rules, leftOut }: Found) => [rules.map((one) => one.expression), leftOut]

describe('a planned firewall rule finds its filter', () => {
  test('of the same index, of another index, and of for_each over filters', () => {
    const found = read(
      {
        resources: [
          filter('cloudflare_filter.f["a"]', 'a'),
          filter('cloudflare_filter.f["b.c"]', 'b'),
          filter('cloudflare_filter.one', 'one'),
          rule('cloudflare_firewall_rule.same["a"]'),
          rule('cloudflare_firewall_rule.named'),
          rule('cloudflare_firewall_rule.each["b.c"]'),
          rule('cloudflare_firewall_rule.one'),
        ],
      },
      {
        resources: [
          configured('cloudflare_firewall_rule.same', {
            filter_id: references('cloudflare_filter.f', 'each.key'),
          }),
          configured('cloudflare_firewall_rule.named', {
            filter_id: references('cloudflare_filter.f["b.c"].id', 'cloudflare_filter.f["b.c"]'),
          }),
          configured(
            'cloudflare_firewall_rule.each',
            { filter_id: references('each.value.id', 'each.value') },
            { for_each_expression: references('cloudflare_filter.f') }
          ),
          configured('cloudflare_firewall_rule.one', {
            filter_id: references('cloudflare_filter.one.id', 'cloudflare_filter.one'),
          }),
        ],
      }
    )
    expect(expressionsOf(found)).toEqual([['a', 'b', 'b', 'one'], []])
  })

  test('through the variables and outputs of modules', () => {
    const found = read(
      {
        resources: [],
        child_modules: [
          { resources: [filter('module.filters["x"].cloudflare_filter.f[0]', 'in a module')] },
          { resources: [rule('module.rules["x"].cloudflare_firewall_rule.r')] },
        ],
      },
      {
        module_calls: {
          filters: {
            module: { outputs: { id: { expression: references('cloudflare_filter.f[0].id') } } },
          },
          rules: {
            expressions: { filter: references('module.filters["x"].id', 'module.filters["x"]') },
            module: {
              resources: [
                configured('cloudflare_firewall_rule.r', { filter_id: references('var.filter') }),
              ],
            },
          },
        },
      }
    )
    expect(expressionsOf(found)).toEqual([['in a module'], []])
  })

  test('or is left out', () => {
    const missing = rule('cloudflare_firewall_rule.r')
    const withReference = (...names: string[]) =>
      configured('cloudflare_firewall_rule.r', { filter_id: references(...names) })
    for (const resources of [[], [withReference('var.a')], [withReference('each.value')]]) {
      expect(expressionsOf(read({ resources: [missing] }, { resources }))).toEqual([
        [],
        [
          {
            source: 'plan.json',
            what: 'cloudflare_firewall_rule.r',
            reason: 'its filter is not among the files',
          },
        ],
      ])
    }
  })
})

test('planned list items find their list', () => {
  const found = read(
    {
      resources: [
        planned('cloudflare_list.l', { name: 'office', kind: 'ip' }),
        planned('cloudflare_list_item.i[0]', { ip: '192.0.2.1' }),
        planned('cloudflare_list_item.i[1]', { ip: '192.0.2.2' }),
      ],
    },
    {
      resources: [
        configured('cloudflare_list_item.i', { list_id: references('cloudflare_list.l.id') }),
      ],
    }
  )
  expect(found.rules).toMatchObject([{ product: 'list', name: 'office', items: 2 }])
})

test('a planned ruleset executes another, and belongs to a zone by name', () => {
  const ruleset = (address: string, values: Json) =>
    planned(address, { phase: 'http_request_firewall_custom', ...values })
  const execute = { action: 'execute', expression: 'true' }
  const found = read(
    {
      resources: [
        ruleset('cloudflare_ruleset.custom', {
          kind: 'custom',
          rules: [{ action: 'block', expression: 'ssl' }],
        }),
        ruleset('cloudflare_ruleset.blocks', {
          kind: 'zone',
          rules: [{ ...execute, action_parameters: [{}] }],
        }),
        ruleset('cloudflare_ruleset.attribute', {
          kind: 'zone',
          rules: [
            { action: 'block', expression: 'true' },
            { ...execute, action_parameters: { id: null } },
          ],
        }),
      ],
    },
    {
      resources: [
        configured('cloudflare_ruleset.blocks', {
          zone_id: references('data.cloudflare_zone.shop.id', 'data.cloudflare_zone.shop'),
          rules: [{ action_parameters: [{ id: references('cloudflare_ruleset.custom.id') }] }],
        }),
        configured('cloudflare_ruleset.attribute', {
          rules: references('cloudflare_ruleset.custom.id', 'cloudflare_ruleset.custom'),
        }),
      ],
    },
    { resources: [planned('data.cloudflare_zone.shop', { name: 'shop.example', id: 'z' }, 'data')] }
  )
  expect(found.rules.map(({ executes, zone_resource }) => [executes, zone_resource])).toEqual([
    [undefined, undefined],
    ['cloudflare_ruleset.custom', 'data.cloudflare_zone.shop'],
    [undefined, undefined],
    ['cloudflare_ruleset.custom', undefined],
  ])
  expect(found.zones).toEqual([{ name: 'shop.example', keys: ['data.cloudflare_zone.shop', 'z'] }])
})
