// The types of the built package, as the compiler of a program sees them that has not everything installed that edge1020 can work with.
import { spawnSync } from 'node:child_process'
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
import { afterAll, expect, test } from 'vitest'
import { ROOT } from './cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-types-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PEERS = join(ROOT, 'test/peers/node_modules')
const skipsJest = !existsSync(join(PEERS, '@types/jest')) && process.env.CI !== 'true'

const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
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
  await using edge: TestEdge = await createTestEdge({
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
const VITEST = `import 'edge1020/testing/vitest'\nimport { expect } from 'vitest'\n${ASSERTIONS}`
const JEST = `import 'edge1020/testing/jest'\n${ASSERTIONS}`
const JEST_GLOBALS = `import 'edge1020/testing/jest'\nimport { expect } from '@jest/globals'\n${ASSERTIONS}`

/** A project with the package as npm installs it, and with these packages beside it. */
const project = (
  name: string,
  program: string,
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
  writeFileSync(join(path, 'app.ts'), program)
  writeFileSync(
    join(path, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...OPTIONS, ...options }, files: ['app.ts'] })
  )
  return path
}

/** Makes a package missing, whatever folders above have: the search ends here, and nothing is exported. */
const forget = (path: string, name: string) => {
  const own = join(path, 'node_modules', name)
  mkdirSync(own)
  writeFileSync(join(own, 'package.json'), JSON.stringify({ name, exports: {} }))
}

const compile = (path: string) => {
  const { status, stdout } = spawnSync(process.execPath, [TSC, '-p', path], { encoding: 'utf8' })
  return { status, stdout }
}

/** The compiler takes seconds, and on a machine with other work far longer. */
const TIMEOUT_MS = 300_000

const NODE_TYPES = '@types/node'

test(
  'an Express program type-checks without hono, libraries included',
  () => {
    const path = project('express', EXPRESS, [NODE_TYPES, '@types/express', 'prom-client'])
    forget(path, 'hono')
    expect(compile(path)).toEqual({ status: 0, stdout: '' })
  },
  TIMEOUT_MS
)

test(
  'a Hono program has the types of Hono, the Ray ID among them',
  () => {
    const path = project('hono', HONO, [NODE_TYPES, 'hono', 'prom-client'])
    expect(compile(path)).toEqual({ status: 0, stdout: '' })
  },
  TIMEOUT_MS
)

/** `await using` is of lib.esnext.disposable. */
const DISPOSABLE = { lib: ['ES2023', 'ESNext.Disposable'] }
const TESTING_PACKAGES = [NODE_TYPES, 'prom-client', 'undici']
/** The libraries of test runners want more than the program that uses them does. */
const OF_RUNNERS = { skipLibCheck: true, lib: ['ES2023', 'DOM'] }

test(
  'a test edge has its types, libraries included',
  () => {
    const path = project('testing', TESTING, TESTING_PACKAGES, DISPOSABLE)
    forget(path, 'hono')
    forget(path, 'vitest')
    expect(compile(path)).toEqual({ status: 0, stdout: '' })
  },
  TIMEOUT_MS
)

test(
  'the toolkit and the settings have their types, libraries included',
  () => {
    const path = project('toolkit', TOOLKIT, [NODE_TYPES])
    forget(path, 'hono')
    expect(compile(path)).toEqual({ status: 0, stdout: '' })
  },
  TIMEOUT_MS
)

test(
  'vitest has the matchers',
  () => {
    const path = project('vitest', VITEST, [...TESTING_PACKAGES, 'vitest'], OF_RUNNERS)
    expect(compile(path)).toEqual({ status: 0, stdout: '' })
  },
  TIMEOUT_MS
)

test.skipIf(skipsJest)(
  'jest has the matchers, with its globals and with @jest/globals',
  () => {
    const packages = [...TESTING_PACKAGES, '@types/jest', '@jest/globals', 'expect']
    const types = { ...OF_RUNNERS, types: ['node', 'jest'] }
    const global = project('jest', JEST, packages, types)
    const imported = project('jest-globals', JEST_GLOBALS, packages, OF_RUNNERS)
    for (const path of [global, imported]) expect(compile(path)).toEqual({ status: 0, stdout: '' })
  },
  TIMEOUT_MS
)
