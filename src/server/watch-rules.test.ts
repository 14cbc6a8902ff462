import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished, test } from 'vitest'
import { watchRules } from './watch-rules.ts'

const root = mkdtempSync(join(tmpdir(), 'edge1020-watch-'))
afterAll(() => rmSync(root, { recursive: true }))

let number = 0
const folder = () => {
  const path = join(root, String(number++))
  mkdirSync(path)
  return path
}

/** Makes the change again and again until the watch tells of one, as its first look may come later than the first change. */
const told = (roots: string[], change: (attempt: number) => void, files: string[] = []) =>
  new Promise<void>((resolve) => {
    let attempt = 0
    const timer = setInterval(() => change(attempt++), 400)
    const stop = watchRules(
      roots,
      () => files,
      () => resolve(),
      { intervalMs: 5 }
    )
    onTestFinished(() => {
      clearInterval(timer)
      stop()
    })
  })

test('a file that is written to', async () => {
  const file = join(folder(), 'a.yaml')
  writeFileSync(file, 'rules: []')
  await told([file], (i) => writeFileSync(file, `rules: [] # ${i}`))
})

test('a file that another one is renamed over, as editors do', async () => {
  const dir = folder()
  const file = join(dir, 'a.yaml')
  writeFileSync(file, 'rules: []')
  await told([file], (i) => {
    writeFileSync(join(dir, '.a.swp'), `rules: [] # ${i}`)
    renameSync(join(dir, '.a.swp'), file)
  })
})

test('a file that comes into a folder', async () => {
  const dir = folder()
  await told([dir], (i) => writeFileSync(join(dir, `${i}.yaml`), 'rules: []'))
})

test('a file that goes', async () => {
  const dir = folder()
  await told([dir], (i) => {
    const file = join(dir, 'a.yaml')
    if (i % 4 < 2) writeFileSync(file, 'rules: []')
    else rmSync(file, { force: true })
  })
})

test('a file below the folder that the rules came from', async () => {
  const dir = folder()
  const inner = join(dir, 'module')
  mkdirSync(inner)
  writeFileSync(join(inner, 'main.tf'), '')
  const change = (i: number) => writeFileSync(join(inner, `new-${i}.tf`), '')
  await told([dir], change, [join(inner, 'main.tf')])
})

test('the links of a ConfigMap, which are swapped all at once', async () => {
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
