// edge1020/toolkit: the commands as functions. Each returns what the command prints with --json.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audit, check, explain, replay, test as runTests } from 'edge1020/toolkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from './cli.ts'

const RULES = 'rules/starter.yaml'
const NO_CURL = [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }]

const printed = async (...argv: string[]) => JSON.parse((await run([...argv, '--json'])).out)
/** Ray IDs and times differ from run to run. */
const steady = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/[0-9a-f]{16}/g, 'RAY')
      .replace(/\d{4}-\d\d-\d\d[T ][\d:.]+/g, 'TIME')
  )

let folder = ''
let log = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edge1020-toolkit-'))
  log = join(folder, 'access.log')
  const line = (path: string) =>
    `192.0.2.1 - - [29/Nov/2026:10:00:00 +0000] "GET ${path} HTTP/1.1" 200 1 "-" "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"\n`
  writeFileSync(log, line('/') + line('/.env') + line('/'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('explain', () => {
  test.each([
    ['https://shop.test/.env', []],
    ['https://shop.test/', ['--as', 'curl-hetzner']],
    ["curl 'https://shop.test/a?b=c' -A Firefox", ['--from', 'country=DE,asn=24940']],
  ])('%s %j', async (request, flags) => {
    const from = flags[1]
    const explained = await explain(request, { rules: RULES, ...(from && { from }) })
    const command = await printed('explain', request, '--rules', RULES, ...flags)
    expect(steady(explained)).toEqual(steady(command))
  })

  test('accepts rules and requests as objects', async () => {
    const request = { url: 'https://shop.test/', headers: { 'User-Agent': 'curl/8' } }
    for (const rules of [NO_CURL, [{ rules: NO_CURL }]]) {
      const { code, rule, flips } = await explain(request, { rules, from: { country: 'DE' } })
      expect([code, rule?.name, flips[0]?.changes[0]?.attribute]).toEqual([
        1020,
        'no curl',
        'user_agent',
      ])
    }
    expect((await explain({ url: '/' }, { rules: NO_CURL })).action).toBe('pass')
  })

  test.each([
    ['nonsense', {}, 'invalid_request'],
    ['https://shop.test/', { from: 'contry=DE' }, 'wrong_attributes'],
    ['https://shop.test/', { rules: 'nowhere.yaml' }, 'file_not_found'],
    ['https://shop.test/', { feeds: ['x'] }, 'invalid_feed'],
  ])('%j with %j is refused', async (request, options, code) => {
    await expect(explain(request, { rules: RULES, ...options })).rejects.toThrow(
      expect.objectContaining({ code })
    )
  })
})

test('check', async () => {
  const result = await check('https://shop.test/', { rules: RULES, from: ['curl-hetzner'] })
  const flags = ['--rules', RULES, '--from', 'curl-hetzner']
  expect(result).toEqual(await printed('check', 'https://shop.test/', ...flags))
  expect(result.attribution?.scope).toEqual(['user_agent', 'path'])
})

test('audit', async () => {
  const report = await audit({ rules: RULES })
  const command = await printed('audit', RULES, '--fail-on', 'never')
  expect(JSON.parse(JSON.stringify(report))).toEqual(command)
  expect(report.findings.length).toBeGreaterThan(0)
})

test('test', async () => {
  const tests = 'rules/starter.test.yaml'
  const { ms, ...report } = await runTests({ tests, coverage: true })
  const command = await printed('test', tests, '--coverage')
  expect(JSON.parse(JSON.stringify({ ...report, ms: command.ms }))).toEqual(command)
  expect(ms).toBeGreaterThanOrEqual(0)
  const selected = await runTests({
    tests,
    selects: ({ name }) => name === 'a browser gets the page',
  })
  expect([selected.passed, selected.failed]).toEqual([1, 0])
  const open = join(folder, 'open.yaml')
  writeFileSync(open, 'rules: [{ name: none, expression: "false", action: block }]')
  expect((await runTests({ tests, rules: open })).failed).toBeGreaterThan(10)
})

test('replay', async () => {
  const { elapsedMs, linesPerSecond, ...report } = await replay({ logs: log, rules: RULES })
  const command = await printed('replay', log, '--rules', RULES)
  expect({ ...command, ...report }).toEqual(command)
  expect([report.requests, report.refused.count]).toEqual([3, 1])
  const lines = (async function* () {
    yield '192.0.2.1 - - [29/Nov/2026:10:00:00 +0000] "GET /.env HTTP/1.1" 200 1 "-" "Firefox"\n'
  })()
  const piped = await replay({ logs: '-', stdin: lines, rules: RULES, against: RULES })
  expect([piped.requests, piped.difference?.newly_blocked.count]).toEqual([1, 0])
  await expect(replay({ logs: '-', rules: RULES })).rejects.toThrow('expected `stdin`')
})
