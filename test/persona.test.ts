// Who is pretended to ask is not who asks: nothing of the tester's own connection may count.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEdge } from '../src/node.ts'
import type { BotQuestion } from '../src/visitor/visitor.ts'
import { get, run, scratch, startServe } from './cli.ts'

const JA4 = 'cf.bot_management.ja4'
const JA3 = 'cf.bot_management.ja3_hash'
const TESTER = {
  remoteAddress: '127.0.0.1',
  encrypted: true,
  fields: { [JA4]: 't13d_tester', [JA3]: 'e'.repeat(32), 'cf.tls_cipher': 'TESTER' },
}

const judging = async (headers: Record<string, string>) => {
  const asked: BotQuestion[] = []
  const edge = createEdge({
    rules: {
      rules: [
        { name: 'tester', expression: `${JA4} eq "t13d_tester"`, action: 'log' },
        { name: 'any', expression: `cf.tls_cipher eq "TESTER" or cf.client.bot`, action: 'log' },
        { name: 'all', expression: 'true', action: 'block' },
      ],
    },
    store: 'memory',
    overrides: true,
    bots: {
      name: 'spy',
      date: '',
      judge: (question) => {
        asked.push(question)
        return { verified: false, category: '', score: 1, reason: 'spied' }
      },
    },
    seesTls: true,
    onWarning: () => {},
  })
  const rawHeaders = Object.entries({ Host: 'a.test', ...headers }).flat()
  const request = { method: 'GET', url: '/', httpVersion: '1.1', rawHeaders }
  const { ray } = await edge.judge(request, TESTER)
  const found = await edge.store.find(ray)
  if (!found.found) throw new Error(found.message)
  const { events } = found
  await edge.close()
  return { rules: events.map(({ rule }) => rule.name), event: events[0], asked }
}

describe('the fingerprint of a TLS connection', () => {
  test('is that of the tester without a persona', async () => {
    const { rules, event } = await judging({})
    expect(rules).toEqual(['all', 'any', 'tester'])
    expect(event).toMatchObject({ ja4: 't13d_tester', ja3: 'e'.repeat(32) })
  })

  test('of the tester is no part of a persona: neither its bot score nor its event uses it', async () => {
    const { rules, event, asked } = await judging({ 'x-edge-as': 'nordvpn-nl' })
    expect(rules).toEqual(['all'])
    expect(event.ja4).not.toBe('t13d_tester')
    expect(event).not.toHaveProperty('ja3')
    expect(asked.map(({ ja4 }) => ja4)).not.toContain('t13d_tester')
    expect(asked).toHaveLength(1)
  })

  test('is that of the persona if it has one', async () => {
    const { event } = await judging({ 'x-edge-as': 'chrome-berlin' })
    expect(event.ja4).toMatch(/^t13d\d{4}h2_/)
  })
})

test('events prints the network, the feeds and the fingerprints', async () => {
  const one = scratch()
  const feed = join(one.dir, 'drop.txt')
  writeFileSync(feed, '116.203.54.21\n')
  const running = await startServe([
    ...['--data', one.dir, '--overrides', '--feed', `drop=${feed}`],
  ])
  const { headers } = await get(`${running.url}/.env`, { headers: { 'x-edge-as': 'curl-hetzner' } })
  await running.stop()
  const ray = String(headers['cf-ray'])
  const { out } = await run(['events', ray, '--data', one.dir])
  one.remove()
  expect(out).toMatch(/^ASN +AS24940 \S+/m)
  expect(out).toMatch(/^Reputation +\d+: on drop$/m)
  expect(out).toMatch(/^JA4 +t13d\S+$/m)
  expect(out).not.toMatch(/undefined/)
})

test('a country source without open()', async () => {
  const geo = { name: 'one country', date: '', lookup: () => ({ country: 'PT' }) }
  const rules = { rules: [{ name: 'pt', when: { country: 'PT' }, action: 'block' as const }] }
  const edge = createEdge({ rules, geo, store: 'none', bots: 'off', onWarning: () => {} })
  const request = new Request('https://a.test/')
  expect((await edge.judge(request, { remoteAddress: '8.8.8.8' })).action).toBe('block')
  await edge.close()
})

test('--personas without --overrides is refused', async () => {
  const { code, err } = await run(['serve', '--port', '0', '--personas', 'x.yaml'])
  expect(code).toBe(2)
  expect(err).toContain('--personas needs --overrides')
})

test.each([
  [{}, undefined],
  [{ 'Accept-Encoding': 'br' }, 'br'],
])(
  '%j: the Accept-Encoding of a persona does not compress answers for the tester',
  async (headers, coding) => {
    const edge = createEdge({
      rules: { rules: [{ name: 'all', expression: 'true', action: 'block' }] },
      store: 'memory',
      overrides: true,
      onWarning: () => {},
    })
    const rawHeaders = Object.entries({
      Host: 'a.test',
      'X-Edge-As': 'slackbot',
      ...headers,
    }).flat()
    const { answer } = await edge.judge(
      { method: 'GET', url: '/', rawHeaders, httpVersion: '1.1' },
      { remoteAddress: '127.0.0.1' }
    )
    expect(answer!.headers['Content-Type']).toBe('text/html; charset=UTF-8')
    expect(answer!.headers['Content-Encoding']).toBe(coding)
    await edge.close()
  }
)
