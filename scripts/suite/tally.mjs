/** So many tests of all runs together may pass only the second time. More are no chance. */
export const MAX_AGAIN = 3

const namesIn = ({ file, failures }) => failures.map((name) => `${file} > ${name}`)

/** Whether to run the files that failed once more: an error outside of all tests fails the run anyway, as do too many. */
export const isWorthAgain = ({ errors, files }) => {
  const failures = files.flatMap(namesIn)
  return errors.length === 0 && failures.length > 0 && failures.length <= MAX_AGAIN
}

/**
 * What one run of the suite came to. The second run, of the files that failed, has the last word about these.
 *
 * @param first report of the whole suite: exit code, errors outside of tests, and for each file what passed and failed
 * @param again report of the files that failed, where they ran once more
 */
export const settle = (first, again) => {
  const second = new Map(again?.files.map((result) => [result.file, result]))
  const outcome = { passed: 0, skipped: 0, failures: [], again: [] }
  for (const result of first.files) {
    const last = second.get(result.file) ?? result
    const known = new Set(namesIn(last))
    const mended = namesIn(result).filter((name) => !known.has(name))
    outcome.passed += last.passed
    outcome.skipped += last.skipped
    outcome.failures.push(...known)
    outcome.again.push(...mended)
    if (last !== result && last.passed + last.skipped < result.passed + result.skipped) {
      outcome.failures.push(`${result.file} > fewer tests the second time`)
    }
  }
  const reports = again === undefined ? [first] : [first, again]
  for (const { errors } of reports) outcome.failures.push(...errors)
  const last = reports.at(-1)
  // vitest can fail without saying of which test, for example where a threshold is not met.
  if (last.status !== 0 && outcome.failures.length === 0) {
    outcome.failures.push(`vitest ended with exit code ${last.status}`)
  }
  return outcome
}

const heading = (text, names) =>
  names.length === 0 ? [] : [text, ...names.map((name) => `  ${name}`)]

/** The lines to print for all runs, the last of which is "N passed, N failed", and whether all is well. */
export const resultOf = (outcomes) => {
  const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0)
  const failures = outcomes.flatMap((outcome) => outcome.failures)
  const again = outcomes.flatMap((outcome) => outcome.again)
  const skipped = sum('skipped')
  const isTooOften = again.length > MAX_AGAIN
  const passed = sum('passed') - (isTooOften ? again.length : 0)
  const failed =
    failures.length + skipped + (isTooOften ? again.length : 0) + (sum('passed') === 0 ? 1 : 0)
  const lines = [
    ...heading('failed:', failures),
    ...heading('passed only when run again:', again),
    ...(isTooOften ? [`${again.length} such tests are too many: at most ${MAX_AGAIN}`] : []),
    ...(skipped > 0 ? [`${skipped} tests were skipped: nothing may be skipped here`] : []),
    `${passed} passed, ${failed} failed`,
  ]
  return { lines, isGood: failed === 0 }
}
