// The examples of docs/testing.md, and the example programs in examples/testing: each runs.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestEdge } from 'edge1020/testing'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from './cli.ts'
import { fencesOf } from './documents.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const programs = fencesOf('docs/testing.md').filter(({ language }) => language === 'ts')
const [whole, ...parts] = programs

test('the first example is part of one that runs', () => {
  const example = read('examples/testing/vitest.test.ts')
  const pieces = whole!.text.split(/\n\n/).map((piece) => piece.trim())
  expect(pieces.length).toBeGreaterThan(2)
  for (const piece of pieces) expect(example).toContain(piece)
})

test.each(parts)('docs/testing.md:$line runs', async ({ text }) => {
  const edge = await createTestEdge()
  onTestFinished(() => edge.close())
  const run = new Function('edge', `return (async () => {\n${text}\n})()`)
  await run(edge)
})

test('node:test: examples/testing/node.test.mjs passes', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--test', join(ROOT, 'examples/testing/node.test.mjs')],
    { cwd: ROOT, encoding: 'utf8' }
  )
  expect(stdout).toContain('pass 3')
  expect(status).toBe(0)
})
