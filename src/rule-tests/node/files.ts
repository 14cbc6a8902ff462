import { readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { EdgeError } from '../../error.ts'
import { readTextFile } from '../../text-file.ts'
import { readTestFiles } from '../read.ts'
import type { TestFile } from '../test.ts'

/** Matches the names of test files in a folder. */
const TEST_FILE = /\.test\.ya?ml$/i

const missing = (path: string, reason: string, cause: unknown) =>
  new EdgeError('file_not_found', `test file "${path}": ${reason}`, { cause })

/** Returns the test files below a folder, sorted by name. It skips hidden folders and `node_modules`. */
const testFilesIn = (folder: string): string[] => {
  const entries = readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return testFilesIn(path)
    return TEST_FILE.test(entry.name) ? [path] : []
  })
}

const filesOf = (path: string): string[] => {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isDirectory() !== true) return [path]
  const files = testFilesIn(path)
  if (files.length > 0) return files
  throw new EdgeError('file_not_found', `no test files in "${path}": expected *.test.yaml`)
}

/**
 * Reads test files, including those below folders (`*.test.yaml`). It resolves their paths of rules and personas.
 *
 * @throws EdgeError `file_not_found`, `invalid_tests`
 */
export const readTestPaths = (paths: readonly string[]): TestFile[] => {
  const sources = paths.flatMap(filesOf).map((file) => ({
    file,
    text: readTextFile(file, (reason, cause) => missing(file, reason, cause)),
  }))
  return readTestFiles(sources).map((test) => {
    const here = (path: string) =>
      path.startsWith('/') ? resolve(path) : join(dirname(test.file), path)
    return { ...test, rules: test.rules.map(here), personas: test.personas.map(here) }
  })
}
