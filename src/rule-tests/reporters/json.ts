import type { Reporter } from './report.ts'
import { failed } from './report.ts'

export const json: Reporter = (report) => {
  const { results, coverage, mutation, ms } = report
  const failures = failed(report)
  const document = {
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
  return `${JSON.stringify(document, undefined, 2)}\n`
}
