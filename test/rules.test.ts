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
    expect(err).toContain(`reads ${field}, for which this edge has no data: it is ${value}`)
    const { warnings } = JSON.parse((await run(['rules', 'check', path, '--json'])).out)
    expect(warnings).toEqual([expect.stringContaining(field)])
  })

  test('warns of a list that is empty', async () => {
    const { err } = await run(['rules', 'check', file('list.json', 'ip.src in $office')])
    expect(err).toContain('$office')
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
