import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileReason, readTextFile } from './text-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-text-'))
const at = (name: string) => join(folder, name)

beforeAll(() => {
  mkdirSync(at('directory'))
  writeFileSync(at('latin1'), Buffer.from([0x66, 0xfc, 0x72]))
  writeFileSync(at('marked'), '\ufefffür\n')
  writeFileSync(at('empty'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

const failed = (reason: string, cause: unknown) => new Error(reason, { cause })

test.each([
  ['marked', 'für\n'],
  ['empty', ''],
])('%s is read', (name, text) => {
  expect(readTextFile(at(name), failed)).toBe(text)
})

test.each([
  ['absent', 'no such file'],
  ['directory', 'it is a directory'],
  ['latin1', 'it is not UTF-8'],
  ['latin1/below', 'a part of its path is not a directory'],
])('%s is explained', (name, reason) => {
  expect(() => readTextFile(at(name), failed)).toThrow(
    expect.objectContaining({ message: reason, cause: expect.any(Error) })
  )
})

test.each([
  [5, undefined],
  [4, 'it has 5 bytes: expected at most 4'],
])('a file of 5 bytes where at most %i are expected: %s', (most, refusal) => {
  writeFileSync(at('five'), 'hello')
  const read = () => readTextFile(at('five'), failed, most)
  if (refusal === undefined) expect(read()).toBe('hello')
  else expect(read).toThrow(refusal)
})

test.each([
  [
    Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' }),
    'EMFILE: too many open files',
  ],
  [new Error('odd'), 'odd'],
  ['text', 'text'],
])('an unknown reason is told as it is', (error, reason) => {
  expect(fileReason(error)).toBe(reason)
})
