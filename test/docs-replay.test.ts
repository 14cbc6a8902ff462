// docs/replay.md and the help of `edge1020 replay`, run as written.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOG_FORMATS } from '../src/replay/formats/all.ts'
import { ROOT, run, scratch } from './cli.ts'
import { fencesOf } from './documents.ts'

const { dir, remove } = scratch()
afterAll(remove)

/** With `edge1020` on the path, in a folder that has what the examples name. */
const inShell = (command: string) =>
  spawnSync('bash', ['-c', command], {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${dir}/bin:${process.env.PATH}` },
  })

beforeAll(() => {
  for (const name of ['rules', 'examples']) symlinkSync(join(ROOT, name), join(dir, name))
  const log = join(ROOT, 'examples/replay/access_log')
  copyFileSync(log, join(dir, 'access.log'))
  writeFileSync(join(dir, 'access.log.gz'), gzipSync(readFileSync(log)))
  writeFileSync(join(dir, 'access.log.1.gz'), gzipSync(readFileSync(log)))
  copyFileSync(join(ROOT, 'examples/replay/new.yaml'), join(dir, 'new.yaml'))
  mkdirSync(join(dir, 'bin'))
  const main = join(ROOT, 'dist/cli/main.js')
  writeFileSync(
    join(dir, 'bin/edge1020'),
    `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`,
    { mode: 0o755 }
  )
})

const fences = fencesOf('docs/replay.md')
const withoutSpeed = (text: string) => text.replace(/^speed .*$/m, 'speed')

describe('docs/replay.md', () => {
  test('prints what it says', () => {
    const [picture] = fences.filter(({ language }) => language === 'text')
    const [, command, output] = /^\$ ((?:.*\\\n)*.*)\n([\s\S]*)$/.exec(picture!.text)!
    const { stdout, stderr, status } = inShell(command!)
    expect(withoutSpeed(stdout + stderr)).toBe(withoutSpeed(output!))
    expect(status).toBe(1)
  })

  test.each(fences.filter(({ language }) => language === 'sh').map(({ text }) => [text]))(
    '%s',
    (command) => {
      const { status, stdout, stderr } = inShell(command)
      expect([status, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(/^blocked +6 +50%$/m)
    }
  )

  test('has a row for each format', () => {
    const page = readFileSync(join(ROOT, 'docs/replay.md'), 'utf8')
    const [, table] = page.split('| name | log |')
    const names = [...table!.split('\n\n')[0]!.matchAll(/^\| `([\w-]+)` \|/gm)].map(
      ([, name]) => name
    )
    expect(names.sort()).toEqual(LOG_FORMATS.map(({ name }) => name).sort())
  })
})

test('the examples of --help run', async () => {
  const { out } = await run(['replay', '--help'])
  const examples = out
    .split('Examples:\n')[1]!
    .split('\n\n')[0]!
    .trim()
    .split('\n')
    .map((line) => line.trim())
  expect(examples).toHaveLength(3)
  const codes = examples
    .map((example) => inShell(example))
    .map(({ status, stderr }) => [status, stderr])
  expect(codes).toEqual([
    [0, ''],
    [0, ''],
    [0, ''],
  ])
})
