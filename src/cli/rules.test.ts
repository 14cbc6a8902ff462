import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { cli } from './io.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-rules-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string) => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const SITE = write(
  'site.yaml',
  `rules:
  - { name: no curl, when: { user_agent: curl }, action: block }
  - { name: no secrets, when: { path: /.env }, action: log, enabled: false }
`
)
const BROKEN = write(
  'broken.yaml',
  'rules:\n  - { name: no curl, expression: http.hots eq "a", action: block }\n'
)
const PLACES = write(
  'places.yaml',
  'rules:\n  - { name: by print, expression: cf.bot_management.ja3_hash eq "a", action: block }\n'
)
/** Keeps the test away from downloaded data on this machine. */
const DATA = ['--data', join(folder, 'data')]

describe('print', () => {
  test('prints each rule as its expression', async () => {
    const { code, out } = await cli('rules', 'print', SITE, ...DATA)
    expect(code).toBe(0)
    expect(out).toBe(
      'no curl [no-curl] block\n  lower(http.user_agent) contains "curl"\n\n' +
        'no secrets [no-secrets] log (disabled)\n  http.request.uri.path eq "/.env"\n'
    )
  })

  test('--json prints the same, with the place of each rule', async () => {
    const { out } = await cli('rules', 'print', SITE, '--json', ...DATA)
    expect(JSON.parse(out).rules).toMatchObject([
      { id: 'no-curl', action: 'block', enabled: true, file: SITE, line: 2 },
      { id: 'no-secrets', action: 'log', enabled: false, file: SITE, line: 3 },
    ])
  })
})

describe('check', () => {
  test('counts the rules, and prints no warning if all of them can be judged', async () => {
    expect(await cli('rules', 'check', SITE, ...DATA)).toMatchObject({
      code: 0,
      out: `1 of 2 rules enabled in ${SITE}\n`,
      err: '',
    })
  })

  test('warns of a field without data, unless a flag supplies the data', async () => {
    const { code, err } = await cli('rules', 'check', PLACES, ...DATA)
    expect(code).toBe(0)
    expect(err).toMatch(/^warning: .*places\.yaml:2: .*cf\.bot_management\.ja3_hash/)
    expect(await cli('rules', 'check', PLACES, '--tls', ...DATA)).toMatchObject({ err: '' })
  })

  test('--json puts warnings into the result and prints nothing else', async () => {
    const { out, err } = await cli('rules', 'check', PLACES, '--json', ...DATA)
    expect(err).toBe('')
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      enabled: 1,
      total: 1,
      files: [PLACES],
      warnings: [expect.stringContaining('ja3_hash')],
    })
  })

  test('the error for a document that cannot be loaded contains the place', async () => {
    const { out, error } = await cli('rules', 'check', BROKEN, ...DATA)
    expect(out).toBe('')
    expect(error).toMatchObject({
      code: 'invalid_rules',
      diagnostics: [{ file: BROKEN, line: 2, code: 'unknown_identifier' }],
    })
  })
})

test.each([
  [[], 'edge1020 rules: expected print, check, export or format'],
  [['chek', SITE], 'unknown action "chek": did you mean check?'],
  [['toString', SITE], 'unknown action "toString": expected one of print, check'],
  [['print'], 'edge1020 rules print: expected a rule file or a directory'],
])('rules %j is wrong usage', async (argv, message) => {
  const { error } = await cli('rules', ...argv)
  expect(error).toMatchObject({ code: 'wrong_usage', message: expect.stringContaining(message) })
})
