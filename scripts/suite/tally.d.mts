/** What vitest said of one run. */
export interface Report {
  /** Exit code of vitest. */
  status: number
  /** Messages of errors outside of all tests. */
  errors: string[]
  files: { file: string; passed: number; skipped: number; failures: string[] }[]
}

/** What one run of the suite came to. */
export interface Outcome {
  passed: number
  skipped: number
  failures: string[]
  /** Tests that failed at first, and passed the second time. */
  again: string[]
}

export declare const MAX_AGAIN: number
export declare const isWorthAgain: (report: Pick<Report, 'errors' | 'files'>) => boolean
export declare const settle: (first: Report, again?: Report) => Outcome
export declare const resultOf: (outcomes: readonly Outcome[]) => {
  lines: string[]
  isGood: boolean
}
