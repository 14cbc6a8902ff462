import type { CoverageReport } from '../coverage.ts'
import type { MutationReport } from '../mutate.ts'
import type { TestResult } from '../run.ts'

/** One run of all tests. */
export interface Report {
  readonly results: readonly TestResult[]
  readonly ms: number
  readonly coverage?: CoverageReport | undefined
  readonly mutation?: MutationReport | undefined
}

/** Formats a report as text. */
export type Reporter = (report: Report, style: { readonly color: boolean }) => string

export const failed = ({ results }: Report): number => results.filter(({ ok }) => !ok).length

/** Returns a percentage such as `85.7 %`. It returns `100 %` only if nothing is missing. */
export const percent = (part: number, whole: number): string => {
  if (part === whole) return '100 %'
  return `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`
}
