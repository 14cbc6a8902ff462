import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createAudit } from './audit.ts'

const folder = () => {
  const dir = mkdtempSync(join(tmpdir(), 'edge1020-audit-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

test('writes each entry as one line, in order, to a file that only its owner can read', async () => {
  const file = join(folder(), 'audit.ndjson')
  const audit = createAudit(file, () => 0)
  const names = Array.from({ length: 50 }, (_, i) => `change ${i}`)
  await Promise.all(names.map((what) => audit.write({ what, from: '192.0.2.1', by: 'bearer' })))
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).what)).toEqual(names)
  expect(JSON.parse(lines[0]!)).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    what: 'change 0',
    from: '192.0.2.1',
    by: 'bearer',
  })
  expect(statSync(file).mode & 0o077).toBe(0)
})

test('creates a missing data directory', async () => {
  const file = join(folder(), 'data', 'audit.ndjson')
  await createAudit(file).write({ what: 'login', from: '192.0.2.1', by: 'token' })
  expect(readFileSync(file, 'utf8')).toMatch(/^\{.*"what":"login".*\}\n$/)
})

test('throws if an entry cannot be written, and tries again with the next one', async () => {
  const dir = folder()
  const entry = { what: 'login', from: '192.0.2.1', by: 'token' } as const
  const audit = createAudit(dir)
  for (let i = 0; i < 2; i++) {
    await expect(audit.write(entry)).rejects.toMatchObject({ code: 'audit_failed' })
  }
  expect(audit.recent()).toEqual([])
})

test('keeps the newest thousand entries in memory', async () => {
  const audit = createAudit()
  for (let i = 0; i < 1_001; i++) await audit.write({ what: `${i}`, from: '', by: 'none' })
  const kept = audit.recent()
  expect([kept.length, kept[0]!.what, kept.at(-1)!.what]).toEqual([1_000, '1000', '1'])
})

test('reads entries of earlier runs after a restart, and skips invalid lines', async () => {
  const file = join(folder(), 'audit.ndjson')
  const entry = { from: '192.0.2.1', by: 'bearer' } as const
  await createAudit(file).write({ what: 'first', ...entry })
  appendFileSync(file, '{"time":"2026-01-01T00:00:00.000Z","wh\n[]\nnull\n')
  const audit = createAudit(file)
  await audit.write({ what: 'second', ...entry })
  expect(audit.recent().map(({ what }) => what)).toEqual(['second', 'first'])
})

test('reads only the end of a long file, from the start of a line', () => {
  const file = join(folder(), 'audit.ndjson')
  const line = (i: number) =>
    `${JSON.stringify({ time: '2026-01-01T00:00:00.000Z', what: `${i}`, from: '', by: 'none', reason: 'x'.repeat(2_000) })}\n`
  writeFileSync(file, Array.from({ length: 900 }, (_, i) => line(i)).join(''))
  const kept = createAudit(file).recent()
  expect(kept[0]!.what).toBe('899')
  expect(kept.length).toBe(Math.floor(1_048_576 / line(899).length))
})
