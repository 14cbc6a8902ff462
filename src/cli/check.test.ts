import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { loadRulePaths } from '../import/node/load.ts'
import { startEdgeAdmin } from '../server/edge-admin.ts'
import { cli } from './io.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-check-'))
const RULES = join(folder, 'rules.yaml')
writeFileSync(
  RULES,
  `
rules:
  - name: no hosting networks
    when: { asn: [24940, 16509] }
    action: block
`
)

const asked: IncomingMessage[] = []
let saved = ''
const site = createServer((request, response) => {
  asked.push(request)
  if (request.url === '/blocked') response.writeHead(403, { server: 'cloudflare' }).end(saved)
  else if (request.url === '/moved') response.writeHead(302, { location: '/blocked' }).end()
  else response.end('hello')
})
let url = ''
beforeAll(async () => {
  saved = (await cli('page', '1020')).out
  await once(site.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})
afterAll(() => {
  site.close()
  rmSync(folder, { recursive: true })
})

const check = (...args: string[]) => cli('check', '--bots', 'off', ...args)

describe('edge1020 check', () => {
  test('shows the blocked visitors, the reason, and the remedy', async () => {
    const { code, out } = await check(
      'https://shop.test/',
      '--rules',
      RULES,
      '--from',
      'country=DE,asn=24940'
    )
    expect(code).toBe(1)
    expect(out).toMatch(
      /^blocked {2}DE AS24940 +DE {2}AS24940 +block 1020 {2}no hosting networks$/m
    )
    expect(out).toMatch(/^passes {3}home, Japan +JP {2}AS4713$/m)
    expect(out).toContain('3 of 16 vantage points are blocked')
    expect(out).toContain('you: blocked by "no hosting networks"')
    expect(out).toContain('because of:      network\n')
    expect(out).toMatch(/does not matter: country, address, browser, path, query and method\n/)
    expect(out).toContain('passes with:     any network but AS24940, AS16509\n')
    expect(out).toMatch(/^ {2}no {5}another browser$/m)
    expect(out).toMatch(/^ {2}helps {2}mobile data +\(T-Mobile US\)$/m)
  })

  test('--json prints the whole result', async () => {
    const { out } = await check(
      'https://shop.test/',
      '--rules',
      RULES,
      '--from',
      'curl-hetzner',
      '--json'
    )
    expect(JSON.parse(out)).toMatchObject({
      blocked: [
        { name: 'you', rule: 'no hosting networks', code: 1020 },
        { name: 'hosting-de' },
        { name: 'hosting-us' },
      ],
      attribution: {
        rule: 'no hosting networks',
        source: `${RULES}:3`,
        scope: ['asn'],
        irrelevant: ['country', 'ip', 'user_agent', 'path', 'query', 'method'],
      },
      remedies: expect.arrayContaining([
        { what: 'another browser', works: false, tried: 'Safari' },
        { what: 'mobile data', works: true, tried: 'T-Mobile US' },
      ]),
    })
  })

  test('exit code 0 and no remedy if no visitor is blocked', async () => {
    const empty = join(folder, 'empty.yaml')
    writeFileSync(empty, 'rules: []\n')
    const { code, out } = await check('https://shop.test/', '--rules', empty)
    expect(code).toBe(0)
    expect(out).toContain('\n0 of 15 vantage points are blocked\n')
    expect(out).not.toContain('would help')
  })

  test('if every visitor is blocked, only the owner can change it', async () => {
    const all = join(folder, 'all.yaml')
    writeFileSync(all, 'rules: [{ name: all, expression: "true", action: block }]\n')
    const { out } = await check('https://shop.test/', '--rules', all)
    expect(out).toContain('the rule is about everybody who asks for this')
    expect(out).toContain('Only the owner of the site can change that.')
  })

  test('--admin asks a running edge, which uses its active rules', async () => {
    const edge = createEdge({ ruleset: loadRulePaths([RULES]), store: memoryStore() })
    const admin = await startEdgeAdmin(
      edge,
      { token: 'a-token-of-the-admin' },
      { port: 0, portOption: '', onError: () => {} }
    )
    try {
      const args = ['https://shop.test/', '--from', 'curl-hetzner', '--admin', admin.url]
      const { code, out, err } = await check(...args, '--admin-token', 'a-token-of-the-admin')
      expect(code).toBe(1)
      expect(out).toContain('you: blocked by "no hosting networks"')
      expect(err).toContain('asked the running edge at http')
      expect(edge.stats.judged).toBe(0)
      const { error } = await check(...args, '--admin-token', 'another-token-of-it')
      expect(error?.code).toBe('request_failed')
      const wrong = await check(
        'https://shop.test/',
        '--from',
        'nobody',
        '--admin',
        admin.url,
        '--admin-token',
        'a-token-of-the-admin'
      )
      expect(wrong.error?.message).toContain('"nobody" is not a persona')
    } finally {
      await admin.close()
      await edge.close()
    }
  })

  describe('a URL of another site', () => {
    // No edge listens there; one may listen on the default admin port.
    beforeEach(() => void vi.stubEnv('EDGE1020_ADMIN', 'http://127.0.0.1:1'))
    afterEach(() => void vi.unstubAllEnvs())

    test.each([
      ['/', 0, 'own answer'],
      ['/blocked', 1, '1020'],
      ['/moved', 0, 'status 302'],
    ])('%s gets one request with the command’s user agent', async (path, code, text) => {
      asked.length = 0
      const { code: given, out } = await check(`${url}${path}`)
      expect([given, out]).toEqual([code, expect.stringContaining(text)])
      expect(asked.map(({ url: one }) => one)).toEqual([path])
      expect(asked[0]!.headers['user-agent']).toMatch(/^edge1020\/\d/)
    })

    test('is an error if no server answers', async () => {
      const { error } = await check('http://127.0.0.1:1/')
      expect(error?.code).toBe('request_failed')
    })
  })

  test.each([
    [['https://a.test/', '--rules', RULES, '--admin', '8021'], '--rules and --admin'],
    [['https://a.test/', '--rules', RULES, '--from', 'asn=x'], 'expected an AS number'],
    [[], 'expected a URL'],
  ])('%j is refused', async (args, message) => {
    const { error } = await check(...args)
    expect(error?.message).toContain(message)
  })
})
