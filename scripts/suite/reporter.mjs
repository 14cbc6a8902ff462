// A reporter of vitest that writes to $SUITE_REPORT what `tally.mjs` counts.
import { writeFileSync } from 'node:fs'

const resultsOf = (module) => {
  const failures = []
  let passed = 0
  let skipped = 0
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    if (state === 'passed') passed++
    else if (state === 'failed') failures.push(test.fullName)
    else skipped++
  }
  // A hook that fails belongs to no test, and a file that does not load has none.
  for (const suite of module.children.allSuites()) {
    if (suite.errors().length > 0) failures.push(suite.fullName)
  }
  if (module.errors().length > 0 || (failures.length === 0 && !module.ok())) {
    failures.push('(the file itself)')
  }
  return { file: module.relativeModuleId, passed, skipped, failures }
}

export default class SuiteReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const errors = unhandledErrors.map(({ message }) => message)
    const files = modules.map(resultsOf)
    writeFileSync(process.env.SUITE_REPORT, JSON.stringify({ errors, files }))
  }
}
