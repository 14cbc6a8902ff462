// Builds `dist` where a source is newer than it: `npm ci` followed by `npm test` or `npm start` builds once.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const INPUTS = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsdown.config.ts']
/** The last build's configuration writes it last. */
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
  'client.js',
  'client.d.ts',
]
const NOT_BUILT = /\.(?:test|fixture|contract)\.ts$/

/** Folders count too: a file that is gone leaves no time of its own. */
const timesOf = (path) => {
  const own = [statSync(path).mtimeMs]
  if (!statSync(path).isDirectory()) return own
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (!NOT_BUILT.test(entry.name)) own.push(statSync(join(entry.parentPath, entry.name)).mtimeMs)
  }
  return own
}

const outputs = OUTPUTS.map((name) => join(ROOT, 'dist', name))
const built = outputs.every((path) => existsSync(path))
  ? Math.min(...outputs.map((path) => statSync(path).mtimeMs))
  : Number.NEGATIVE_INFINITY
const changed = Math.max(...INPUTS.flatMap((name) => timesOf(join(ROOT, name))))

if (changed >= built) {
  // The build's warnings are for who changes it; its errors are for everybody.
  const { status, error, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (status !== 0) process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`)
  process.exitCode = status ?? 1
}
