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

/** Asks once more, and ends the edge before there is an answer. */
const askAndStop = async ({ say, linting }: ReturnType<typeof start>) => {
  const asked = linting.ask([])
  linting.stop()
  await asked
  expect(say).toHaveBeenCalledOnce()
}

test('warnings are told in one line each, without the places that the loader told of', async () => {
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

test('of many warnings the first 20 are told, and how many there are', async () => {
  const { say, linting } = start(async () => Array.from({ length: 23 }, (_, i) => finding(i + 1)))
  await linting.ask([])
  expect(say).toHaveBeenCalledTimes(21)
  expect(say).toHaveBeenLastCalledWith('3 more: run edge1020 lint')
})

test('only the latest question is answered, and none after the stop', async () => {
  let line = 0
  const { say, linting } = start(async () => [finding(++line)])
  await Promise.all([linting.ask([]), linting.ask([])])
  expect(say.mock.calls.flat()).toEqual(['site.yaml:2: the rule never matches [never_true]'])
  await askAndStop({ say, linting })
})

test('a failure is told, unless the edge stops', async () => {
  const { say, linting } = start(() => Promise.reject(new Error('the thread ended')))
  await linting.ask([])
  expect(say.mock.calls.flat()).toEqual(['the rules were not linted: the thread ended'])
  await askAndStop({ say, linting })
})

test('a file that is gone is told of', async () => {
  const { say, linting } = start(async () => [finding(1)], ['/nowhere/site.yaml'])
  await linting.ask([])
  expect(say).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^the rules were not linted: .*\/nowhere\/site\.yaml/)
  )
})
