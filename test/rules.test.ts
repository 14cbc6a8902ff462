import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from './cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-rules-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, expression: string) => {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify({ rules: [{ name, action: 'block', expression }] }))
  return path
}

describe('edge1020 rules check', () => {
  test.each([
    ['cf.tls_client_auth.cert_verified', 'cf.tls_client_auth.cert_verified', 'false'],
    ['cf.bot_management.ja4 eq "t13d"', 'cf.bot_management.ja4', '""'],
    ['ip.src.postal_code eq "10115"', 'ip.src.postal_code', '""'],
    ['edge.ip_reputation.score gt 10', 'edge.ip_reputation.score', '0'],
  ])('%s: warns that there is no data for it', async (expression, field, value) => {
    const path = file('warned.json', expression)
    const { code, out, err } = await run(['rules', 'check', path])
    expect({ code, out }).toEqual({ code: 0, out: `1 of 1 rules enabled in ${path}\n` })
    expect(err).toContain(`reads ${field}, for which this edge has no data: its value is ${value}`)
    const { warnings } = JSON.parse((await run(['rules', 'check', path, '--json'])).out)
    expect(warnings).toEqual([expect.stringContaining(field)])
  })

  test('warns of an old field once for each rule, and says what to write', async () => {
    const old = Array.from({ length: 10 }, () => 'ip.geoip.country eq "KP"').join(' or ')
    const [one, other] = ['old.json', 'older.json'].map((name) => file(name, `${old} or ssl`))
    const { err } = await run(['rules', 'check', one!, other!])
    const told = '1: `ip.geoip.country` is deprecated: write `ip.src.country`\n'
    expect(err).toBe(`warning: ${one}:${told}warning: ${other}:${told}`)
  })

  test('says of the threat score that it is always 0', async () => {
    const path = file('score.json', 'cf.threat_score gt 10')
    const { err } = await run(['rules', 'check', path])
    expect(err).toBe(
      `warning: ${path}:1: \`cf.threat_score\` is deprecated: it is always 0 on Cloudflare\n`
    )
  })

  test('warns of a list that is empty', async () => {
    const { err } = await run(['rules', 'check', file('list.json', 'ip.src in $office')])
    expect(err).toContain('$office')
  })

  test('says so where a feed has only local addresses, and refuses a list of the wrong kind', async () => {
    const [local, asns] = ['local.txt', 'asns.txt'].map((name) => join(folder, name))
    writeFileSync(local!, '10.0.0.1\n192.168.0.0/16\n')
    writeFileSync(asns!, '24940,Hetzner\n')
    const path = file('feed.json', 'ip.src in $office')
    const nothing = 'no entry remains: all 2 entries are left out'
    const left = await run(['rules', 'check', path, '--feed', `office=${local}`])
    expect(left.code).toBe(0)
    expect(left.err).toContain(nothing)
    const json = await run(['rules', 'check', path, '--json', '--feed', `office=${local}`])
    expect(JSON.parse(json.out).warnings).toEqual([expect.stringContaining(nothing)])
    const wrong = await run(['rules', 'check', path, '--feed', `office=${asns}`])
    expect(wrong.code).toBe(2)
    expect(wrong.err).toContain('[wrong_list_kind]')
  })

  test('what only a TLS listener sees is fine where there is one', async () => {
    const path = file('ja4.json', 'cf.bot_management.ja4 eq "t13d"')
    expect((await run(['rules', 'check', path, '--tls'])).err).toBe('')
  })

  test.each([
    'ip.src.country eq "KP"',
    'ip.src.asnum eq 13335',
    'ip.src.city eq "Berlin"',
    'cf.bot_management.score lt 30',
    'http.request.body.raw contains "x"',
    'ssl',
  ])('%s: nothing to warn of', async (expression) => {
    const { code, err } = await run(['rules', 'check', file('fine.json', expression)])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })
})
