import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eventually } from '../../eventually.fixture.ts'
import { watchFile } from './watch-file.ts'

const INTERVAL_MS = 10
/** More than two looks, also on a busy machine. */
const A_WHILE_MS = 10 * INTERVAL_MS

const dir = mkdtempSync(join(tmpdir(), 'edge1020-watch-'))
afterAll(() => rmSync(dir, { recursive: true }))

const aWhile = () => new Promise((resolve) => setTimeout(resolve, A_WHILE_MS))

describe('a watched file', () => {
  const path = join(dir, 'watched.txt')
  const onChange = vi.fn()
  let stop: () => void

  beforeEach(() => {
    onChange.mockReset()
    writeFileSync(path, 'first')
    stop = watchFile(path, onChange, { intervalMs: INTERVAL_MS })
  })
  afterEach(() => stop())

  const called = (times: number) => eventually(() => expect(onChange).toHaveBeenCalledTimes(times))

  test.each<[string, () => void]>([
    ['written to', () => appendFileSync(path, ', second')],
    [
      'renamed over by one of the same size',
      () => {
        writeFileSync(`${path}.new`, 'other')
        renameSync(`${path}.new`, path)
      },
    ],
  ])('%s: one call', async (_what, change) => {
    change()
    await called(1)
    await aWhile()
    expect(onChange).toHaveBeenCalledTimes(1)
  })

  test('two changes: two calls', async () => {
    writeFileSync(path, 'second')
    await called(1)
    writeFileSync(path, 'the third')
    await called(2)
  })

  test('no change: no call', async () => {
    await aWhile()
    expect(onChange).not.toHaveBeenCalled()
  })

  test('deleted: no call until the file is back', async () => {
    rmSync(path)
    await aWhile()
    expect(onChange).not.toHaveBeenCalled()
    writeFileSync(path, 'back')
    await called(1)
  })

  test('still growing: no call before the size is stable', async () => {
    const growth = setInterval(() => appendFileSync(path, 'more'), 1)
    try {
      await aWhile()
      expect(onChange).not.toHaveBeenCalled()
    } finally {
      clearInterval(growth)
    }
    await called(1)
  })

  test('after the watch ends: no call', async () => {
    stop()
    writeFileSync(path, 'unseen')
    await aWhile()
    expect(onChange).not.toHaveBeenCalled()
  })
})

test('a missing file: one call after its creation', async () => {
  const path = join(dir, 'late.txt')
  const onChange = vi.fn()
  const stop = watchFile(path, onChange, { intervalMs: INTERVAL_MS })
  try {
    writeFileSync(path, 'here')
    await eventually(() => expect(onChange).toHaveBeenCalledTimes(1))
  } finally {
    stop()
  }
})
