#!/usr/bin/env node
/**
 * Runs the whole suite and writes down what came of it; where few tests fail, it runs their files once more, alone. A test that
 * fails again fails the run. One that passes then is named, so that somebody mends it.
 *
 * Usage: node scripts/suite.mjs run REPORT        writes REPORT; exit code 0, whatever the tests say
 *        node scripts/suite.mjs result REPORT …   says what all runs came to, and ends with "N passed, N failed"; exit code 1
 *                                                 where something failed, was skipped, or passed too often only the second time
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isWorthAgain, resultOf, settle } from './suite/tally.mjs'

const REPORTER = fileURLToPath(new URL('suite/reporter.mjs', import.meta.url))
const ALONE = ['--maxWorkers', '1']

/** Runs README's test command, with a second reporter for the count. */
const runTests = (report, args) => {
  rmSync(report, { force: true })
  const options = ['--reporter=default', `--reporter=${REPORTER}`, ...args]
  const { status, error } = spawnSync('npm', ['test', '--', ...options], {
    stdio: 'inherit',
    env: { ...process.env, SUITE_REPORT: report },
  })
  if (error !== undefined) throw error
  return { status, ...JSON.parse(readFileSync(report, 'utf8')) }
}

const [command, ...files] = process.argv.slice(2)
if (command === 'run' && files.length === 1) {
  const [report] = files
  const first = runTests(report, [])
  let again
  if (isWorthAgain(first)) {
    const failed = first.files.filter(({ failures }) => failures.length > 0)
    console.log(`\n${failed.length} test files failed: once more, alone`)
    again = runTests(report, [...failed.map(({ file }) => file), ...ALONE])
  }
  writeFileSync(report, JSON.stringify(settle(first, again)))
} else if (command === 'result' && files.length > 0) {
  const { lines, isGood } = resultOf(files.map((file) => JSON.parse(readFileSync(file, 'utf8'))))
  console.log(lines.join('\n'))
  process.exitCode = isGood ? 0 : 1
} else {
  console.error('usage: node scripts/suite.mjs run REPORT | result REPORT …')
  process.exitCode = 2
}
