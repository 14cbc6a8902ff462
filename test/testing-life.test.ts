// edge1020/testing: how an edge listens and ends.
import { spawnSync } from 'node:child_process'
import { get as httpsGet } from 'node:https'
import { createEdge } from 'edge1020/node'
import { createTestEdge } from 'edge1020/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ROOT } from './cli.ts'
import { BOT, failureOf, NO_BOTS, open } from './testing-edges.ts'

describe('the end of a test edge', () => {
  test('close ends open connections, and a second close has no effect', async () => {
    const edge = await createTestEdge({ origin: () => new Promise(() => {}) })
    const hanging = failureOf(() => fetch(edge.url))
    await expect.poll(() => edge.requests().length).toBe(1)
    await Promise.all([edge.close(), edge.close()])
    expect((await hanging).message).toBe('fetch failed')
    expect((await failureOf(() => fetch(edge.url))).cause).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('await using closes the edge', async () => {
    let url = ''
    {
      await using edge = await createTestEdge()
      url = edge.url
      expect((await fetch(url)).status).toBe(200)
    }
    expect((await failureOf(() => fetch(url))).cause).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('without a socket the edge has fetch', async () => {
    const edge = await open({ listen: false, rules: [NO_BOTS] })
    expect((await edge.fetch('/', BOT)).status).toBe(403)
    expect((await edge.fetch('https://shop.example/x')).status).toBe(200)
    expect(edge.requests().map(({ url }) => url)).toEqual([
      'http://edge.test/',
      'https://shop.example/x',
    ])
    expect((await failureOf(() => edge.intercept('a.test'))).message).toContain(
      'expected an edge that listens'
    )
  })
})

test('a test suite with open edges still exits', () => {
  const program = `
    import { createTestEdge } from 'edge1020/testing'
    const edge = await createTestEdge({ app: (request, response) => response.end('x') })
    edge.intercept('shop.example')
    for (const url of [edge.url, 'https://shop.example/']) await (await fetch(url)).text()
    const other = await createTestEdge()
    await (await fetch(other.url)).text()
    await other.waitForEvent({}, { timeoutMs: 1 }).catch(() => {})
    process.exitCode = 7
    setTimeout(() => process.exit(1), 30_000).unref()
    setTimeout(() => console.log('ends', edge.requests().length), 1)
  `
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { cwd: ROOT, encoding: 'utf8', timeout: 60_000 }
  )
  expect(stdout).toBe('ends 2\n')
  expect(status).toBe(7)
})

test('with tls the edge listens on HTTPS', async () => {
  const edge = await open({
    tls: 'self-signed',
    rules: [{ name: 'tls', expression: 'ssl', action: 'block' }],
  })
  expect(edge.url).toMatch(/^https:/)
  const status = await new Promise((resolve, reject) => {
    httpsGet(edge.url, { rejectUnauthorized: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })
  expect(status).toBe(403)
})

test('an ordinary edge has no test hooks without overrides', async () => {
  const edge = createEdge({ rules: [NO_BOTS], store: 'none' })
  onTestFinished(() => edge.close())
  const { controlOf } = await import('../src/control/controls.ts')
  expect(controlOf(edge)).toBeUndefined()
})
