import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { cli, cliWith } from './io.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-eval-'))
afterAll(() => rmSync(folder, { recursive: true }))
const FEED = join(folder, 'bad.txt')
writeFileSync(FEED, '198.51.101.0/24\n')
/** Keeps the test away from downloaded data on this machine. */
const DATA = ['--data', join(folder, 'data')]

const evaluate = (...argv: string[]) => cli('eval', ...argv, ...DATA)
const GET = 'GET https://shop.test/a?b=c'

test.each([
  [['http.host eq "shop.test"', '--request', GET], 'true'],
  [['http.request.uri', '--request', GET], '"/a?b=c"'],
  [['http.request.version', '--request', `${GET} HTTP/2`], '"HTTP/2"'],
  [['http.request.headers["x-a"][0]', '-H', 'X-A: 1'], '"1"'],
  [['http.request.body.size', '--request', 'POST /', '--body', 'abc'], '3'],
  [['ip.src in {192.0.2.0/24}', '--ip', '192.0.2.9'], 'true'],
  [['ip.src.country', '--country', 'de'], '"DE"'],
  [['ip.src.asnum', '--asn', 'AS13335'], '13335'],
  [['cf.threat_score', '--field', 'cf.threat_score=20'], '20'],
  [['http.host', '--field', 'http.host=shop.test'], '"shop.test"'],
  [['http.host', '--field', 'http.host="quoted"'], '"quoted"'],
  [['http.user_agent contains "curl"', '--as', 'curl-hetzner'], 'true'],
  [['http.user_agent', '--as', 'curl-hetzner', '-H', 'User-Agent: mine'], '"mine"'],
  [['http.host matches "^sh" and sha256("a") ne ""', '--request', GET], 'true'],
  [['ip.src in $bad', '--ip', '198.51.101.1', '--feed', `bad=${FEED}`], 'true'],
])('eval %j returns %s', async (argv, expected) => {
  expect(await evaluate(...argv)).toMatchObject({ code: 0, out: `${expected}\n`, err: '' })
})

test.each([
  ['docs', 'false'],
  ['engine', 'true'],
])('a missing value with --missing %s: %s', async (mode, expected) => {
  const { out } = await evaluate('http.request.headers["x"][0] ne "a"', '--missing', mode)
  expect(out).toBe(`${expected}\n`)
})

test('--trace prints every part with the values that it read', async () => {
  const { out } = await evaluate('http.host eq "b" or ssl', '--request', GET, '--trace')
  expect(out).toMatch(/^true\n/)
  expect(out).toMatch(/^ {2}false +http\.host eq "b"$/m)
  expect(out).toMatch(/^ +http\.host = "shop\.test"$/m)
  expect(out).toMatch(/^ {2}true +ssl$/m)
})

test('control characters in request values are escaped', async () => {
  const { out } = await evaluate('http.host', '--field', 'http.host="\\u202e"')
  expect(out).not.toContain('\u202e')
})

test('--json prints the result as JSON', async () => {
  const { out } = await evaluate('len(http.host)', '--request', GET, '--json')
  expect(JSON.parse(out)).toMatchObject({ ok: true, result: 9 })
})

test('a syntax error is printed with its position, exit code 2', async () => {
  const { code, out, err } = await evaluate('http.hots eq "a"')
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain('Filter parsing error (1:1):\nhttp.hots eq "a"\n^^^^^^^^^ ')
  expect(err).toContain('did you mean `http.host`?')
  const json = await evaluate('http.hots eq "a"', '--json')
  expect(json).toMatchObject({ code: 2, err: '' })
  expect(JSON.parse(json.out)).toMatchObject({ ok: false })
})

test('an undefined list causes a warning', async () => {
  const { code, out, err } = await evaluate('ip.src in $bad', '--ip', '198.51.101.1')
  expect({ code, out }).toEqual({ code: 0, out: 'false\n' })
  expect(err).toContain('warning: $bad has no contents here: fill it with --feed bad=FILE')
})

describe('--ndjson', () => {
  const lines = async (...stdin: string[]) => {
    const { code, out } = await cliWith(stdin, 'eval', '--ndjson', ...DATA)
    expect(code).toBe(0)
    return out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }

  test('prints one result per line, even if a line is split between chunks', async () => {
    const results = await lines(
      '{"id":1,"expression":"cf.threat_sc',
      'ore gt 10","fields":{"cf.threat_score":20}}\n{"id":2,"expression":"true"}'
    )
    expect(results).toMatchObject([
      { id: 1, ok: true, result: true },
      { id: 2, ok: true, result: true },
    ])
  })

  test('an invalid line does not stop the others', async () => {
    const results = await lines(
      '{"id":1,"expression":"x eq 1"}\nno JSON\n{"id":3,"expression":"false"}\n'
    )
    expect(results).toMatchObject([{ id: 1, ok: false }, { ok: false }, { id: 3, result: false }])
  })
})

test.each([
  [[], 'expected one expression (in quotes), --rules or --ndjson'],
  [['true', 'false'], 'expected one expression (in quotes), --rules or --ndjson'],
  [['true', '--ndjson'], 'the expressions come from standard input'],
  [['true', '--request', 'GET'], '--request "GET": expected a method and a URL'],
  [['true', '-H', 'x'], '--header "x": expected name: value'],
  [['true', '--asn', 'x'], '--asn "x": expected a number'],
  [['true', '--field', '=x'], '--field "=x": expected name=value'],
  [
    ['true', '--as', 'curl-hetznr'],
    '--as "curl-hetznr" is not a persona: did you mean curl-hetzner',
  ],
  [['true', '--missing', 'dcos'], '--missing "dcos": did you mean docs?'],
])('eval %j is wrong usage', async (argv, message) => {
  const { error } = await evaluate(...argv)
  expect(error).toMatchObject({ code: 'wrong_usage', message: expect.stringContaining(message) })
})
