// node bench/load-rules.mjs: how long a fresh process takes to load 1,000 rules from each format, the best of five. Needs `npm run build`.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const RULES = 1_000
const RUNS = 5
const ENTRY = fileURLToPath(new URL('../dist/node.js', import.meta.url))

const expressionOf = (i) =>
  `(http.host eq "shop-${i}.example" and starts_with(http.request.uri.path, "/a${i}")) or ip.src in {198.51.100.${i % 250} 203.0.113.0/24}`
const rules = Array.from({ length: RULES }, (_, i) => ({
  description: `rule ${i}`,
  expression: expressionOf(i),
  action: i % 3 === 0 ? 'log' : 'block',
  enabled: true,
}))
const ruleset = { kind: 'zone', name: 'default', phase: 'http_request_firewall_custom', rules }
const quoted = (text) => JSON.stringify(text)

const FILES = {
  YAML: [
    'rules.yaml',
    `rules:\n${rules.map((rule) => `  - name: ${rule.description}\n    expression: ${quoted(rule.expression)}\n    action: ${rule.action}\n`).join('')}`,
  ],
  'ruleset JSON': [
    'ruleset.json',
    JSON.stringify({ success: true, result: ruleset }, undefined, 2),
  ],
  'Terraform, blocks': [
    'blocks/main.tf',
    `resource "cloudflare_ruleset" "r" {\n  kind = "zone"\n  phase = "http_request_firewall_custom"\n${rules.map((rule) => `  rules {\n    description = ${quoted(rule.description)}\n    expression = ${quoted(rule.expression)}\n    action = "${rule.action}"\n  }\n`).join('')}}\n`,
  ],
  'Terraform, dynamic': [
    'dynamic/main.tf',
    `locals {\n  rules = [for i in range(${RULES}) : {\n    name = "rule \${i}"\n    text = "(http.host eq \\"shop-\${i}.example\\" and starts_with(http.request.uri.path, \\"/a\${i}\\")) or ip.src in {198.51.100.\${i % 250} 203.0.113.0/24}"\n  }]\n}\nresource "cloudflare_ruleset" "r" {\n  kind = "zone"\n  phase = "http_request_firewall_custom"\n  dynamic "rules" {\n    for_each = local.rules\n    content {\n      description = rules.value.name\n      expression = rules.value.text\n      action = rules.key % 3 == 0 ? "log" : "block"\n    }\n  }\n}\n`,
  ],
  plan: [
    'plan.json',
    JSON.stringify({
      terraform_version: '1.11.4',
      planned_values: {
        root_module: {
          resources: [
            {
              address: 'cloudflare_ruleset.r',
              mode: 'managed',
              type: 'cloudflare_ruleset',
              values: ruleset,
            },
          ],
        },
      },
    }),
  ],
}

const program = (path) => `
const { createEdge } = await import(${quoted(ENTRY)})
const before = process.cpuUsage()
const started = performance.now()
const edge = createEdge({ rules: ${quoted(path)}, store: 'memory', onWarning: () => {} })
const ms = performance.now() - started
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ ms, cpu: (user + system) / 1000 }))
await edge.close()
`

const folder = mkdtempSync(join(tmpdir(), 'edge1020-load-'))
for (const [format, [name, text]] of Object.entries(FILES)) {
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  const path = name.endsWith('.tf') ? dirname(file) : file
  const times = Array.from({ length: RUNS }, () => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', program(path)],
      { encoding: 'utf8' }
    )
    if (status !== 0) throw new Error(stderr)
    return JSON.parse(stdout)
  })
  const best = (key) => Math.min(...times.map((one) => one[key])).toFixed(0)
  console.log(`${format}: ${best('ms')} ms, of the processor ${best('cpu')} ms`)
}
rmSync(folder, { recursive: true })
