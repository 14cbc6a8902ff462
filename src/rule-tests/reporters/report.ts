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

/** A report as text. */
export type Reporter = (report: Report, style: { readonly color: boolean }) => string

export const failed = ({ results }: Report): number => results.filter(({ ok }) => !ok).length

/** `85.7 %`, and `100 %` only where nothing is missing. */
export const percent = (part: number, whole: number): string => {
  if (part === whole) return '100 %'
  return `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`
}
