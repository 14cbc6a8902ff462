import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { CONFIG_NAMES } from '../config/node/load.ts'
import { packageFile } from './starter-pack.ts'

/** A file that `init` writes: its path below the project, and its purpose. */
export interface NewFile {
  readonly path: string
  readonly about: string
  readonly text: string
}

/** The answers to the questions of `init`. Paths are relative to the project. */
export interface Wishes {
  /** Path of existing rules; absent if `init` writes new ones. */
  readonly rules?: string | undefined
  readonly upstream?: string | undefined
  readonly ci: boolean
}

const RULES = 'rules/site.yaml'
const WORKFLOW = '.github/workflows/edge1020.yml'
const SCHEMA_LINE = /^# yaml-language-server: \$schema=\.\.\/(.*)\n#\n/

/** Returns a file of the starter pack, renamed to `site`. The schema line stays only if the package is installed in the project. */
const ofPack = (name: string, project: string): string => {
  const text = readFileSync(packageFile(name), 'utf8').replaceAll('starter', 'site')
  const isInstalled = existsSync(join(project, 'node_modules/edge1020'))
  return text.replace(SCHEMA_LINE, (_, schema: string) =>
    isInstalled ? `# yaml-language-server: $schema=../node_modules/edge1020/${schema}\n#\n` : ''
  )
}

const usesTypeScript = (project: string): boolean => {
  if (existsSync(join(project, 'tsconfig.json'))) return true
  const file = join(project, 'package.json')
  return existsSync(file) && /"typescript"\s*:/.test(readFileSync(file, 'utf8'))
}

/** Returns the path of the tests: beside a rule file, or in the project for a folder of rules. */
export const testsOf = (rules: string, project: string): string =>
  statSync(join(project, rules), { throwIfNoEntry: false })?.isDirectory()
    ? 'edge1020.test.yaml'
    : join(dirname(rules), `${basename(rules).replace(/\.[^.]*$/, '')}.test.yaml`)

const literal = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`

const configFile = (project: string, { rules = RULES, upstream }: Wishes): NewFile => {
  const own = CONFIG_NAMES.find((name) => existsSync(join(project, name)))
  const path = own ?? (usesTypeScript(project) ? 'edge1020.config.ts' : 'edge1020.config.mjs')
  const settings = { rules, tests: testsOf(rules, project), ...(upstream && { upstream }) }
  const lines = Object.entries(settings).map(([name, value]) => `  ${name}: ${literal(value)},\n`)
  const object = `defineConfig({\n${lines.join('')}})`
  const text = path.endsWith('.json')
    ? `${JSON.stringify(settings, undefined, 2)}\n`
    : path.endsWith('.cjs')
      ? `const { defineConfig } = require('edge1020/config')\n\nmodule.exports = ${object}\n`
      : `import { defineConfig } from 'edge1020/config'\n\nexport default ${object}\n`
  return { path, about: 'settings of every command', text }
}

const NPX = { install: [], run: `npx --yes edge1020@${packageJson.version}` }
/** The install command of each package manager, by lock file. */
const MANAGERS: readonly [lock: string, install: readonly string[]][] = [
  ['package-lock.json', ['npm ci']],
  ['pnpm-lock.yaml', ['corepack enable', 'pnpm install --frozen-lockfile']],
  ['yarn.lock', ['corepack enable', 'yarn install --immutable']],
]

const workflow = (project: string): NewFile => {
  const file = join(project, 'package.json')
  const depends = existsSync(file) && /"edge1020"\s*:/.test(readFileSync(file, 'utf8'))
  const manager = depends ? MANAGERS.find(([lock]) => existsSync(join(project, lock))) : undefined
  const { install, run } =
    manager === undefined ? NPX : { install: manager[1], run: 'npx edge1020' }
  const steps = [...install, `${run} lint --format github`, `${run} test --reporter github`]
  return {
    path: WORKFLOW,
    about: 'checks the rules on each push',
    text: `name: edge1020
on: [push, pull_request]
permissions:
  contents: read
jobs:
  rules:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
${steps.map((step) => `      - run: ${step}\n`).join('')}`,
  }
}

/**
 * Returns the files that `init` writes.
 *
 * @param firstTests returns the text of a test file at `path` for existing rules
 */
export const initFiles = (
  project: string,
  wishes: Wishes,
  firstTests: (rules: string, path: string) => string
): readonly NewFile[] => {
  const { rules = RULES, ci } = wishes
  const path = testsOf(rules, project)
  const isNew = wishes.rules === undefined
  return [
    ...(isNew
      ? [{ path: RULES, about: 'rules to start from', text: ofPack('rules/starter.yaml', project) }]
      : []),
    {
      path,
      about: 'tests of the rules',
      text: isNew ? ofPack('rules/starter.test.yaml', project) : firstTests(rules, path),
    },
    configFile(project, wishes),
    ...(ci ? [workflow(project)] : []),
  ]
}
