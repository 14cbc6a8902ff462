import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { eventWith } from '../events/event.fixture.ts'
import { loadRulePaths } from '../import/node/load.ts'
import { createDesk } from './desk.ts'
import { sideWith } from './side.fixture.ts'
import { terraformPatch } from './terraform-patch.ts'

const HEAD = `resource "cloudflare_ruleset" "custom" {
  zone_id = "0123456789abcdef0123456789abcdef"
  name    = "custom rules"
  kind    = "zone"
  phase   = "http_request_firewall_custom"
`
const BLOCKS = `${HEAD}
  # scripts
  rules {
    action      = "block"
    expression  = "http.user_agent contains \\"curl\\""
    description = "no scripts"
  }
}
`
const OBJECTS = `${HEAD}  rules = [
    {
      ref         = "scripts"
      action      = "block"
      expression  = "http.user_agent contains \\"curl\\""
      description = "no scripts"
    },
  ]
}
`
/** A rule in one of the last lines. */
const SHORT = `${HEAD}  rules = [
    { ref = "scripts", action = "block", expression = "http.user_agent contains \\"curl\\"" }]
}
`
const RULE = {
  name: 'let through a "feed"',
  description: 'Exception.',
  // A Terraform template in a visitor's text is escaped.
  expression: ['http.user_agent eq "a $', '{b} \\" c"'].join(''),
  action: 'skip',
}

test.each([
  ['blocks', BLOCKS, undefined],
  ['objects', OBJECTS, { phases: ['http_ratelimit'] }],
  ['the last lines', SHORT, undefined],
  ['the last lines without a line end', SHORT.trimEnd(), undefined],
])('a patch of %s applies, and the rule is above the other', (_, text, skip) => {
  const dir = mkdtempSync(join(tmpdir(), 'edge1020-patch-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'main.tf')
  writeFileSync(file, text)
  const [stopping] = loadRulePaths([dir]).rules
  const rule = { ...RULE, ...(skip === undefined ? {} : { skip }) }
  const { diff } = terraformPatch({ file: 'main.tf', text, line: stopping!.line }, rule)
  execFileSync('git', ['apply', '--verbose'], { cwd: dir, input: diff, stdio: 'pipe' })
  const { rules } = loadRulePaths([dir])
  expect(rules.map(({ expression }) => expression.source)).toEqual([
    RULE.expression,
    'http.user_agent contains "curl"',
  ])
  expect(rules[0]).toMatchObject({ action: 'skip', enabled: true })
  expect(rules[0]!.description ?? rules[0]!.name).toContain('let through a "feed"')
  if (text === BLOCKS)
    expect(readFileSync(file, 'utf8')).toContain(
      '  # scripts\n  rules {\n    action      = "block"'
    )
})

test('if the rule is not written out, the result is only the block', () => {
  const text = `${HEAD}  dynamic "rules" {\n    for_each = var.rules\n  }\n}\n`
  const { diff, block } = terraformPatch({ file: 'main.tf', text, line: 6 }, RULE)
  expect(diff).toBeUndefined()
  expect(block).toMatch(
    /^ {2}rules \{\n {4}action = "skip"\n {4}action_parameters \{\n {6}ruleset = "current"\n/
  )
})

test('the page of an exception shows the patch for each choice and writes nothing', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'edge1020-patch-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'main.tf')
  writeFileSync(file, BLOCKS)
  const desk = createDesk({ paths: [dir], loading: {}, trials: {}, reload: async () => {} })
  const ruleset = desk.load()
  const { id } = ruleset.rules[0]!
  const event = eventWith({
    rule: { id, name: 'no scripts' },
    ip: '198.51.100.7',
    userAgent: 'curl/8',
  })
  const { ask } = await sideWith([event], { desk, ruleset })
  const page = await ask(`/events/${event.ray}/exception?pick=ip&end=1h`)
  expect(page.status).toBe(200)
  expect(page.text).toMatch(
    /\+ {4}expression = &quot;ip.src eq 198.51.100.7 and http.request.timestamp.sec lt \d+&quot;/
  )
  expect(page.text).toContain('data-copy="#patch"')
  expect(page.text).not.toContain('>Write it into')
  expect(readFileSync(file, 'utf8')).toBe(BLOCKS)
})
