import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cli } from './io.fixture.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edge1020-format-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

const put = (name: string, text: string): string => {
  const file = join(folder, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  return file
}

const UGLY = 'rules:\n  - name: a\n    expression: (ssl)&&http.host=="a" # why\n    action: block\n'
const FORMATTED = UGLY.replace('(ssl)&&http.host=="a"', 'ssl and http.host eq "a"')

describe('rules format', () => {
  test('writes the files that change', async () => {
    const ugly = put('a.yaml', UGLY)
    put('b.yaml', FORMATTED)
    const broken = put('deep/c.tf', 'expression = "ssl and"\nexpression = "(ssl)"\n')
    const left = [put('node_modules/d.yaml', UGLY), put('.e/f.yaml', UGLY), put('g.txt', UGLY)]
    const { code, out, err } = await cli('rules', 'format', folder)
    expect({ code, out, err }).toEqual({
      code: 0,
      out: `${ugly}\n${broken}\n`,
      err: '2 of 3 files changed\n',
    })
    expect(readFileSync(ugly, 'utf8')).toBe(FORMATTED)
    expect(readFileSync(broken, 'utf8')).toBe('expression = "ssl and"\nexpression = "ssl"\n')
    for (const file of left) expect(readFileSync(file, 'utf8')).toBe(UGLY)
    expect((await cli('rules', 'format', folder)).err).toBe('0 of 3 files changed\n')
  })

  test('--check changes no file, and exits with 1 if a file would change', async () => {
    const ugly = put('a.yaml', UGLY)
    const { code, out } = await cli('rules', 'format', ugly, '--check', '--json')
    expect({ code, ...JSON.parse(out) }).toEqual({ code: 1, files: 1, changed: [ugly] })
    expect(readFileSync(ugly, 'utf8')).toBe(UGLY)
    const fine = put('b.yaml', FORMATTED)
    expect(await cli('rules', 'format', fine, '--check')).toMatchObject({ code: 0, out: '' })
  })

  test('keeps the byte order mark and the line ends', async () => {
    const file = put('a.yaml', `\ufeff${UGLY.replaceAll('\n', '\r\n')}`)
    await cli('rules', 'format', file)
    expect(readFileSync(file, 'utf8')).toBe(`\ufeff${FORMATTED.replaceAll('\n', '\r\n')}`)
  })

  test('a missing file is an error', async () => {
    const missing = join(folder, 'none.yaml')
    const { error } = await cli('rules', 'format', missing)
    expect(error).toMatchObject({
      code: 'unreadable',
      message: `${missing}: cannot be read: no such file`,
    })
    put('latin.yaml', '')
    writeFileSync(join(folder, 'latin.yaml'), Buffer.from([0x61, 0xe9]))
    const latin = await cli('rules', 'format', folder)
    expect(latin.error).toMatchObject({ message: expect.stringContaining('it is not UTF-8') })
  })
})
