import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { watchRules } from './watch-rules.ts'

const root = mkdtempSync(join(tmpdir(), 'edge1020-watch-'))
afterAll(() => rmSync(root, { recursive: true }))

let number = 0
const folder = () => {
  const path = join(root, String(number++))
  mkdirSync(path)
  return path
}

/** Repeats the change until the watch reports one, because its first look may be later than the first change. */
const told = (roots: string[], change: (attempt: number) => void, files: string[] = []) =>
  new Promise<void>((resolve) => {
    let attempt = 0
    const timer = setInterval(() => change(attempt++), 400)
    const stop = watchRules(
      roots,
      () => files,
      () => resolve(),
      { loadedMs: Number.POSITIVE_INFINITY, intervalMs: 5 }
    )
    onTestFinished(() => {
      clearInterval(timer)
      stop()
    })
  })

test('a modified file', async () => {
  const file = join(folder(), 'a.yaml')
  writeFileSync(file, 'rules: []')
  await told([file], (i) => writeFileSync(file, `rules: [] # ${i}`))
})

test('a file that is replaced by renaming, as editors do', async () => {
  const dir = folder()
  const file = join(dir, 'a.yaml')
  writeFileSync(file, 'rules: []')
  await told([file], (i) => {
    writeFileSync(join(dir, '.a.swp'), `rules: [] # ${i}`)
    renameSync(join(dir, '.a.swp'), file)
  })
})

test('a new file in a folder', async () => {
  const dir = folder()
  await told([dir], (i) => writeFileSync(join(dir, `${i}.yaml`), 'rules: []'))
})

test('a deleted file', async () => {
  const dir = folder()
  await told([dir], (i) => {
    const file = join(dir, 'a.yaml')
    if (i % 4 < 2) writeFileSync(file, 'rules: []')
    else rmSync(file, { force: true })
  })
})

test('a file in a subfolder of the rules', async () => {
  const dir = folder()
  const inner = join(dir, 'module')
  mkdirSync(inner)
  writeFileSync(join(inner, 'main.tf'), '')
  const change = (i: number) => writeFileSync(join(inner, `new-${i}.tf`), '')
  await told([dir], change, [join(inner, 'main.tf')])
})

test('the links of a ConfigMap, which are swapped together', async () => {
  const dir = folder()
  const swap = (i: number) => {
    const data = join(dir, `..data_${i}`)
    mkdirSync(data)
    writeFileSync(join(data, 'a.yaml'), 'rules: []')
    symlinkSync(`..data_${i}`, join(dir, '..tmp'))
    renameSync(join(dir, '..tmp'), join(dir, '..data'))
  }
  swap(1_000)
  symlinkSync('..data/a.yaml', join(dir, 'a.yaml'))
  await told([dir], swap)
})

describe('before the first look', () => {
  const start = (file: string, loadedMs: number, files = [file]) => {
    const onChange = vi.fn()
    let looks = 0
    const read = () => {
      looks++
      return files
    }
    const stop = watchRules([file], read, onChange, { loadedMs, intervalMs: 5 })
    onTestFinished(stop)
    return {
      onChange,
      looks: (most: number) => eventually(() => expect(looks).toBeGreaterThan(most)),
    }
  }
  const saved = () => {
    const file = join(folder(), 'a.yaml')
    writeFileSync(file, 'rules: []')
    return { file, ctimeMs: statSync(file).ctimeMs }
  }

  test('reports a file once that was saved after the rules were loaded', async () => {
    const { file, ctimeMs } = saved()
    const { onChange, looks } = start(file, ctimeMs + 5)
    await looks(5)
    expect(onChange).toHaveBeenCalledOnce()
  })

  test('reports a new file in the folder', async () => {
    const { file, ctimeMs } = saved()
    const { onChange } = start(dirname(file), ctimeMs, [])
    await eventually(() => expect(onChange).toHaveBeenCalledOnce())
  })

  test('reports a deleted file', async () => {
    const { file } = saved()
    rmSync(file)
    const { onChange } = start(file, Number.POSITIVE_INFINITY)
    await eventually(() => expect(onChange).toHaveBeenCalledOnce())
  })

  test('does not report an older file', async () => {
    const { file, ctimeMs } = saved()
    const { onChange, looks } = start(file, ctimeMs + 20)
    await looks(5)
    expect(onChange).not.toHaveBeenCalled()
  })

  test('does not read a pipe again, although reading changes it', async () => {
    const pipe = join(folder(), 'rules.yaml')
    execFileSync('mkfifo', [pipe])
    const { onChange, looks } = start(pipe, 0)
    await looks(5)
    expect(onChange).not.toHaveBeenCalled()
  })
})
