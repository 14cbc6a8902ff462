import type { CoverageReport } from '../coverage.ts'
import type { Report, Reporter } from './report.ts'
import { failed } from './report.ts'

/** The results of tests as data. */
export interface TestDocument {
  readonly passed: number
  readonly failed: number
  readonly ms: number
  readonly tests: readonly {
    readonly name: string
    readonly file: string
    readonly line: number
    readonly tags: readonly string[]
    readonly ok: boolean
    /** The differences from the expected verdict, one sentence each; empty for a test that passed. */
    readonly problems: readonly string[]
    /** The rules that explain the verdict, with the values that they read. */
    readonly trace: readonly string[]
  }[]
  readonly coverage?: CoverageReport
  readonly mutation?: {
    readonly mutants: number
    readonly killed: number
    readonly survivors: readonly {
      readonly rule: string
      readonly place: string
      readonly change: string
    }[]
  }
}

export const testDocument = (report: Report): TestDocument => {
  const { results, coverage, mutation, ms } = report
  const failures = failed(report)
  return {
    passed: results.length - failures,
    failed: failures,
    ms: Math.round(ms),
    tests: results.map(({ test, ok, problems, trace }) => ({
      name: test.name,
      file: test.place.file,
      line: test.place.line,
      tags: test.tags,
      ok,
      problems,
      trace,
    })),
    ...(coverage === undefined ? {} : { coverage }),
    ...(mutation === undefined
      ? {}
      : {
          mutation: {
            ...mutation,
            survivors: mutation.survivors.map(({ rule, place, change }) => ({
              rule: rule.name,
              place,
              change,
            })),
          },
        }),
  }
}

export const json: Reporter = (report) => `${JSON.stringify(testDocument(report), undefined, 2)}\n`
