import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createHistory } from './history.ts'

const change = (what: string, before = 'rules: []\n') => ({
  file: 'site.yaml',
  what,
  atMs: 1,
  before,
  afterHash: 'abc',
})

const start = () => {
  const dir = mkdtempSync(join(tmpdir(), 'edge1020-history-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'data', 'undo.json')
  const errors: string[] = []
  return { file, errors, open: () => createHistory(file, ({ message }) => errors.push(message)) }
}

test('changes survive a restart, newest first, in a file that only the owner can read', () => {
  const { file, open, errors } = start()
  open().add(change('one'))
  const second = open()
  second.add(change('two'))
  expect(open().changes()).toEqual([change('two'), change('one')])
  second.drop()
  expect(open().changes()).toEqual([change('one')])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(errors).toEqual([])
})

test('keeps at most 50 changes and 4 MiB of text', () => {
  const { file, open } = start()
  const history = open()
  for (let i = 0; i < 60; i++) history.add(change(String(i)))
  expect(history.changes()).toHaveLength(50)
  expect(history.changes()[0]!.what).toBe('59')
  const large = 'x'.repeat(1_500_000)
  for (const what of ['a', 'b', 'c']) history.add(change(what, large))
  expect(history.changes().map(({ what }) => what)).toEqual(['c', 'b'])
  history.add(change('huge', 'x'.repeat(5_000_000)))
  expect(history.changes().map(({ what }) => what)).toEqual(['huge'])
  expect(readFileSync(file).length).toBeLessThan(5_100_000)
})

test.each(['{', '[1]', '[{"file":"a"}]', '{"file":1}'])('reports a broken file %s', (text) => {
  const { file, open, errors } = start()
  mkdirSync(join(file, '..'))
  writeFileSync(file, text)
  expect(open().changes()).toEqual([])
  expect(errors).toEqual([expect.stringContaining(`${file}: the changes for undo were not read`)])
})

test('keeps its own changes in memory if the file cannot be written', () => {
  const { file, open, errors } = start()
  mkdirSync(file, { recursive: true })
  const history = open()
  history.add(change('one'))
  expect(history.changes()).toEqual([change('one')])
  expect(errors.at(-1)).toContain('were not written')
})

test('writes nothing without a file', () => {
  const history = createHistory(undefined, (error) => {
    throw error
  })
  history.add(change('one'))
  history.drop()
  expect(history.changes()).toEqual([])
})
