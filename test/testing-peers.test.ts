// edge1020/testing with what others test with: jest, MSW, axios and Playwright. Each example of examples/testing runs here as it is.
import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createTestEdge, matchers } from 'edge1020/testing'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { launch, skipsWhole, wholeLaunchOptions } from './browser.ts'
import { ROOT } from './cli.ts'

const PEERS = join(ROOT, 'test/peers/node_modules')
const EXAMPLES = join(ROOT, 'examples/testing')

const isThere = existsSync(join(PEERS, 'jest'))
const skips = !isThere && process.env.CI !== 'true'
if (skips) {
  console.warn(
    'jest, MSW and axios are skipped: npm ci --prefix test/peers --ignore-scripts installs them'
  )
}

const folder = mkdtempSync(join(tmpdir(), 'edge1020-peers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A project with these packages, as their user has it. */
const project = (name: string, packages: Readonly<Record<string, string>>): string => {
  const path = join(folder, name)
  mkdirSync(join(path, 'node_modules'), { recursive: true })
  symlinkSync(ROOT, join(path, 'node_modules/edge1020'))
  for (const [own, from] of Object.entries(packages))
    symlinkSync(from, join(path, 'node_modules', own))
  return path
}

const run = async (args: readonly string[], cwd: string, env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env } })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part) => {
      text += part
    })
  }
  const code = await new Promise((resolve) => child.once('exit', resolve))
  return { code, text }
}

/** Other programs take their time on a machine with work. */
const TIMEOUT_MS = 300_000

describe.skipIf(skips)('jest', () => {
  const JEST = join(PEERS, 'jest/bin/jest.js')

  test(
    'the example passes, without a flag of Node',
    async () => {
      const path = project('jest', {})
      cpSync(join(EXAMPLES, 'jest'), path, { recursive: true })
      const { code, text } = await run([JEST, '--ci'], path)
      expect(text).toContain('3 passed')
      expect(code).toBe(0)
    },
    TIMEOUT_MS
  )

  test(
    'errors, dates, patterns and rules of its own realm are understood, and failures are told',
    async () => {
      const path = project('realm', {})
      cpSync(join(EXAMPLES, 'jest/jest.config.json'), join(path, 'jest.config.json'))
      writeFileSync(
        join(path, 'realm.test.cjs'),
        `
const { createTestEdge } = require('edge1020/testing')
const rules = { rules: [{ name: 'no bots', when: { user_agent: ['bot'] }, action: 'block' }] }
test('realm', async () => {
  const edge = await createTestEdge({ rules, clock: new Date('2026-02-02'), origin: (request) => Response.json({}) })
  const { status, headers } = await edge.fetch('/', { headers: new Headers({ 'user-agent': 'bot' }) })
  const error = Object.assign(new Error('x'), { response: { status, headers } })
  await expect(error).toBeBlocked({ rule: /^no / })
  await expect(edge.lastEvent()).not.toPass()
  edge.dropNext()
  await expect(await edge.fetch('/').catch((thrown) => thrown)).not.toPass()
  await edge.close()
})
test('fails', async () => {
  const edge = await createTestEdge({ rules })
  await expect(await edge.fetch('/')).toBeBlocked({ code: 1020, rule: 'no bots' })
})
`
      )
      const { code, text } = await run([JEST, '--ci'], path)
      expect(text).toContain('1 failed, 1 passed')
      expect(text).toContain('expected the request to be blocked with 1020 by rule "no bots"')
      expect(text).toMatch(
        /but GET http:\/\/127\.0\.0\.1:\d+\/ passed \(status 200\), Ray ID [0-9a-f]{16}/
      )
      expect(code).toBe(1)
    },
    TIMEOUT_MS
  )
})

test.skipIf(skips)(
  'MSW: the example passes',
  async () => {
    const path = project('msw', { msw: join(PEERS, 'msw') })
    cpSync(join(EXAMPLES, 'msw.test.mjs'), join(path, 'msw.test.mjs'))
    const { code, text } = await run(['--test', 'msw.test.mjs'], path)
    expect(text).toContain('pass 3')
    expect(code).toBe(0)
  },
  TIMEOUT_MS
)

test.skipIf(skips)(
  'axios: its responses and its errors, on a host that leads to the edge',
  async () => {
    const { default: axios } = await import(
      /* @vite-ignore */ pathToFileURL(join(PEERS, 'axios/index.js')).href
    )
    const edge = await createTestEdge()
    onTestFinished(() => edge.close())
    edge.intercept('api.shop.example')
    const get = () => axios.get('https://api.shop.example/prices', { proxy: false })
    const toHold = async (name: keyof typeof matchers, received: unknown, expected?: object) => {
      const matcher = matchers[name] as (
        this: object,
        ...given: unknown[]
      ) => ReturnType<typeof matchers.toPass>
      const { pass, message } = await matcher.call({}, received, expected)
      expect(pass, message()).toBe(true)
    }
    await toHold('toPass', await get())
    edge.blockNext({ code: 1009 })
    await toHold('toBeBlocked', await get().catch((error: unknown) => error), {
      code: 1009,
      rule: 'blockNext',
    })
    edge.dropNext()
    await toHold('toHaveRayId', await get().catch(() => edge.requests().at(-1)))
  }
)

describe.skipIf(skipsWhole)('Playwright', () => {
  test(
    'the example passes',
    async () => {
      const path = project('playwright', { playwright: join(ROOT, 'node_modules/playwright-core') })
      cpSync(join(EXAMPLES, 'playwright.test.mjs'), join(path, 'playwright.test.mjs'))
      const { code, text } = await run(['--test', 'playwright.test.mjs'], path, {
        LAUNCH: JSON.stringify(wholeLaunchOptions),
      })
      expect(text).toContain('pass 3')
      expect(code).toBe(0)
    },
    TIMEOUT_MS
  )

  test(
    'without an origin of its own what passes goes to the network, and the edge can be taken away',
    async () => {
      const server = createServer((_, response) => void response.end('from the network'))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void server.close())
      const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
      const edge = await createTestEdge({
        listen: false,
        rules: [{ name: 'post', when: { method: 'POST' }, action: 'block' }],
      })
      const browser = await launch()
      onTestFinished(async () => {
        await browser.close()
        await edge.close()
      })
      const context = await browser.newContext()
      await context.addCookies([{ name: 'a', value: 'b', url: site }])
      const takeAway = await edge.route(context, `${site}**`)
      const page = await context.newPage()
      await page.goto(site)
      expect(await page.locator('body').innerText()).toBe('from the network')
      edge.originDown(522)
      expect((await page.goto(site))?.status()).toBe(522)
      edge.originUp()
      edge.visitAs('tor-exit')
      await page.goto(site)
      const status = await page.evaluate(
        async () => (await fetch('/', { method: 'POST', body: 'x' })).status
      )
      expect(status).toBe(403)
      const last = edge.requests().at(-1)!
      expect(last).toMatchObject({ method: 'POST', persona: 'tor-exit', rule: 'post' })
      expect(last.headers.cookie).toBe('a=b')
      await takeAway()
      edge.blockNext({ times: 'always' })
      expect((await page.goto(site))?.status()).toBe(200)
    },
    TIMEOUT_MS
  )
})
