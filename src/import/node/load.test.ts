import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createEdge } from '../../edge.ts'
import { noStore } from '../../events/none.ts'
import { importRules } from './import.ts'
import { loadRulePaths } from './load.ts'

const root = mkdtempSync(join(tmpdir(), 'edge1020-load-'))
afterAll(() => rmSync(root, { recursive: true }))

const put = (name: string, text: string): string => {
  const file = join(root, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

const ruleset = (kind: string, name = 'r', rules = '') => `
resource "cloudflare_ruleset" "${name}" {
  kind  = "${kind}"
  phase = "http_request_firewall_custom"
  rules {
    description = "No curl"
    action      = "block"
    expression  = "http.user_agent contains \\"curl\\""
  }
  ${rules}
}
`
const messages = (paths: string[]) => loadRulePaths(paths).warnings.map(({ message }) => message)

test('rules of a custom ruleset are named and not enforced', () => {
  put('custom/main.tf', ruleset('custom') + ruleset('zone', 'z').replace('No curl', 'zone'))
  const { rules, warnings } = loadRulePaths([join(root, 'custom')])
  expect(rules.map(({ name }) => name)).toEqual(['zone'])
  expect(warnings.map(({ message }) => message)).toEqual([
    '"No curl": no rule in the files executes its ruleset',
  ])
})

test('rules that a value decides which is not known are left out with that reason', () => {
  const dynamic = 'dynamic "rules" {\n for_each = data.a.b.c\n content {}\n }'
  put('dynamic/main.tf', ruleset('zone', 'r', dynamic))
  expect(messages([join(root, 'dynamic')])).toEqual([
    expect.stringContaining('is left out: unknown value: data.a.b.c'),
  ])
})

test('a ruleset of zones that are not known loads once, and says so', () => {
  const unknown = ruleset('zone').replace('kind', 'for_each = data.a.zones\n  kind')
  put('zones/main.tf', unknown)
  expect(messages([join(root, 'zones')])).toEqual([
    'cloudflare_ruleset.r: data.a.zones is not known before Terraform runs: its rules load once',
  ])
})

test('items of lists: of the list, of its dynamic blocks, and of the provider up to version 3', () => {
  put(
    'lists/main.tf',
    `resource "cloudflare_ip_list" "old" {
  name = "old"
  kind = "ip"
  item {
    value   = "192.0.2.0/24"
    comment = "office"
  }
  dynamic "item" {
    for_each = ["192.0.2.1"]
    content { value = item.value }
  }
}
`
  )
  const { rules, leftOut } = importRules([join(root, 'lists')])
  expect(leftOut).toEqual([])
  expect(rules.map(({ name, entries }) => [name, entries])).toEqual([
    ['old', [{ value: '192.0.2.0/24', comment: 'office' }, { value: '192.0.2.1' }]],
  ])
})

test('a file that does not parse stops the loading', () => {
  put('broken/good.tf', ruleset('zone'))
  put('broken/bad.tf', 'a = "')
  expect(() => loadRulePaths([join(root, 'broken')])).toThrow(
    /bad\.tf:1: error: syntax: the quote is not closed\n\n1 file cannot be read: nothing was loaded/
  )
})

test('rules of the same name get ids of their own, also beside own rules', () => {
  const own = put('own.yaml', 'rules:\n  - { name: No curl, expression: ssl, action: log }\n')
  put('same/main.tf', ruleset('zone') + ruleset('zone', 's'))
  expect(loadRulePaths([own, join(root, 'same')]).rules.map(({ id }) => id)).toEqual([
    'no-curl',
    'no-curl-2',
    'no-curl-3',
  ])
})

const STATED = {
  kind: 'zone',
  phase: 'http_request_firewall_custom',
  rules: [{ action: 'block', expression: 'ssl', description: 'kept' }],
}
const stated = (mode: string, values: string) => ({
  mode,
  type: 'cloudflare_ruleset',
  name: 'r',
  address: 'cloudflare_ruleset.r',
  [values]: STATED,
})

test.each<[string, object]>([
  [
    'a plan',
    {
      terraform_version: '1',
      planned_values: {
        root_module: { resources: [stated('managed', 'values'), stated('data', 'values')] },
      },
    },
  ],
  [
    'a state',
    {
      terraform_version: '1',
      values: {
        root_module: {
          child_modules: [{ resources: [stated('managed', 'values'), stated('data', 'values')] }],
        },
      },
    },
  ],
  [
    'a raw state',
    {
      version: 4,
      terraform_version: '1',
      resources: ['managed', 'data'].map((mode) => ({
        mode,
        type: 'cloudflare_ruleset',
        name: 'r',
        instances: [{ attributes: STATED }],
      })),
    },
  ],
])('%s: what it manages, and not what it only reads', (name, document) => {
  const file = put(`${name}.json`, JSON.stringify(document))
  expect(importRules([file]).rules).toMatchObject([
    { name: 'kept', resource: 'cloudflare_ruleset.r' },
  ])
})

test('rules run in the order of the paths, own ones among them, those of the account first', () => {
  const own = (name: string) =>
    put(`order/${name}.yaml`, `rules:\n  - name: ${name}\n    expression: ssl\n    action: log\n`)
  const api = (name: string, kind: string) =>
    put(
      `order/${name}.json`,
      JSON.stringify({
        kind,
        phase: 'http_request_firewall_custom',
        rules: [{ action: 'log', expression: 'ssl', description: name }],
      })
    )
  const paths = [own('c'), api('a', 'zone'), own('d'), api('b', 'root')]
  expect(loadRulePaths(paths).rules.map(({ name }) => name)).toEqual(['b', 'c', 'a', 'd'])
})

test('an execute runs the rules of its custom ruleset where it is true itself', () => {
  put(
    'execute/main.tf',
    `resource "cloudflare_ruleset" "ours" {
  kind  = "custom"
  phase = "http_request_firewall_custom"
  rules {
    description = "in"
    action      = "skip"
    expression  = "ip.src eq 192.0.2.1"
    action_parameters { ruleset = "current" }
  }
  rules {
    description = "out"
    action      = "block"
    expression  = "http.host eq \\"a\\" or ssl"
  }
}
resource "cloudflare_ruleset" "root" {
  kind  = "root"
  phase = "http_request_firewall_custom"
  rules {
    description = "deploy"
    action      = "execute"
    expression  = "(cf.zone.name eq \\"a.example\\")"
    action_parameters { id = cloudflare_ruleset.ours.id }
  }
  rules {
    description = "managed"
    action      = "execute"
    expression  = "true"
    action_parameters { id = "efb7b8c949ac4650a09736fc376e9aee" }
  }
}
`
  )
  const { rules, warnings } = loadRulePaths([join(root, 'execute')])
  expect(
    rules.map(({ name, expression, skip }) => [name, expression.source, skip?.current])
  ).toEqual([
    ['in', '((cf.zone.name eq "a.example")) and (ip.src eq 192.0.2.1)', false],
    [
      'out',
      '((cf.zone.name eq "a.example")) and not (ip.src eq 192.0.2.1) and (http.host eq "a" or ssl)',
      undefined,
    ],
  ])
  expect(warnings.map(({ message }) => message)).toEqual([
    '"managed": the ruleset that it executes is not among the files',
  ])
})

test.each(['__proto__', 'constructor'])('a list can have the name %s', async (name) => {
  put(
    `named/${name}/main.tf`,
    `resource "cloudflare_list" "a" {
  kind = "ip"
  name = "${name}"
  items = [{ ip = "192.0.2.1" }]
}
resource "cloudflare_access_rule" "x" {
  mode = "whitelist"
  configuration = { target = "ip", value = "192.0.2.77" }
}
`
  )
  put(
    `named/${name}/rules.yaml`,
    `rules:\n  - { name: listed, expression: ip.src in $${name}, action: block }\n`
  )
  const paths = ['main.tf', 'rules.yaml'].map((file) => join(root, 'named', name, file))
  const edge = createEdge({ ruleset: loadRulePaths(paths), store: noStore() })
  const actionFor = async (remoteAddress: string) => {
    const { action } = await edge.judge(new Request('http://a.test/'), { remoteAddress })
    return action
  }
  expect(await actionFor('192.0.2.1')).toBe('block')
  expect(await actionFor('192.0.2.2')).toBe('pass')
})

describe('rules of several zones', () => {
  const zone = (name: string, host: string) =>
    `resource "cloudflare_zone" "${name}" {\n  zone = "${host}"\n  plan = "enterprise"\n}\n`
  const inZone = (id: string, path: string) =>
    `resource "cloudflare_ruleset" "${path}" {
  zone_id = ${id}
  kind    = "zone"
  phase   = "http_request_firewall_custom"
  rules {
    action     = "block"
    expression = "http.request.uri.path eq \\"/${path}\\""
  }
}
`
  const actionsOf = async (paths: string[], urls: string[]) => {
    const edge = createEdge({ ruleset: loadRulePaths(paths), store: noStore() })
    const verdicts = urls.map(async (url) => {
      const { action } = await edge.judge(new Request(`http://${url}`), {})
      return action
    })
    return Promise.all(verdicts)
  }

  test('each judges the hosts of its zone, by the resource that Terraform knows', async () => {
    put(
      'several/main.tf',
      zone('shop', 'shop.test') +
        zone('blog', 'blog.test').replace('zone =', 'name =') +
        inZone('cloudflare_zone.shop.id', 'a') +
        inZone('cloudflare_zone.blog.id', 'b')
    )
    const paths = [join(root, 'several')]
    expect(loadRulePaths(paths).zones).toMatchObject([
      { name: 'shop.test', hosts: ['shop.test', '*.shop.test'], isDefault: false, plan: 'ENT' },
      { name: 'blog.test', plan: 'ENT' },
    ])
    const urls = ['shop.test/a', 'www.shop.test/a', 'shop.test/b', 'blog.test/b', 'blog.test/a']
    expect(await actionsOf(paths, [...urls, 'other.test/a'])).toEqual([
      'block',
      'block',
      'pass',
      'block',
      'pass',
      'no_zone',
    ])
  })

  test('a zone whose name is not known has the hosts of no other zone', async () => {
    put(
      'half/main.tf',
      zone('shop', 'shop.test') + inZone('cloudflare_zone.shop.id', 'a') + inZone('"0b1c"', 'b')
    )
    const paths = [join(root, 'half')]
    const urls = ['shop.test/a', 'shop.test/b', 'other.test/b', 'other.test/a']
    expect(await actionsOf(paths, urls)).toEqual(['block', 'pass', 'block', 'pass'])
  })

  test('rules of one zone judge every host, and know the name of the zone', async () => {
    put(
      'one/main.tf',
      zone('shop', 'shop.test') +
        inZone('cloudflare_zone.shop.id', 'a').replace(
          'http.request.uri.path eq \\"/a\\"',
          'cf.zone.name eq \\"shop.test\\" and cf.zone.plan eq \\"ENT\\"'
        )
    )
    const paths = [join(root, 'one')]
    expect(loadRulePaths(paths)).toMatchObject({ zones: [], site: { name: 'shop.test' } })
    expect(await actionsOf(paths, ['localhost/'])).toEqual(['block'])
  })

  test('documents of the API: zones by id, zone_name, and zones of an own document', async () => {
    const rule = (members: object, path: string) => ({
      description: path,
      urls: [`*/${path}`],
      configurations: [{ target: 'ip', value: '192.0.2.1' }],
      ...members,
    })
    put(
      'api/zones.json',
      JSON.stringify({
        result: [
          {
            id: 'z1',
            name: 'shop.test',
            status: 'active',
            name_servers: [],
            plan: { legacy_id: 'pro' },
          },
        ],
        success: true,
      })
    )
    put(
      'api/lockdown.json',
      JSON.stringify({
        result: [
          rule({ zone_id: 'z1' }, 'a'),
          rule({ zone_id: 'z2', zone_name: 'blog.test' }, 'b'),
        ],
        success: true,
      })
    )
    put('api/own.yaml', 'zones: [{ name: blog.test, hosts: [b.test], rules: [] }]\n')
    const paths = [join(root, 'api')]
    expect(loadRulePaths(paths).zones).toMatchObject([
      { name: 'blog.test', hosts: ['b.test'] },
      { name: 'shop.test', plan: 'PRO' },
    ])
    expect(await actionsOf(paths, ['b.test/b', 'b.test/a', 'shop.test/a', 'shop.test/b'])).toEqual([
      'block',
      'pass',
      'block',
      'pass',
    ])
  })
})
