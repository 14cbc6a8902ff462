// Cloudflare's own configurations: imported, checked, served, and judged as the same rules in YAML.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createEdge } from '../src/node.ts'
import { get, ROOT, run, startServe } from './cli.ts'
import { fencesOf } from './documents.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-import-'))
afterAll(() => rmSync(folder, { recursive: true }))

const put = (name: string, text: string): string => {
  const file = join(folder, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  return file
}

const TERRAFORM = join(ROOT, 'examples/terraform')
const RESPONSE = join(ROOT, 'examples/ruleset.json')

/** The shop's rules in three formats: they must judge alike. */
const HCL = `
variable "office" { default = "192.0.2.0/24" }
resource "cloudflare_list" "friends" {
  name = "friends"
  kind = "ip"
  item {
    value { ip = "198.51.100.9" }
  }
}
resource "cloudflare_ruleset" "shop" {
  zone_id = "z"
  kind  = "zone"
  phase = "http_request_firewall_custom"
  name  = "default"
  rules {
    description = "friends"
    action      = "skip"
    expression  = "ip.src in \${"$"}\${cloudflare_list.friends.name}"
    action_parameters { ruleset = "current" }
  }
  rules {
    description = "only other products"
    action      = "skip"
    expression  = "http.host eq \\"shop.test\\""
    action_parameters { phases = ["http_ratelimit"] }
  }
  rules {
    description = "back office"
    action      = "block"
    expression  = "starts_with(http.request.uri.path, \\"/office\\") and not ip.src in {\${var.office}}"
  }
  rules {
    description = "challenged"
    action      = "managed_challenge"
    expression  = "http.request.uri.path eq \\"/till\\""
  }
}
`
const YAML = `
rules:
  - name: friends
    expression: ip.src in $friends
    action: skip
  - name: back office
    expression: starts_with(http.request.uri.path, "/office") and not ip.src in {192.0.2.0/24}
    action: block
  - name: challenged
    expression: http.request.uri.path eq "/till"
    action: managed_challenge
`
const hcl = put('shop/main.tf', HCL)
const yaml = put('shop.yaml', YAML)

describe('the same verdicts', () => {
  const REQUESTS: [string, string, string][] = [
    ['/office', '203.0.113.1', 'block'],
    ['/office', '192.0.2.7', 'pass'],
    ['/office', '198.51.100.9', 'skip'],
    ['/', '203.0.113.1', 'pass'],
    ['/till', '203.0.113.1', 'managed_challenge'],
  ]

  test.each(REQUESTS)('%s from %s: %s', async (path, remoteAddress, expected) => {
    const warnings: string[] = []
    const options = { store: 'memory' as const, onWarning: (text: string) => warnings.push(text) }
    const edges = [
      createEdge({ ...options, rules: join(hcl, '..') }),
      createEdge({ ...options, rules: yaml, lists: { friends: ['198.51.100.9'] } }),
    ]
    for (const edge of edges) {
      const verdict = await edge.judge(new Request(`https://other.test${path}`), { remoteAddress })
      expect(verdict.action).toBe(expected)
      await edge.close()
    }
    expect(warnings).toEqual([])
  })

  test('a skip of other products only lets the rules below run', async () => {
    const edge = createEdge({ rules: join(hcl, '..'), store: 'memory', onWarning: () => {} })
    const request = new Request('https://shop.test/office')
    const { action, rule, matches } = await edge.judge(request, { remoteAddress: '203.0.113.1' })
    expect([action, rule?.name]).toEqual(['block', 'back office'])
    expect(matches.map((match) => match.rule.name)).toEqual(['only other products', 'back office'])
    await edge.close()
  })

  test('values of variables come from the options', async () => {
    const edge = createEdge({
      rules: join(hcl, '..'),
      terraform: { vars: ['office=203.0.113.0/24'] },
      store: 'memory',
      onWarning: () => {},
    })
    const request = new Request('https://other.test/office')
    expect((await edge.judge(request, { remoteAddress: '203.0.113.1' })).action).toBe('pass')
    await edge.close()
  })
})

test('`serve --rules` takes a Terraform folder, and events name the line of its rules', async () => {
  const edge = await startServe(['--rules', TERRAFORM, '--store', 'memory'])
  onTestFinished(() => void edge.stop())
  expect(edge.ready).toMatchObject({ rules: { enabled: 5, total: 5 } })
  const { status, headers } = await get(`${edge.url}/admin`, {
    headers: { 'user-agent': 'Firefox' },
  })
  expect(status).toBe(403)
  const ray = String(headers['cf-ray']).slice(0, 16)
  const { body } = await get(`${edge.admin}/api/events/${ray}`)
  expect(JSON.parse(body)).toMatchObject({
    rule: { name: 'Back office', source: expect.stringMatching(/main\.tf:37$/) },
  })
})

describe('edge1020 import', () => {
  test('prints rules that load, with the places they come from', async () => {
    const { code, out, err } = await run(['import', TERRAFORM])
    expect(code).toBe(0)
    expect(err).toBe('5 custom rules found\n')
    expect(out).toContain('  # main.tf:19\n  - name: "The office may do anything"')
    const file = put('imported.yaml', out)
    const check = await run(['rules', 'print', file, '--json'])
    const printed = JSON.parse(check.out) as { rules: { name: string }[] }
    expect(printed.rules.map(({ name }) => name)).toEqual([
      'The office may do anything',
      'No Wget',
      'No curl',
      'No python-requests',
      'Back office',
    ])
  })

  test('--json is the same at each run, and holds the product of each rule', async () => {
    const [one, two] = [
      await run(['import', RESPONSE, '--json']),
      await run(['import', RESPONSE, '--json']),
    ]
    expect(one.out).toBe(two.out)
    expect(JSON.parse(one.out)).toEqual({
      rules: [
        expect.objectContaining({
          product: 'custom',
          name: 'No user agent at all',
          expression: '(http.user_agent eq "" and not cf.client.bot)',
          action: 'block',
          source: expect.stringMatching(/ruleset\.json:9$/),
        }),
      ],
      left_out: [],
      warnings: [],
    })
  })

  test('-o writes a file, --var and --var-file give values', async () => {
    const out = join(folder, 'out.yaml')
    const values = put('values.tfvars', 'office = ["198.51.100.0/24"]\n')
    const first = await run(['import', TERRAFORM, '-o', out, '--var-file', values])
    expect([first.code, first.out]).toEqual([0, ''])
    expect(readFileSync(out, 'utf8')).toContain('ip.src in {198.51.100.0/24}')
    const second = await run(['import', TERRAFORM, '--var', 'office=["192.0.2.1"]'])
    expect(second.out).toContain('ip.src in {192.0.2.1}')
  })

  test('names what it leaves out; exit code 1 for a file that does not parse, 2 where serve would start', async () => {
    const broken = join(put('broken/a.tf', 'resource "x" {\n  a = "\n'), '..')
    put(
      'broken/b.tf',
      'resource "cloudflare_ruleset" "r" {\n phase = "http_request_firewall_custom"\n rules {\n action = "block"\n description = "left"\n expression = data.a.b.c\n }\n}\n'
    )
    const imported = await run(['import', broken])
    expect(imported.code).toBe(1)
    expect(imported.err).toContain(
      'error: a.tf:2: the file is left out: syntax: the quote is not closed'
    )
    expect(imported.err).toContain('warning: b.tf:3: left is left out: unknown value: data.a.b.c')
    const checked = await run(['rules', 'check', broken])
    expect(checked.code).toBe(2)
    expect(checked.err).toContain('a.tf:2: error: syntax: the quote is not closed')
  })

  test.each([
    [['import'], 'expected a file or a folder'],
    [['import', 'nowhere'], 'no file or folder "nowhere"'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, err } = await run(args)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})

describe('edge1020 rules export', () => {
  test.each(['ruleset', 'terraform', 'yaml'])('%s is read as the same rules', async (format) => {
    const exported = await run(['rules', 'export', TERRAFORM, '--format', format])
    expect(exported).toMatchObject({ code: 0, err: '' })
    const extension = { ruleset: 'json', terraform: 'tf', yaml: 'yaml' }[format]
    const file = put(`exported/${format}/rules.${extension}`, exported.out)
    const shown = async (path: string) => {
      const { out } = await run(['rules', 'print', path, '--json'])
      const { rules } = JSON.parse(out) as { rules: Record<string, unknown>[] }
      return rules.map(({ name, action, expression, enabled }) => [
        name,
        action,
        expression,
        enabled,
      ])
    }
    expect(await shown(file)).toEqual(await shown(TERRAFORM))
  })

  test('own rules become those of Cloudflare, -o writes a file, what has no form is named', async () => {
    const own = put(
      'own.yaml',
      `rules:
  - name: No curl
    when: { user_agent: curl }
    action: block
  - name: Old page
    when: { path: /old }
    action: block
    page: waf
`
    )
    const out = join(folder, 'out.tf')
    const { code, err } = await run(['rules', 'export', own, '--format', 'terraform', '-o', out])
    expect(code).toBe(0)
    expect(err).toContain('own.yaml:5: Old page is left out: this format has no pages')
    expect(readFileSync(out, 'utf8')).toBe(`variable "zone_id" {
  type = string
}

resource "cloudflare_ruleset" "custom_rules" {
  zone_id = var.zone_id
  name = "default"
  kind = "zone"
  phase = "http_request_firewall_custom"
  rules = [
    {
      ref = "no-curl"
      description = "No curl"
      expression = "lower(http.user_agent) contains \\"curl\\""
      action = "block"
      enabled = true
    },
    {
      ref = "old-page"
      description = "Old page"
      expression = "http.request.uri.path eq \\"/old\\""
      action = "block"
      enabled = true
    },
  ]
}
`)
  })

  test('a format that is not known is wrong usage', async () => {
    const { code, err } = await run(['rules', 'export', TERRAFORM, '--format', 'teraform'])
    expect([code, err]).toEqual([2, expect.stringContaining('did you mean terraform?')])
  })
})

describe('docs/cloudflare-rules.md', () => {
  const commands = fencesOf('docs/cloudflare-rules.md')
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.trim().split('\n'))

  test.each(commands.filter((command) => !command.includes(' serve ')))('%s', async (command) => {
    const words = command.match(/'[^']*'|\S+/g)!.map((word) => word.replace(/^'|'$/g, ''))
    const args = words.slice(2)
    const output = args.indexOf('-o')
    if (output !== -1) args[output + 1] = join(folder, 'doc.yaml')
    expect(await run(args)).toMatchObject({ code: 0 })
  })

  test('the program prints the rule that fired', async () => {
    const [program] = fencesOf('docs/cloudflare-rules.md').filter(
      ({ language }) => language === 'js'
    )
    const file = join(ROOT, '.edge1020', `import-${process.pid}.mjs`)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, program!.text)
    onTestFinished(() => rmSync(file))
    const { stdout } = spawnSync(process.execPath, [file], { cwd: ROOT, encoding: 'utf8' })
    expect(stdout).toBe('block Back office\n')
  })
})

test.each(['.yaml', '.json'])(
  'a bare list of own rules in a %s file is refused, not passed over',
  async (extension) => {
    const file = put(
      `bare${extension}`,
      '[{"name": "x", "when": {"path": "/x"}, "action": "block"}]'
    )
    const { code, err } = await run(['rules', 'check', file])
    expect(code).toBe(2)
    expect(err).toContain(`bare${extension}:1:1: error:`)
  }
)

test('a document without a rule in force says that every request passes', async () => {
  const { code, err } = await run([
    'rules',
    'check',
    put('empty.json', '{"success": true, "result": []}'),
  ])
  expect(code).toBe(0)
  expect(err).toContain('no rule is active: every request passes')
})

test('a mistake in an expression of Terraform is shown within the expression, at the line of its rule', async () => {
  const file = put(
    'wrong/main.tf',
    'resource "cloudflare_ruleset" "r" {\n phase = "http_request_firewall_custom"\n rules {\n  action = "block"\n  description = "typo"\n  expression = "ip.src.contry eq \\"DE\\""\n }\n}\n'
  )
  const { code, err } = await run(['rules', 'check', join(file, '..')])
  expect(code).toBe(2)
  expect(err).toContain('main.tf:3:1: error: unknown identifier')
  expect(err).toContain('  ip.src.contry eq "DE"\n  ^^^^^^^^^^^^^')
})
