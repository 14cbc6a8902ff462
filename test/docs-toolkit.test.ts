// The commands of docs/explain.md and docs/check.md print what the pages say.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shellWords } from '../src/toolkit/requests/shell.ts'
import type { Running } from './cli.ts'
import { run, startServe } from './cli.ts'
import { fencesOf } from './documents.ts'

const PAGES = ['docs/explain.md', 'docs/check.md']

const words = (command: string) => shellWords(command.trim(), 'bash').slice(1)

describe.each(PAGES)('%s', (page) => {
  const fences = fencesOf(page)
  const shown = fences.flatMap(({ language, text }, i) =>
    language === 'text' ? [[fences[i - 1]!.text, text] as const] : []
  )

  test('shows commands with their output', () => expect(shown.length).toBeGreaterThan(0))

  test.each(shown)('%s', async (command, text) => {
    const { out, err } = await run(words(command))
    expect(err).toBe('')
    expect(out).toBe(text)
  })

  const others = fences
    .map(({ language, text }, i) => ({ language, text, next: fences[i + 1]?.language }))
    .filter(
      ({ language, text, next }) =>
        language === 'sh' && next !== 'text' && text.startsWith('edge1020')
    )
  if (others.length > 0) {
    test.each(others)('$text', async ({ text }) => {
      expect((await run(words(text))).out).toContain('Answer: ')
    })
  }
})

describe('the admin port', () => {
  let edge: Running
  beforeAll(async () => {
    edge = await startServe(['--store', 'memory'])
  })
  afterAll(() => edge?.stop())

  test.each(
    PAGES.flatMap((page) =>
      fencesOf(page).flatMap(({ text }) =>
        text.startsWith('curl ') ? [[text.trim()] as const] : []
      )
    )
  )('%s', async (command) => {
    const [url, , body] = words(command) as [string, string, string]
    const response = await fetch(
      url.replace('http://127.0.0.1:8021', edge.admin.replace(/\/$/, '')),
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }
    )
    expect(response.status).toBe(200)
    const json = await response.json()
    expect('blocked' in json ? json.attribution : json).toMatchObject(
      'blocked' in json ? { rule: 'no scripts' } : { action: 'block', code: 1020 }
    )
  })
})

test('docs/check.md shows the attribution that --json has', async () => {
  const shown = fencesOf('docs/check.md').find(({ language }) => language === 'json')!.text
  const { out } = await run([
    'check',
    'https://shop.test/',
    '--rules',
    'rules/starter.yaml',
    '--from',
    'curl-hetzner',
    '--json',
  ])
  expect(JSON.parse(out)).toMatchObject(JSON.parse(shown))
})
