import { expect, test, vi } from 'vitest'
import type { Finding } from '../lint/finding.ts'
import { createServeLint } from './serve-lint.ts'

const finding = (line: number, more: Partial<Finding> = {}): Finding => ({
  code: 'never_true',
  severity: 'warning',
  message: 'the rule never matches',
  file: 'site.yaml',
  line,
  column: 1,
  rule: 'no',
  ...more,
})

const start = (findings: () => Promise<readonly Finding[]>, paths: readonly string[] = []) => {
  const say = vi.fn()
  return { say, linting: createServeLint({ paths, findings, say }) }
}

/** Starts a lint and stops before its result arrives. */
const askAndStop = async ({ say, linting }: ReturnType<typeof start>) => {
  const asked = linting.ask([])
  linting.stop()
  await asked
  expect(say).toHaveBeenCalledOnce()
}

test('prints each warning on one line, except at places that the loader has reported', async () => {
  const { say, linting } = start(async () => [
    finding(1),
    finding(2),
    finding(3, { severity: 'info' }),
    finding(4, { fix: { message: 'did you mean `GB`?', edits: [] } }),
  ])
  await linting.ask([{ file: 'site.yaml', line: 2, column: 1 }])
  expect(say.mock.calls.flat()).toEqual([
    'site.yaml:1: the rule never matches [never_true]',
    'site.yaml:4: the rule never matches: did you mean `GB`? [never_true]',
  ])
})

test('prints the first 20 of many warnings, and their number', async () => {
  const { say, linting } = start(async () => Array.from({ length: 23 }, (_, i) => finding(i + 1)))
  await linting.ask([])
  expect(say).toHaveBeenCalledTimes(21)
  expect(say).toHaveBeenLastCalledWith('3 more: run edge1020 lint')
})

test('prints only the latest result, and nothing after the stop', async () => {
  let line = 0
  const { say, linting } = start(async () => [finding(++line)])
  await Promise.all([linting.ask([]), linting.ask([])])
  expect(say.mock.calls.flat()).toEqual(['site.yaml:2: the rule never matches [never_true]'])
  await askAndStop({ say, linting })
})

test('prints a failure, unless the edge stops', async () => {
  const { say, linting } = start(() => Promise.reject(new Error('the thread ended')))
  await linting.ask([])
  expect(say.mock.calls.flat()).toEqual(['the rules were not linted: the thread ended'])
  await askAndStop({ say, linting })
})

test('reports a deleted file', async () => {
  const { say, linting } = start(async () => [finding(1)], ['/nowhere/site.yaml'])
  await linting.ask([])
  expect(say).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^the rules were not linted: .*\/nowhere\/site\.yaml/)
  )
})
