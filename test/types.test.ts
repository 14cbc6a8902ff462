// The types of the built package, as the compiler of a program sees them that has not everything installed that edge1020 can work with.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ROOT } from './cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-types-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

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

/** A project with the package as npm installs it, and with these packages beside it. */
const project = (name: string, program: string, packages: readonly string[]) => {
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
    symlinkSync(join(ROOT, 'node_modules', one), join(modules, one))
  }
  writeFileSync(join(path, 'package.json'), '{"type":"module"}')
  writeFileSync(join(path, 'app.ts'), program)
  writeFileSync(
    join(path, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: OPTIONS, files: ['app.ts'] })
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
