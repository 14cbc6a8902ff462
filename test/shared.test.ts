// Tests of the project `shared` share their modules and their process: none of them may change state that others read.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import config from '../vitest.config.ts'
import { ROOT } from './cli.ts'

interface Project {
  test: Record<string, unknown> & { name: string; include: string[]; exclude?: string[] }
}
const projects = config.test!.projects as Project[]
const [shared, alone] = ['shared', 'alone'].map(
  (name) => projects.find(({ test }) => test.name === name)!.test
)
const files = ['src', 'test', 'examples']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name}`
    )
  )
  .filter((name) => name.endsWith('.test.ts') && name !== 'test/shared.test.ts')

/** What vitest does not undo by itself, or this file's own words would match. */
const CHANGES =
  /\bvi\.(?:mock|doMock|resetModules)\(|\bprocess\.(?:env\.\w+ = |chdir\(|on\()|\bglobalThis\.\w+ = /

/** Whether the test file changes state that later files read. */
const isChanging = (text: string) =>
  CHANGES.test(text) || (text.includes('vi.useFakeTimers(') && !text.includes('vi.useRealTimers('))

describe('files that share their modules', () => {
  test('are all but a few test files', () => {
    expect(shared!.isolate).toBe(false)
    expect(files.length).toBeGreaterThan(250)
    expect(alone!.include.length).toBeLessThan(10)
  })

  test('change no shared state: a file that must is listed in ALONE', () => {
    const changing = files.filter((file) => isChanging(readFileSync(join(ROOT, file), 'utf8')))
    expect(changing.filter((file) => !alone!.include.includes(file))).toEqual([])
    expect(alone!.include.filter((file) => !changing.includes(file))).toEqual([])
  })

  test('have spies, globals and environment variables restored', () => {
    expect(shared).toMatchObject({ restoreMocks: true, unstubGlobals: true, unstubEnvs: true })
  })

  test.each([
    "vi.mock('node:fs')",
    'vi.resetModules()',
    'vi.useFakeTimers()',
    "process.env.TZ = 'UTC'",
    'process.chdir(folder)',
    'globalThis.fetch = own',
  ])('%s is detected', (line) => {
    expect(isChanging(line)).toBe(true)
  })
})

test('every test runs exactly once', () => {
  // Installed peer packages contain tests, too.
  expect(shared!.exclude).toEqual([...alone!.include, '**/node_modules/**'])
  const folders = shared!.include.map((glob) => glob.split('/')[0])
  expect(folders).toEqual(['src', 'test', 'examples'])
})
