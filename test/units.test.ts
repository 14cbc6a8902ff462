// Tests of the project `units` share their modules and their process: none of them may change what the others see.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import config from '../vitest.config.ts'
import { ROOT } from './cli.ts'

const [units, trips] = config.test!.projects as {
  test: { include: string[]; exclude?: string[]; isolate?: boolean }
}[]
const rooms = units!.test.include.map((glob) => glob.replace(/\/\*\*.*$/, ''))
const files = rooms.flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${room}/${name}`)
)

const CHANGES =
  /\bvi\.(?:mock|doMock|stubGlobal|stubEnv|useFakeTimers|spyOn)\b|\bprocess\.(?:env\.\w+\s*=[^=]|(?:chdir|exit|on)\b)|\bglobalThis\.\w+\s*=[^=]|\bchild_process\b/

describe('units', () => {
  test('are found, and share their modules', () => {
    expect(units!.test.isolate).toBe(false)
    expect(files.length).toBeGreaterThan(30)
  })

  test.each(files)('%s changes nothing that others see', (file) => {
    expect(readFileSync(join(ROOT, file), 'utf8')).not.toMatch(CHANGES)
  })

  test.each([
    "vi.mock('node:fs')",
    'vi.stubGlobal(name, 1)',
    'vi.useFakeTimers()',
    "process.env.TZ = 'UTC'",
    'process.chdir(folder)',
    'globalThis.fetch = own',
    "import { spawn } from 'node:child_process'",
  ])('%s would be found', (line) => {
    expect(line).toMatch(CHANGES)
  })
})

test('no test runs twice, or not at all', () => {
  expect(trips!.test.exclude).toEqual(rooms.map((room) => `${room}/**`))
})
