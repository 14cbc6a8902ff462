import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { RuleThread } from './rule-thread.ts'
import { createRuleThread } from './rule-thread.ts'

const RULES = 'rules:\n  - name: one\n    expression: ip.src in $cf.tor\n    action: block\n'

const start = (options: Partial<Parameters<typeof createRuleThread>[0]> = {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'edge1020-thread-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'site.yaml')
  writeFileSync(file, RULES)
  const lists = {
    ip: (name: string) => (name === 'cf.tor' ? { has: () => true } : undefined),
    int: () => undefined,
    string: () => undefined,
  }
  return { dir, file, thread: createRuleThread({ paths: [dir], loading: { lists }, ...options }) }
}

test("reports the place of a hostile text's mistake, and other work continues meanwhile", async () => {
  const { file, thread } = start()
  let turns = 0
  let isDone = false
  const count = () => {
    turns++
    if (!isDone) setTimeout(count, 1)
  }
  count()
  const found = await thread.check({ file, text: `rules: ${'['.repeat(20_000)}` })
  isDone = true
  expect(found[0]).toMatchObject({ file, line: 1, severity: 'error' })
  expect(turns).toBeGreaterThan(20)
})

test('lists of feeds are known by name', async () => {
  const { file, thread } = start()
  expect(await thread.check({ file, text: RULES })).toEqual([])
  expect(await thread.findings()).toEqual([])
  writeFileSync(file, RULES.replace('cf.tor', 'cf.tar'))
  expect((await thread.findings()).map(({ message }) => message).join()).toContain('cf.tar')
})

test('lint follows changes of the files', async () => {
  const { file, thread } = start()
  expect((await thread.findings()).map(({ code }) => code)).toEqual([])
  writeFileSync(
    file,
    RULES.replace('ip.src in $cf.tor', '"ip.src eq 192.0.2.1 and ip.src eq 192.0.2.2"')
  )
  expect((await thread.findings()).map(({ rule }) => rule)).toContain('one')
})

test('two simultaneous questions get their own answers', async () => {
  const { file, thread } = start()
  const [bad, good] = await Promise.all([
    thread.check({ file, text: 'rules: 1\n' }),
    thread.check({ file, text: RULES }),
  ])
  expect(bad).toHaveLength(1)
  expect(good).toEqual([])
})

test('ending the thread rejects an open question, and the next question gets an answer', async () => {
  const { file, thread } = start()
  const open = thread.check({ file, text: RULES })
  await Promise.resolve()
  thread.end()
  await expect(open).rejects.toThrow('the thread that checks rules ended')
  expect(await thread.check({ file, text: RULES })).toEqual([])
})

test.each<[string, string, (thread: RuleThread, file: string) => Promise<unknown>]>([
  ['check', 'site.yaml: the check did not', (thread, file) => thread.check({ file, text: RULES })],
  ['lint', 'the lint did not', (thread) => thread.findings()],
  ['look-up', 'the lists were not', (thread) => thread.held({ ip: '192.0.2.1' })],
])('a %s that takes too long is an error that names it', async (_, text, ask) => {
  const { file, thread } = start({ maxMs: 1 })
  await expect(ask(thread, file)).rejects.toMatchObject({
    code: 'cannot_edit',
    message: expect.stringContaining(text),
  })
})

test('refuses a text of more than 4 MiB before parsing it', async () => {
  const { file, thread } = start()
  await expect(thread.check({ file, text: '#'.repeat(5_000_000) })).rejects.toMatchObject({
    message: expect.stringContaining('expected at most 4194304'),
  })
})

test('reports a missing file', async () => {
  const { dir, thread } = start()
  rmSync(join(dir, 'site.yaml'))
  await expect(thread.findings()).rejects.toMatchObject({ code: 'file_not_found' })
})
