import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDesk, hashOf } from './desk.ts'
import { createFindings } from './findings.ts'

const RULES = `rules:
  # the first
  - name: one
    when: { path: /a }
    action: block
`

const start = (reload: () => Promise<void> = async () => {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'edge1020-desk-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'site.yaml')
  writeFileSync(file, RULES)
  const reloaded = vi.fn(reload)
  const desk = createDesk({ paths: [dir], loading: {}, trials: {}, reload: reloaded })
  return { dir, file, desk, reloaded, read: () => readFileSync(file, 'utf8') }
}
const OTHER = RULES.replace('/a', '/b')

test('load tries a text without writing it', () => {
  const { desk, file, read } = start()
  const [rule] = desk.load({ file, text: OTHER }).rules
  expect(rule!.expression.source).toContain('/b')
  expect(desk.load().rules[0]!.expression.source).toContain('/a')
  expect(read()).toBe(RULES)
})

test('save writes the file and activates its rules, and undo reverts it', async () => {
  const { desk, file, read, reloaded } = start()
  chmodSync(file, 0o640)
  await desk.save({ file, text: OTHER, hash: hashOf(RULES), what: 'Edited' })
  expect(read()).toBe(OTHER)
  expect(statSync(file).mode & 0o777).toBe(0o640)
  expect(reloaded).toHaveBeenCalledTimes(1)
  expect(desk.history()).toMatchObject([{ file, what: 'Edited' }])
  expect(await desk.undo()).toMatchObject({ what: 'Edited' })
  expect(read()).toBe(RULES)
  expect(desk.history()).toEqual([])
  expect(await desk.undo()).toBeUndefined()
})

test('a symbolic link stays a symbolic link', async () => {
  const { file, read } = start()
  const folder = mkdtempSync(join(tmpdir(), 'edge1020-desk-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'link.yaml')
  symlinkSync(file, path)
  const desk = createDesk({ paths: [path], loading: {}, trials: {}, reload: async () => {} })
  await desk.save({ file: path, text: OTHER, hash: hashOf(RULES), what: '' })
  expect(read()).toBe(OTHER)
  expect(lstatSync(path).isSymbolicLink()).toBe(true)
})

describe('no change is lost', () => {
  test('the second of two simultaneous edits of a file gets a conflict', async () => {
    const { desk, file, read } = start()
    const save = (text: string) => desk.save({ file, text, hash: hashOf(RULES), what: '' })
    const results = await Promise.allSettled([save(OTHER), save(`${RULES}# second\n`)])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect((results[1] as PromiseRejectedResult).reason.code).toBe('edit_conflict')
    expect(read()).toBe(OTHER)
  })

  test('undo keeps a change that somebody else made', async () => {
    const { desk, file, read } = start()
    await desk.save({ file, text: OTHER, hash: hashOf(RULES), what: '' })
    writeFileSync(file, `${OTHER}# by hand\n`)
    await expect(desk.undo()).rejects.toMatchObject({ code: 'edit_conflict' })
    expect(read()).toBe(`${OTHER}# by hand\n`)
  })

  test.each(['rules: [', 'rules:\n  - name: x\n    expression: nope\n    action: block\n'])(
    'a text with mistakes is not written: %j',
    async (text) => {
      const { desk, file, read, reloaded } = start()
      await expect(desk.save({ file, text, hash: hashOf(RULES), what: '' })).rejects.toMatchObject({
        code: 'invalid_rules',
      })
      expect(read()).toBe(RULES)
      expect(reloaded).not.toHaveBeenCalled()
    }
  )

  test('a text that cannot become active does not stay in the file', async () => {
    let fails = true
    const { desk, file, read } = start(async () => {
      if (fails) {
        fails = false
        throw new Error('no data')
      }
    })
    await expect(desk.save({ file, text: OTHER, hash: hashOf(RULES), what: '' })).rejects.toThrow(
      'no data'
    )
    expect(read()).toBe(RULES)
    expect(desk.history()).toEqual([])
  })

  test('only rule documents are written', async () => {
    const { desk, dir } = start()
    for (const file of [join(dir, 'other.txt'), '/etc/passwd', '../site.yaml']) {
      await expect(
        desk.save({ file, text: RULES, hash: hashOf(''), what: '' })
      ).rejects.toMatchObject({ code: 'edit_conflict' })
    }
  })
})

test('undo reverts the change that the caller has seen, and no other change', async () => {
  const { desk, file, read } = start()
  await desk.save({ file, text: OTHER, hash: hashOf(RULES), what: 'Switched off: one' })
  const seen = desk.history()[0]!.afterHash
  const third = RULES.replace('/a', '/c')
  await desk.save({ file, text: third, hash: hashOf(OTHER), what: 'Edited' })
  await expect(desk.undo(seen)).rejects.toMatchObject({ code: 'edit_conflict' })
  expect(read()).toBe(third)
  expect(await desk.undo(desk.history()[0]!.afterHash)).toMatchObject({ what: 'Edited' })
  expect(await desk.undo(seen)).toMatchObject({ what: 'Switched off: one' })
  expect(read()).toBe(RULES)
})

describe('files that a form names', () => {
  const naming = (path: string) => `lists:\n  secrets: { kind: ip, file: ${path} }\n${RULES}`
  const SECRET = 'PASSWORD=hunter2\n'
  const withSecret = () => {
    const started = start()
    const outside = mkdtempSync(join(tmpdir(), 'edge1020-desk-'))
    onTestFinished(() => rmSync(outside, { recursive: true }))
    writeFileSync(join(outside, 'secret'), SECRET)
    return { ...started, outside: join(outside, 'secret') }
  }
  const messageOf = (act: () => unknown): string => {
    try {
      act()
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }

  test('are not read outside the folder, if hidden, or through a link', async () => {
    const { desk, dir, file, outside, read } = withSecret()
    symlinkSync(outside, join(dir, 'link.txt'))
    writeFileSync(join(dir, '.env'), SECRET)
    for (const path of [outside, 'link.txt', '.env', '../nothing', dir]) {
      const text = naming(path)
      expect(messageOf(() => desk.load({ file, text }))).toMatch(/expected a file in the folder/)
      expect(messageOf(() => desk.load({ file, text }))).not.toContain('hunter2')
      const saving = desk.save({ file, text, hash: hashOf(RULES), what: 'Edited' })
      await expect(saving).rejects.toMatchObject({ code: 'invalid_rules' })
    }
    const template = RULES.replace('block', `block\n    page: { template: ${outside} }`)
    expect(messageOf(() => desk.load({ file, text: template }))).toMatch(/expected a file in the/)
    expect(read()).toBe(RULES)
  })

  test('cannot be pipes, because opening a pipe waits for its writer', () => {
    const { desk, dir, file } = withSecret()
    execFileSync('mkfifo', [join(dir, 'pipe.txt')])
    const load = () => desk.load({ file, text: naming('pipe.txt') })
    expect(messageOf(load)).toMatch(/expected a file in the folder/)
  })

  test("are read in the document's folder, and wherever a document already names them", () => {
    const { desk, dir, file, outside } = withSecret()
    writeFileSync(join(dir, 'office.txt'), '192.0.2.1\n')
    expect(desk.load({ file, text: naming('office.txt') }).rules).toHaveLength(1)
    writeFileSync(outside, '192.0.2.2\n')
    writeFileSync(file, naming(outside))
    expect(desk.load({ file, text: `# a comment\n${naming(outside)}` }).rules).toHaveLength(1)
  })
})

test('findings are renewed after a file changed, appeared or vanished, and only then', () => {
  const { dir, file } = start()
  const findings = createFindings([dir], {})
  const replace = (path: string, text: string) => {
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
  }
  const never = (name: string) =>
    `  - { name: ${name}, expression: 'http.host eq "a" and http.host eq "b"', action: block }\n`
  const messages = () => findings().map(({ message }) => message)
  const first = findings()
  expect(findings()).toBe(first)
  replace(file, `${RULES}${never('never')}`)
  expect(findings()).not.toBe(first)
  expect(messages().length).toBeGreaterThan(first.length)
  const second = findings()
  expect(findings()).toBe(second)
  const other = join(dir, 'zz.yaml')
  replace(other, `rules:\n${never('neither')}`)
  expect(messages().length).toBeGreaterThan(second.length)
  rmSync(other)
  expect(findings()).toEqual(second)
})
