import { statSync } from 'node:fs'
import { readPageFile } from '../answers/node/own-page-file.ts'
import type { Diagnostic } from '../error.ts'
import type { LintPathsOptions } from '../lint/node/lint-paths.ts'
import { lintPaths } from '../lint/node/lint-paths.ts'

type Place = Pick<Diagnostic, 'file' | 'line' | 'column'>

const keyOf = ({ file, line, column }: Place) => `${file}:${line}:${column}`

/**
 * What the lints find in rules that load, one line each: errors of meaning and warnings, without what loading has told.
 *
 * @param told places of the warnings of the loader
 * @param without codes of lints that do not count
 */
export const lintWarnings = (
  paths: readonly string[],
  told: readonly Place[],
  options: LintPathsOptions,
  without: readonly string[] = []
): string[] => {
  // A pipe can be read only once.
  if (paths.some((path) => statSync(path).isFIFO())) return []
  const known = new Set(told.map(keyOf))
  return lintPaths(paths, { readPage: readPageFile, ...options })
    .findings.filter(
      (finding) =>
        finding.severity !== 'info' && !known.has(keyOf(finding)) && !without.includes(finding.code)
    )
    .map(
      ({ file, line, message, code, fix }) =>
        `${file}:${line}: ${message}${fix === undefined ? '' : `: ${fix.message}`} [${code}]`
    )
}
