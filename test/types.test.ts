// The types of the built package, as the compiler of a program sees them that has not everything installed that edge1020 can work with.
import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from './cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-types-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PEERS = join(ROOT, 'test/peers/node_modules')
const skipsJest = !existsSync(join(PEERS, '@types/jest')) && process.env.CI !== 'true'

const COMPILER = join(import.meta.dirname, 'compile-types.mjs')
const OPTIONS = {
  module: 'NodeNext',
  target: 'ES2023',
  lib: ['ES2023'],
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  types: ['node'],
}

const EXPRESS = `
import { createEdge, nodeMiddleware } from 'edge1020/node'
import express from 'express'

const edge = createEdge({ rules: [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }] })
const app = express()
app.use(nodeMiddleware(edge))
app.get('/', (req, res) => void res.send(\`your Ray ID is \${req.rayId}\`))
`

const HONO = `
import { createEdge, edge1020 } from 'edge1020/node'
import { Hono } from 'hono'

const edge = createEdge({ rules: 'rules/site.yaml' })
const app = new Hono().use(edge1020(edge))
export default app.get('/', (c) => {
  const rayId: string = c.get('rayId')
  // @ts-expect-error: the Ray ID is a text
  const wrong: number = c.get('rayId')
  return c.text(rayId + wrong)
})
`

const TESTING = `
import { createTestEdge, matchers } from 'edge1020/testing'
import type { SeenRequest, TestEdge } from 'edge1020/testing'

const main = async () => {
  const edge: TestEdge = await createTestEdge({
    rules: [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }],
    origin: (request) => Response.json({ method: request.method }),
    clock: 'real',
  })
  edge.script([1015, { code: 1006, times: 'always' }, 'js_challenge', 'pass'])
  edge.originDown(522, { times: 2 })
  const requests: readonly SeenRequest[] = edge.requests()
  const { ray } = await edge.waitForEvent({ rule: 'no curl' })
  const response = await edge.as({ country: 'DE', fields: {} }).fetch('/')
  // @ts-expect-error: no such answer
  edge.script(['pas'])
  // @ts-expect-error: no such option
  edge.blockNext({ cod: 1020 })
  // @ts-expect-error: no such option
  await createTestEdge({ rule: [] })
  // @ts-expect-error: entries do not change
  requests[0]!.status = 200
  return [ray, response.status, matchers] as const
}
void main()
`

const TOOLKIT = `import { defineConfig } from 'edge1020/config'
import type { EdgeConfig } from 'edge1020/config'
import { audit, check, explain, replay, test } from 'edge1020/toolkit'
import type { CheckResult, ReplayReport } from 'edge1020/toolkit'

const config: EdgeConfig = defineConfig({ rules: ['a.yaml'], port: 8020, admin: { port: 8021 }, tls: true })
// @ts-expect-error: no such key
defineConfig({ rule: 'a.yaml' })
// @ts-expect-error: no such plan
defineConfig({ plan: 'gold' })

const main = async () => {
  const rules = [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }]
  const { code, trace, flips } = await explain('https://shop.test/', { rules, from: { country: 'DE' } })
  const result: CheckResult = await check({ url: 'https://shop.test/' }, { rules, from: ['curl-hetzner'] })
  const scope: readonly string[] | undefined = result.attribution?.scope
  const { findings } = await audit({ rules: 'rules', host: 'shop.test' })
  const { passed, coverage } = await test({ tests: 'rules', coverage: true })
  const report: ReplayReport = await replay({ logs: 'access.log', rules: 'rules', against: 'old' })
  // @ts-expect-error: rules are missing
  await explain('https://shop.test/', {})
  // @ts-expect-error: no such option
  await replay({ logs: 'access.log', rules: 'rules', log: 'x' })
  return [code, trace[0]?.matched, flips[0]?.changes, scope, findings[0]?.remedy?.exception, passed, coverage, report.requests, config.port]
}
void main()
`

const ASSERTIONS = `
const check = async (response: Response) => {
  await expect(response).toBeBlocked({ code: 1020, rule: /bots/ })
  await expect(response).not.toPass()
  await expect(response).toHaveRayId()
  await expect(response).toBeRateLimited({ retryAfter: 30 })
  await expect(response).toBeChallenged()
  await expect(Promise.resolve(response)).resolves.toBeBlocked()
  // @ts-expect-error: a code is a number
  await expect(response).toBeBlocked({ code: '1020' })
  // @ts-expect-error: no such matcher
  await expect(response).toBeBloked()
}
void check
`
const DISPOSED = `
import { createTestEdge, type TestEdge } from 'edge1020/testing'
const life = async () => {
  await using edge: TestEdge = await createTestEdge()
  return edge.requests().length
}
void life
`

/** What works without hono and vitest, each in a file of its own. */
const BARE = { express: EXPRESS, testing: TESTING, toolkit: TOOLKIT }
const VITEST = `import 'edge1020/testing/vitest'\nimport { expect } from 'vitest'\n${ASSERTIONS}${DISPOSED}`
const JEST = `import 'edge1020/testing/jest'\n${ASSERTIONS}`
const JEST_GLOBALS = `import 'edge1020/testing/jest'\nimport { expect } from '@jest/globals'\n${ASSERTIONS}`

/** A project with the package as npm installs it, and with these packages beside it. */
const project = (
  name: string,
  programs: Readonly<Record<string, string>>,
  packages: readonly string[],
  options: object = {}
) => {
  const path = join(folder, name)
  const modules = join(path, 'node_modules')
  const own = join(modules, 'edge1020')
  mkdirSync(own, { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(own, 'package.json'))
  // A copy: from a link the compiler would find what the real folder has installed.
  cpSync(join(ROOT, 'dist'), join(own, 'dist'), {
    recursive: true,
    filter: (file) => !file.endsWith('.js'),
  })
  for (const one of packages) {
    mkdirSync(join(modules, one, '..'), { recursive: true })
    const own = join(ROOT, 'node_modules', one)
    symlinkSync(existsSync(own) ? own : join(PEERS, one), join(modules, one))
  }
  writeFileSync(join(path, 'package.json'), '{"type":"module"}')
  const files = Object.keys(programs).map((one) => `${one}.ts`)
  for (const [one, text] of Object.entries(programs)) writeFileSync(join(path, `${one}.ts`), text)
  writeFileSync(
    join(path, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...OPTIONS, ...options }, files })
  )
  return path
}

/** Makes a package missing, whatever folders above have: the search ends here, and nothing is exported. */
const forget = (path: string, name: string) => {
  const own = join(path, 'node_modules', name)
  mkdirSync(own)
  writeFileSync(join(own, 'package.json'), JSON.stringify({ name, exports: {} }))
}

/** The compiler takes seconds, and on a machine with other work far longer. */
const TIMEOUT_MS = 300_000

const NODE_TYPES = '@types/node'
const TESTING_PACKAGES = [NODE_TYPES, 'prom-client', 'undici']
/** The libraries of test runners want more than the program that uses them does. `await using` is of lib.esnext.disposable. */
const OF_RUNNERS = { skipLibCheck: true, lib: ['ES2023', 'DOM', 'ESNext.Disposable'] }
const JEST_PACKAGES = [...TESTING_PACKAGES, '@types/jest', '@jest/globals', 'expect']

/** What the compiler says of each project. One process compiles all of them: it reads the libraries once. */
let complaints: Readonly<Record<string, string>>

beforeAll(async () => {
  const bare = project('bare', BARE, [...TESTING_PACKAGES, '@types/express'])
  forget(bare, 'hono')
  forget(bare, 'vitest')
  project('hono', { hono: HONO }, [NODE_TYPES, 'hono', 'prom-client'])
  project('vitest', { vitest: VITEST }, [...TESTING_PACKAGES, 'vitest'], OF_RUNNERS)
  if (!skipsJest) {
    const types = ['node', 'jest']
    project('jest', { jest: JEST }, JEST_PACKAGES, { ...OF_RUNNERS, types })
    project('jest-globals', { jest: JEST_GLOBALS }, JEST_PACKAGES, OF_RUNNERS)
  }
  const { stdout } = await promisify(execFile)(process.execPath, [COMPILER, folder])
  complaints = JSON.parse(stdout)
}, TIMEOUT_MS)

test('every project is compiled', () => {
  const names = ['bare', 'hono', 'vitest', ...(skipsJest ? [] : ['jest', 'jest-globals'])]
  expect(Object.keys(complaints).sort()).toEqual(names.sort())
})

test('programs with Express, test edges and the toolkit type-check without hono and vitest, libraries included', () => {
  expect(complaints.bare).toBe('')
})

test('a Hono program has the types of Hono, the Ray ID among them', () => {
  expect(complaints.hono).toBe('')
})

test('vitest has the matchers', () => {
  expect(complaints.vitest).toBe('')
})

test.skipIf(skipsJest)('jest has the matchers, with its globals and with @jest/globals', () => {
  expect(complaints.jest).toBe('')
  expect(complaints['jest-globals']).toBe('')
})
