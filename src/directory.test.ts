import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeDirectory } from './directory.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-directory-'))
const file = join(folder, 'file')
writeFileSync(file, '')
afterAll(() => rmSync(folder, { recursive: true }))

test('makes the directory and those above it, and leaves one that is there', () => {
  const deep = join(folder, 'a', 'b', 'c')
  makeDirectory(deep)
  expect(statSync(deep).isDirectory()).toBe(true)
  expect(() => makeDirectory(deep)).not.toThrow()
})

test('a relative path starts at the working directory', () => {
  expect(() => makeDirectory('.')).not.toThrow()
})

test.each([
  [file, `${file} is a file: expected a directory`],
  [join(file, 'a', 'b'), `${file} is a file: expected a directory`],
])('%s is refused in words', (directory, message) => {
  expect(() => makeDirectory(directory)).toThrow(new Error(message))
})

test.runIf(existsSync('/proc/self'))(
  'a file system that takes no new entries is told of at once',
  () => {
    expect(() => makeDirectory('/proc/nope/below')).toThrow(
      'the directory /proc/nope cannot be created: the file system does not allow new entries there'
    )
  }
)
