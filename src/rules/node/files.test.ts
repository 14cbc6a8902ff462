import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { readRuleFiles } from './files.ts'

const root = mkdtempSync(join(tmpdir(), 'edge1020-rules-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const put = (path: string, content: string | Uint8Array = path) => {
  writeFileSync(join(root, path), content)
  return join(root, path)
}

const failure = (act: () => unknown): EdgeError => {
  try {
    act()
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('files and directories', () => {
  mkdirSync(join(root, 'dir/below.yaml'), { recursive: true })
  mkdirSync(join(root, 'empty'))
  for (const name of ['b.yml', 'a.yaml', 'c.json', 'B.YAML', 'd.txt', '.hidden.yaml', 'e.yaml~']) {
    put(`dir/${name}`)
  }
  put('dir/below.yaml/x.yaml')
  symlinkSync(join(root, 'dir/a.yaml'), join(root, 'dir/link.yaml'))

  test('a file is read under the name it was given', () => {
    const file = put('odd name.conf', 'é')
    expect(readRuleFiles([file])).toEqual([{ file, text: 'é' }])
  })

  test('a directory stands for its rule files in the order of their names', () => {
    const names = readRuleFiles([join(root, 'dir')]).map(({ file }) => file)
    expect(names).toEqual(
      ['B.YAML', 'a.yaml', 'b.yml', 'c.json', 'link.yaml'].map((name) => join(root, 'dir', name))
    )
  })

  test('several paths keep their order', () => {
    const last = put('last.yaml')
    const files = readRuleFiles([last, join(root, 'dir')]).map(({ file }) => file)
    expect(files[0]).toBe(last)
    expect(files).toHaveLength(6)
  })

  test.each([
    ['a path that does not exist', 'nothing.yaml', 'file_not_found'],
    ['a path below a file', 'dir/a.yaml/x', 'file_not_found'],
    ['a directory without rule files', 'empty', 'file_not_found'],
  ])('%s is refused by name', (_, path, code) => {
    const error = failure(() => readRuleFiles([join(root, path)]))
    expect(error.code).toBe(code)
    expect(error.message).toContain(`"${join(root, path)}"`)
  })

  test('a link to a directory with the name of a rule file is refused', () => {
    mkdirSync(join(root, 'links'))
    symlinkSync(join(root, 'empty'), join(root, 'links/x.yaml'))
    const error = failure(() => readRuleFiles([join(root, 'links')]))
    expect(error.code).toBe('unreadable')
    expect(error.message).toContain('x.yaml')
  })

  test('a device is not read', () => {
    expect(failure(() => readRuleFiles(['/dev/zero'])).code).toBe('unreadable')
  })

  test('a very large file is refused before it is read', () => {
    const file = put('large.yaml', new Uint8Array(3 * 2 ** 20 + 1))
    const error = failure(() => readRuleFiles([file]))
    expect(error.code).toBe('unreadable')
    expect(error.message).toContain('has 3145729 bytes')
  })
})

describe('text that is not UTF-8', () => {
  test.each([
    ['latin1', [0x61, 0x0a, 0x62, 0xe9, 0x63], 2, 2, '0xe9', undefined],
    ['behind good text', [0xc3, 0xa9, 0xff], 1, 2, '0xff', undefined],
    ['an overlong form', [0x61, 0xc0, 0xaf], 1, 2, '0xc0', undefined],
    ['a surrogate', [0xed, 0xa0, 0x80], 1, 1, '0xed', undefined],
    ['cut off at the end', [0x61, 0xe2, 0x82], 1, 2, '0xe2', undefined],
    [
      'UTF-16',
      [0xff, 0xfe, 0x61, 0x00],
      1,
      1,
      '0xff',
      'the file looks like UTF-16: save it as UTF-8',
    ],
  ])('%s is refused at its byte', (name, bytes, line, column, byte, help) => {
    const file = put(`${name}.yaml`, Uint8Array.from(bytes))
    const { code, diagnostics, message } = failure(() => readRuleFiles([file]))
    expect(code).toBe('invalid_rules')
    expect(diagnostics).toHaveLength(1)
    expect(diagnostics[0]).toMatchObject({ code: 'not_utf8', file, line, column, length: 1 })
    expect(diagnostics[0]?.message).toContain(byte)
    expect(diagnostics[0]?.help).toBe(help)
    expect(message).toContain(`${file}:${line}:${column}: error:`)
  })
})
