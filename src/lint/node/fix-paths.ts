import { readFileSync, writeFileSync } from 'node:fs'
import { EdgeError, messageOf } from '../../error.ts'
import { withFixes } from '../apply-fixes.ts'
import type { LintedPaths, LintPathsOptions } from './lint-paths.ts'
import { lintPaths } from './lint-paths.ts'

/** A fix can reveal another finding at the same place. More rounds are never necessary. */
const MAX_ROUNDS = 5

const fixFile = (file: string, linted: LintedPaths): number => {
  const own = linted.findings.filter((finding) => finding.file === file)
  const before = readFileSync(file, 'utf8')
  const { text, fixed } = withFixes(before, own)
  if (fixed === 0) return 0
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new EdgeError('not_written', `${file}: cannot be written: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return fixed
}

/**
 * Applies the certain fixes to the files and lints them again.
 *
 * @throws EdgeError `not_written`, and the errors of `lintPaths`
 */
export const fixPaths = (
  paths: readonly string[],
  options: LintPathsOptions = {}
): LintedPaths & { readonly fixed: number } => {
  let linted = lintPaths(paths, options)
  let fixed = 0
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const withEdits = linted.findings.filter(({ fix }) => fix?.edits !== undefined)
    const files = new Set(withEdits.map(({ file }) => file))
    let count = 0
    for (const file of files) count += fixFile(file, linted)
    if (count === 0) break
    fixed += count
    linted = lintPaths(paths, options)
  }
  return { ...linted, fixed }
}
