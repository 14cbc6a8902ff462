// scripts/build-stale.mjs: `npm ci`, `npm test` and `npm start` build only if needed, once, without output.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { ROOT } from './cli.ts'

const OUTPUTS = [
  'index.js',
  'index.d.ts',
  'node.js',
  'data.js',
  'editor-worker.js',
  'events-worker.js',
  'reload-worker.js',
  'replay-worker.js',
  'cli/main.js',
  'dashboard/page.js',
]
const CLIENT = ['client.js', 'client.d.ts']
const INPUTS = [
  'src/edge.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsdown.config.ts',
]
const OLD = new Date('2026-01-01T00:00:00Z')
const NEW = new Date('2026-02-01T00:00:00Z')

let project: string

const put = (path: string, text: string, time: Date) => {
  const file = join(project, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  utimesSync(file, time, time)
}

/** A project whose `npm run build` leaves a mark, and its own noise. */
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'edge1020-build-'))
  onTestFinished(() => rmSync(project, { recursive: true }))
  mkdirSync(join(project, 'scripts'))
  copyFileSync(join(ROOT, 'scripts/build-stale.mjs'), join(project, 'scripts/build-stale.mjs'))
  for (const path of INPUTS) put(path, '', OLD)
  utimesSync(join(project, 'src'), OLD, OLD)
  for (const name of [...OUTPUTS, ...CLIENT]) put(`dist/${name}`, '', NEW)
  mkdirSync(join(project, 'bin'))
})

const run = (exitCode = 0) => {
  const npm = join(project, 'bin/npm')
  writeFileSync(
    npm,
    `#!/bin/sh\necho "$@" >> ${project}/built\necho a warning\necho an error >&2\nexit ${exitCode}\n`
  )
  chmodSync(npm, 0o755)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(project, 'scripts/build-stale.mjs')],
    {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(project, 'bin')}${delimiter}${process.env.PATH}` },
    }
  )
  const mark = join(project, 'built')
  const built = existsSync(mark) ? readFileSync(mark, 'utf8').trim().split('\n') : []
  return { status, out: stdout + stderr, built }
}

test('without changes, nothing is built', () => {
  expect(run()).toEqual({ status: 0, out: '', built: [] })
})

test.each(INPUTS)('a newer %s starts a build, without output', (path) => {
  put(path, 'changed', new Date('2026-03-01T00:00:00Z'))
  expect(run()).toEqual({ status: 0, out: '', built: ['run --silent build'] })
})

test.each(['src/edge.test.ts', 'src/store.contract.ts', 'src/event.fixture.ts'])(
  'a newer %s does not start a build',
  (path) => {
    put(path, '', new Date('2026-03-01T00:00:00Z'))
    utimesSync(join(project, 'src'), OLD, OLD)
    expect(run().built).toEqual([])
  }
)

test('a deleted source file starts a build', () => {
  const now = new Date('2026-03-01T00:00:00Z')
  utimesSync(join(project, 'src'), now, now)
  expect(run().built).toHaveLength(1)
})

test.each([...OUTPUTS, ...CLIENT])('a missing %s starts a build', (name) => {
  rmSync(join(project, 'dist', name))
  expect(run().built).toHaveLength(1)
})

test('a failed build prints the reason and exits with an error', () => {
  rmSync(join(project, 'dist/index.js'))
  const { status, out } = run(3)
  expect(status).toBe(3)
  expect(out).toBe('a warning\nan error\n')
})

test('the scripts of package.json use it', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  for (const name of ['prepare', 'prestart', 'pretest']) {
    expect(scripts[name]).toBe('npm run build:stale')
  }
  expect(scripts['build:stale']).toBe('node scripts/build-stale.mjs')
})
