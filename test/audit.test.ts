// `edge1020 audit`, as docs/audit.md shows it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { audit } from '../src/audit/audit.ts'
import { loadRules } from '../src/rules/load.ts'
import { ROOT, run, scratch } from './cli.ts'
import { fencesOf } from './documents.ts'

const STARTER = 'rules/starter.yaml'

test('the example of docs/audit.md prints what the page shows', async () => {
  const [command] = fencesOf('docs/audit.md').filter(({ language }) => language === 'sh')
  const [output] = fencesOf('docs/audit.md').filter(({ language }) => language === 'text')
  expect(command!.text.trim()).toBe(`npx edge1020 audit ${STARTER} --fail-on never`)
  const { code, out } = await run(['audit', join(ROOT, STARTER), '--fail-on', 'never'])
  expect(out.replaceAll(`${ROOT}/`, '')).toBe(output!.text)
  expect(code).toBe(0)
})

/** The rows of the page's table of common rules: the expression, and the visitors. */
const COMMON: readonly (readonly [string, readonly string[]])[] = [
  [
    'http.user_agent contains "bot"',
    ['Slack', 'Discord', 'Reddit', 'Pinterest', 'DuckDuckBot', 'Applebot', 'YandexBot', 'Pingdom'],
  ],
  ['http.user_agent eq ""', ['Browser extension without a user agent']],
  ['http.user_agent contains "Chrome/10"', ['Chrome 100', 'Chrome 109']],
  ['not ip.src.country in {"DE"}', ['Googlebot', 'Stripe webhooks', "Let's Encrypt, USA"]],
  ['http.request.uri.path contains "/."', ["Let's Encrypt, USA", 'MTA-STS policy', 'Terraform']],
  [
    'ip.src.asnum in {16509 14618}',
    [
      'Stripe webhooks',
      'Adyen webhooks',
      'Twilio',
      'Slack',
      "Let's Encrypt, USA",
      'Load balancer health check',
    ],
  ],
]

test.each(COMMON)('%s stops the visitors that the page names', (expression, expected) => {
  const page = readFileSync(join(ROOT, 'docs/audit.md'), 'utf8')
  expect(page).toContain(`| \`${expression}\``)
  const text = JSON.stringify({ rules: [{ name: 'r', expression, action: 'block' }] })
  const ruleset = loadRules([{ file: 'r.yaml', text }])
  const stopped = audit({ ruleset }).findings[0]!.visitors.map(({ name }) => name)
  expect(expected.filter((name) => !stopped.includes(name))).toEqual([])
})

test('--json has every finding, and the exit code follows --fail-on', async () => {
  const { code, out } = await run(['audit', join(ROOT, STARTER), '--json'])
  expect(code).toBe(1)
  const document = JSON.parse(out)
  expect(document).toMatchObject({
    good: { visitors: 110, stopped: 5 },
    findings: [{ rule: 'no scripts', code: 1020, severity: 'high' }],
  })
  expect(document.findings[0].remedy.frees).toContain('Android app (OkHttp)')
})

test.each([
  [['--sweep', 'score'], /--sweep "score": expected FIELD=FROM\.\.TO/],
  [['--sweep', 'score=90..10'], /--sweep "score=90\.\.10"/],
  [['--fail-on', 'hgih'], /--fail-on "hgih": did you mean high\?/],
  [['none.yaml'], /none\.yaml/],
])('%j is refused', async (args, message) => {
  const { code, err } = await run(['audit', join(ROOT, STARTER), ...args])
  expect(err).toMatch(message)
  expect(code).toBe(2)
})

test('--sweep says so where no rule compares the field', async () => {
  const { code, err } = await run(['audit', join(ROOT, STARTER), '--sweep', 'score=10..90'])
  expect(code).toBe(2)
  expect(err).toContain('--sweep "score": no rule compares a field with a number')
})

test('rules that read the host are named where nobody named a host, and a wrong host is refused', async () => {
  const { dir, remove } = scratch()
  onTestFinished(remove)
  const file = join(dir, 'host.yaml')
  writeFileSync(file, 'rules: [{ name: a, expression: http.host eq "a.test", action: block }]')
  const note =
    'edge1020 audit: one rule reads the host, but the visitors request shop.test: set the host of your site with --host\n'
  const silent = await run(['audit', file, '--fail-on', 'never'])
  expect([silent.err.includes(note), silent.out.includes('0 of 110')]).toEqual([true, true])
  const named = await run(['audit', file, '--fail-on', 'never', '--host', 'a.test'])
  expect([named.err.includes(note), named.out.includes('110 of 110')]).toEqual([false, true])
  const wrong = await run(['audit', file, '--host', 'a b'])
  expect([wrong.code, wrong.err]).toEqual([
    2,
    expect.stringContaining('--host "a b": expected a host'),
  ])
})
