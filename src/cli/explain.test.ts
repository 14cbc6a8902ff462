import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { openStore } from '../events/node/open.ts'
import { loadRulePaths } from '../import/node/load.ts'
import { startEdgeAdmin } from '../server/edge-admin.ts'
import { cli, cliWith } from './io.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-explain-'))
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const RULES = file(
  'rules.yaml',
  `
rules:
  - name: no hosting networks
    when: { asn: 24940 }
    action: block
  - name: no tools
    expression: http.user_agent contains "curl" and http.cookie eq ""
    action: block
  - name: off
    enabled: false
    expression: "true"
    action: block
rate_limits:
  - name: slow
    expression: http.request.uri.path eq "/login"
    action: block
    period: 60
    requests_per_period: 5
`
)
afterAll(() => rmSync(folder, { recursive: true }))

const explain = (...args: string[]) => cli('explain', '--rules', RULES, '--bots', 'off', ...args)

describe('edge1020 explain', () => {
  test('shows each phase and rule, the deciding part, and the answer', async () => {
    const { code, out } = await explain('https://shop.test/a', '--from', 'country=DE,asn=24940')
    expect(code).toBe(1)
    expect(out.replaceAll(folder, '')).toBe(`GET https://shop.test/a
  from 127.0.0.1, DE, AS24940, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36"
  note: a URL alone is asked for with the headers of a browser

  Custom rules
    matched      no hosting networks (block, /rules.yaml:3)
                 ip.src.asnum eq 24940
                   ip.src.asnum = 24940
    not reached  no tools (block, /rules.yaml:6): "no hosting networks" has decided
    disabled     off (block, /rules.yaml:9)
  Rate limiting rules (not reached: "no hosting networks" answers)

Answer: block, error 1020, status 403, text/html; charset=UTF-8, ${/(\d+) characters/.exec(out)?.[1]} characters

What would let it pass
  any network but AS24940
`)
  })

  test('shows why a rule does not match, and which rate limit counts', async () => {
    const { code, out } = await explain('https://shop.test/login')
    expect(code).toBe(0)
    expect(out).toContain('    no           no tools (block, ')
    expect(out).toContain('                 not http.user_agent contains "curl"\n')
    expect(out).toMatch(/ {4}counts {7}slow .*: counts toward 5 requests in 60 seconds/)
    expect(out).toContain('Answer: passes (no rule stops it)')
  })

  test.each([
    ['in quotes', ["curl https://shop.test/ -H 'X: y'"]],
    ['word for word', ['--', 'curl', 'https://shop.test/', '-H', 'X: y']],
    ['of a file', [file('curl.txt', "curl 'https://shop.test/' \\\n  -H 'X: y'\n")]],
  ])('reads a curl command line %s', async (_, args) => {
    const { code, out } = await explain('--json', ...args)
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      status_code: 403,
      code: 1020,
      rule: { id: 'no-tools', source: `${RULES}:6` },
      visitor: { user_agent: 'curl/8.15.0' },
    })
  })

  test('reads a raw request from standard input, and an entry of a HAR file', async () => {
    const raw = 'GET /x HTTP/1.1\nHost: shop.test\nUser-Agent: curl/1\nCookie: a=1\n\n'
    const fromInput = await cliWith(raw, 'explain', '-', '--rules', RULES, '--json')
    expect(JSON.parse(fromInput.out)).toMatchObject({
      action: 'pass',
      request: { url: 'https://shop.test/x' },
    })
    const har = file(
      'a.har',
      JSON.stringify({
        log: {
          entries: [
            { request: { url: 'https://a.test/' } },
            { request: { url: 'https://b.test/' } },
          ],
        },
      })
    )
    const { out } = await explain(har, '--entry', '2', '--json')
    expect(JSON.parse(out).request.url).toBe('https://b.test/')
  })

  test('--json prints Cloudflare’s Trace result with additional members', async () => {
    const { out } = await explain('https://shop.test/', '--as', 'curl-hetzner', '--json')
    expect(JSON.parse(out)).toMatchObject({
      status_code: 403,
      trace: [
        {
          step_name: 'http_request_firewall_custom',
          type: 'phase',
          matched: true,
          trace: [
            {
              step_name: 'no-hosting-networks',
              type: 'rule',
              matched: true,
              action: 'block',
              expression: 'ip.src.asnum eq 24940',
              outcome: 'matched',
              deciders: [
                { expression: 'ip.src.asnum eq 24940', field: 'ip.src.asnum', value: 24940 },
              ],
            },
            { step_name: 'no-tools', matched: false, outcome: 'not-reached' },
            { step_name: 'off', matched: false, outcome: 'disabled' },
          ],
        },
        {
          step_name: 'http_ratelimit',
          outcome: 'not-reached',
          trace: [{ action_parameters: { ratelimit: { requests_per_period: 5, period: 60 } } }],
        },
      ],
      visitor: { persona: 'curl-hetzner', country: 'DE', asn: 24940 },
      answer: { status: 403, body: 'error code: 1020\n' },
    })
  })

  test('--answer prints the client’s answer', async () => {
    const { out } = await explain('https://shop.test/', '--as', 'curl-hetzner', '--answer')
    expect(out).toMatch(/\nCF-RAY: [\da-f]{16}-LOC\n/)
    expect(out).toMatch(/\nerror code: 1020\n/)
  })

  test('--ray uses the request of an event, and lists the data that the event lacks', async () => {
    const data = join(folder, 'data')
    const store = openStore(undefined, { dataDir: data })
    const edge = createEdge({ ruleset: loadRulePaths([RULES]), store, overrides: true })
    const { ray } = await edge.judge(
      new Request('https://shop.test/secret?a=1', {
        headers: { 'user-agent': 'tool/1', 'x-edge-asn': '24940', 'x-edge-ip': '203.0.113.9' },
      }),
      { remoteAddress: '127.0.0.1' }
    )
    await edge.close()
    const { out, err } = await explain('--ray', ray, '--data', data)
    expect(out).toContain(
      'GET https://shop.test/secret?a=1\n  from 203.0.113.9, XX, AS24940, "tool/1"'
    )
    expect(out).toContain('note: the event keeps the User-Agent alone of all headers')
    expect(out).toContain('note: "no tools" reads http.cookie, which the event does not keep')
    expect(err).toContain('read sqlite')
    const missing = await explain('--ray', '0123456789abcdef', '--data', data)
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('edge1020 explain: ')])
  })

  test('--admin asks a running edge, which uses its active rules', async () => {
    const edge = createEdge({
      ruleset: loadRulePaths([RULES]),
      store: memoryStore(),
      overrides: true,
    })
    const { ray } = await edge.judge(
      new Request('https://shop.test/secret', {
        headers: { 'user-agent': 'tool/1', 'x-edge-asn': '24940', 'x-edge-ip': '203.0.113.9' },
      }),
      { remoteAddress: '127.0.0.1' }
    )
    const token = 'a-token-of-the-admin'
    const admin = await startEdgeAdmin(
      edge,
      { token },
      { port: 0, portOption: '', onError: () => {} }
    )
    const ask = (...args: string[]) =>
      cli('explain', ...args, '--admin', admin.url, '--admin-token', token)
    try {
      const { code, out, err } = await ask('https://shop.test/a', '--as', 'curl-hetzner')
      expect(code).toBe(1)
      expect(out).toContain('curl-hetzner, 116.203.54.21, DE, AS24940')
      expect(out).toContain('matched      no hosting networks (block, ')
      expect(out).toContain('What would let it pass\n  any network but AS24940, and ')
      expect(err).toContain(`asked the running edge at ${admin.url}`)
      expect(edge.stats.judged).toBe(1)
      const { out: browser } = await ask('https://shop.test/a', '--json')
      expect(JSON.parse(browser)).toMatchObject({
        action: 'pass',
        notes: ['a URL alone is asked for with the headers of a browser'],
      })
      const { out: event } = await ask('--ray', ray)
      expect(event).toContain('  from 203.0.113.9, XX, AS24940, "tool/1"')
      expect(event).toContain('note: "no tools" reads http.cookie, which the event does not keep')
      const other = file('other.yaml', 'rules: []\n')
      expect((await ask('--ray', ray, '--rules', other)).out).toContain('Answer: passes')
      const wrong = await ask('https://shop.test/', '--from', 'nobody')
      expect(wrong.error?.message).toContain('"nobody" is not a persona')
      const both = await ask('https://shop.test/', '--rules', RULES)
      expect(both.error?.message).toContain('--rules and --admin: expected one of them')
    } finally {
      await admin.close()
      await edge.close()
    }
  })

  test.each([
    [[], 'expected a URL, a curl command line, a file'],
    [['a.test', 'b.test'], 'unexpected "b.test"'],
    [['nothing'], '"nothing": expected a URL'],
    [['https://a.test/', '--as', 'chrome-berln'], 'did you mean chrome-berlin'],
    [['https://a.test/', '--from', 'contry=DE'], 'did you mean country?'],
    [['https://a.test/', '--entry', '0'], '--entry "0"'],
    [['https://a.test/', '--ray', '0'], '--ray: expected without a request'],
  ])('%j is refused', async (args, message) => {
    const { error } = await explain(...args)
    expect(error?.message).toContain(message)
  })

  test('control characters of a request are escaped', async () => {
    const { out } = await explain('--', 'curl', 'https://a.test/\u001b[31m', '-A', '\u001b[2J')
    expect(out).not.toContain('\u001b')
    expect(out).toContain('\\x1b[2J')
  })
})
