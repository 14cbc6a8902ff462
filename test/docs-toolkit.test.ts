// The commands of docs/explain.md and docs/check.md print what the pages say.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shellWords } from '../src/toolkit/requests/shell.ts'
import type { Running } from './cli.ts'
import { run, startServe } from './cli.ts'
import { fencesOf } from './documents.ts'

const PAGES = ['docs/explain.md', 'docs/check.md']

const words = (command: string) => shellWords(command.trim(), 'bash').slice(1)

let edge: Running
let ray: string
beforeAll(async () => {
  edge = await startServe(['--store', 'memory'])
  const refused = await fetch(edge.url, { headers: { 'user-agent': 'curl/8' } })
  ray = refused.headers.get('cf-ray')!.slice(0, 16)
})
afterAll(() => edge?.stop())

/** The pages name the usual port, and a Ray ID of another edge. */
const atEdge = (command: string): string =>
  command
    .replace('http://127.0.0.1:8021', edge.admin.replace(/\/$/, ''))
    .replace(/--ray [0-9a-f]{16}/, `--ray ${ray}`)

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

  const others = fences.flatMap(({ language, text }, i) =>
    language === 'sh' && fences[i + 1]?.language !== 'text' && text.startsWith('edge1020')
      ? text.split(/\n(?=edge1020 )/)
      : []
  )
  if (others.length > 0) {
    test.each(others)('%s', async (command) => {
      expect((await run(words(atEdge(command)))).out).toContain('Answer: ')
    })
  }
})

describe('the admin port', () => {
  test.each(
    PAGES.flatMap((page) =>
      fencesOf(page).flatMap(({ text }) =>
        text.startsWith('curl ') ? [[text.trim()] as const] : []
      )
    )
  )('%s', async (command) => {
    const [url, , body] = words(atEdge(command)) as [string, string, string]
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body })
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
