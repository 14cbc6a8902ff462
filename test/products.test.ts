// The products of a site through `serve`: rules as owners write them, requests from outside, the answer on the wire.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Running } from './cli.ts'
import { get, scratch, startServe } from './cli.ts'

const TERRAFORM = `
resource "cloudflare_access_rule" "monitor" {
  zone_id = "z"
  mode    = "whitelist"
  notes   = "the monitor"
  configuration {
    target = "ip"
    value  = "8.8.8.8"
  }
}
resource "cloudflare_access_rule" "banned" {
  for_each = { address = ["ip", "8.8.4.4"], network = ["ip_range", "9.9.9.0/24"], provider = ["asn", "AS13335"] }
  zone_id  = "z"
  mode     = "block"
  notes    = each.key
  configuration {
    target = each.value[0]
    value  = each.value[1]
  }
}
resource "cloudflare_zone_lockdown" "wiki" {
  zone_id = "z"
  urls    = ["shop.test/wiki/*"]
  configurations {
    target = "ip_range"
    value  = "195.0.0.0/24"
  }
}
resource "cloudflare_user_agent_blocking_rule" "copier" {
  zone_id     = "z"
  description = "a copier"
  mode        = "block"
  configuration {
    target = "ua"
    value  = "Copier/1.0"
  }
}
resource "cloudflare_ruleset" "custom" {
  zone_id = "z"
  kind    = "zone"
  phase   = "http_request_firewall_custom"
  name    = "default"
  rules {
    description = "the copier may read the feed"
    action      = "skip"
    expression  = "http.request.uri.path eq \\"/feed\\""
    action_parameters {
      products = ["uaBlock"]
    }
    logging {
      enabled = false
    }
  }
  rules {
    description = "the till answers in JSON"
    action      = "block"
    expression  = "http.request.uri.path eq \\"/till\\""
    action_parameters {
      response {
        status_code  = 404
        content      = "{\\"error\\":\\"gone\\"}"
        content_type = "application/json"
      }
    }
  }
  rules {
    description = "back office"
    action      = "block"
    expression  = "http.request.uri.path eq \\"/office\\""
  }
}
`

const API = [
  { mode: 'whitelist', notes: 'the monitor', configuration: { target: 'ip', value: '8.8.8.8' } },
  { mode: 'block', notes: 'address', configuration: { target: 'ip', value: '8.8.4.4' } },
  { mode: 'block', notes: 'network', configuration: { target: 'ip_range', value: '9.9.9.0/24' } },
  { mode: 'block', notes: 'provider', configuration: { target: 'asn', value: 'AS13335' } },
  { mode: 'block', description: 'a copier', configuration: { target: 'ua', value: 'Copier/1.0' } },
  {
    urls: ['shop.test/wiki/*'],
    configurations: [{ target: 'ip_range', value: '195.0.0.0/24' }],
  },
]

const CUSTOM = `rules:
  - name: the copier may read the feed
    when: { path: /feed }
    action: skip
    skip: { products: uaBlock }
    logging: false
  - name: the till answers in JSON
    when: { path: /till }
    action: block
    response: { status: 404, content: '{"error":"gone"}', content_type: application/json }
  - name: back office
    when: { path: /office }
    action: block
`

const YAML = `${CUSTOM}
access:
  - allow: 8.8.8.8
  - block: [8.8.4.4, 9.9.9.0/24, AS13335]
lockdown:
  - urls: shop.test/wiki/*
    allow: 195.0.0.0/24
user_agents:
  - block: Copier/1.0
`

/** Path, address, agent; the code of the answer (404 a response of the owner's, 0 the origin's) and the event's source. */
const REQUESTS: [string, string, string, number, string][] = [
  ['/', '195.0.0.9', 'Firefox', 0, ''],
  ['/', '8.8.8.8', 'Copier/1.0', 0, ''],
  ['/wiki/a', '8.8.8.8', 'Copier/1.0', 0, ''],
  ['/office', '8.8.8.8', 'Firefox', 0, ''],
  ['/', '8.8.4.4', 'Firefox', 1006, 'ip'],
  ['/wiki/a', '8.8.4.4', 'Copier/1.0', 1006, 'ip'],
  ['/', '9.9.9.7', 'Firefox', 1006, 'iprange'],
  ['/', '1.1.1.1', 'Firefox', 1005, 'asn'],
  ['/wiki/a', '195.0.1.9', 'Firefox', 1106, 'zonelockdown'],
  ['/wiki/a', '195.0.1.9', 'Copier/1.0', 1106, 'zonelockdown'],
  ['/wiki/a', '195.0.0.9', 'Firefox', 0, ''],
  ['/wiki/a', '195.0.0.9', 'Copier/1.0', 0, ''],
  ['/', '195.0.0.9', 'Copier/1.0', 1010, 'uablock'],
  ['/', '195.0.0.9', 'copier/1.0', 0, ''],
  ['/office', '195.0.0.9', 'Copier/1.0', 1010, 'uablock'],
  ['/feed', '195.0.0.9', 'Copier/1.0', 0, ''],
  ['/office', '195.0.0.9', 'Firefox', 1020, 'firewallcustom'],
  ['/till', '195.0.0.9', 'Firefox', 404, 'firewallcustom'],
]

const { dir, remove } = scratch()
afterAll(remove)

describe.each<[string, Readonly<Record<string, string>>]>([
  ['Terraform', { 'main.tf': TERRAFORM }],
  [
    'documents of the API, with own custom rules',
    { 'a.json': JSON.stringify(API), 'b.yaml': CUSTOM },
  ],
  ['YAML', { 'site.yaml': YAML }],
])('rules in %s', (format, files) => {
  let edge: Running
  beforeAll(async () => {
    const folder = join(dir, format.replaceAll(/\W/g, '-'))
    mkdirSync(folder)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    edge = await startServe(['--rules', folder, '--store', 'memory', '--trust', 'loopback'])
  })
  afterAll(() => edge?.stop())

  test('load without warnings', () => {
    expect(edge.texts.err).not.toContain('warning')
  })

  test.each(REQUESTS)('%s from %s with %s: %d', async (path, address, agent, code, source) => {
    const headers = {
      Host: 'shop.test',
      'X-Forwarded-For': address,
      'User-Agent': agent,
      Accept: 'application/json',
    }
    const { status, body, headers: answered } = await get(edge.url + path, { headers })
    if (code === 0) {
      // The demo site answers, which knows few paths.
      expect(answered['x-edge1020']).toBeUndefined()
      expect(status).not.toBe(403)
      return
    }
    if (code === 404) expect([status, body]).toEqual([404, '{"error":"gone"}'])
    else expect(JSON.parse(body)).toMatchObject({ error_code: code, status: 403 })
    const ray = String(answered['cf-ray']).slice(0, 16)
    const event = await get(`${edge.admin}/api/events/${ray}`)
    expect(JSON.parse(event.body)).toMatchObject({ source, action: 'block', ip: address })
  })
})

describe("Cloudflare's GraphQL with declared zones", () => {
  const ZONES = `
rules:
  - { name: curl, when: { user_agent: curl }, action: block }
zones:
  - { name: shop.test, hosts: [shop.test] }
  - { name: blog.test, hosts: [blog.test] }
`
  let edge: Running
  const rays: Record<string, string> = {}
  beforeAll(async () => {
    const file = join(dir, 'zones.yaml')
    writeFileSync(file, ZONES)
    edge = await startServe(['--rules', file, '--store', 'memory'])
    for (const Host of ['shop.test', 'blog.test']) {
      const { headers } = await get(edge.url, { headers: { Host, 'User-Agent': 'curl/8' } })
      rays[Host] = String(headers['cf-ray']).slice(0, 16)
    }
  })
  afterAll(() => edge?.stop())

  const ask = async (tag: string) => {
    const query = `{ viewer { zones(filter: { zoneTag: "${tag}" }) { firewallEventsAdaptive { rayName } } } }`
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify({ query })
    const answer = await get(`${edge.admin}/client/v4/graphql`, { method: 'POST', headers, body })
    return JSON.parse(answer.body)
  }

  test.each(['shop.test', 'blog.test'])(
    'the tag %s returns the events of the zone',
    async (tag) => {
      const { data } = await ask(tag)
      expect(data.viewer.zones[0].firewallEventsAdaptive).toEqual([{ rayName: rays[tag] }])
    }
  )

  test('another tag is an error that names the zones', async () => {
    const { errors } = await ask('other.test')
    expect(errors[0].message).toContain('(shop.test, blog.test)')
  })
})
