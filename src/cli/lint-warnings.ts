import { statSync } from 'node:fs'
import type { Diagnostic } from '../error.ts'
import type { Finding } from '../lint/finding.ts'

export type Place = Pick<Diagnostic, 'file' | 'line' | 'column'>

const keyOf = ({ file, line, column }: Place) => `${file}:${line}:${column}`

/** True if one of the rule files is a pipe. Loading has emptied it, so it cannot be linted. */
export const readsPipe = (paths: readonly string[]): boolean =>
  paths.some((path) => statSync(path).isFIFO())

/**
 * Formats the errors and warnings among lint findings, one line each.
 *
 * @param told places that the loader has already warned about; their findings are left out
 */
export const lintWarnings = (findings: readonly Finding[], told: readonly Place[]): string[] => {
  const known = new Set(told.map(keyOf))
  return findings
    .filter((finding) => finding.severity !== 'info' && !known.has(keyOf(finding)))
    .map(
      ({ file, line, message, code, fix }) =>
        `${file}:${line}: ${message}${fix === undefined ? '' : `: ${fix.message}`} [${code}]`
    )
}
