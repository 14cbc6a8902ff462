import { readPageFile } from '../../answers/node/own-page-file.ts'
import { EdgeError } from '../../error.ts'
import type { LoadOptions } from '../../import/node/load.ts'
import { loadRulePaths } from '../../import/node/load.ts'
import { readPersonaFiles } from '../../personas/node/files.ts'
import type { Ruleset } from '../../rules/rule.ts'
import type { Sources } from '../../visitor/provides.ts'
import { Coverage } from '../coverage.ts'
import type { MutationReport } from '../mutate.ts'
import { mutate } from '../mutate.ts'
import type { Report } from '../reporters/report.ts'
import type { RunOptions, TestResult } from '../run.ts'
import { runTests } from '../run.ts'
import type { RuleTest, TestFile } from '../test.ts'
import { readTestPaths } from './files.ts'

export interface SuiteOptions {
  /** Files and folders of tests. */
  readonly paths: readonly string[]
  /** Rule paths that replace those in the test files. */
  readonly rules?: readonly string[] | undefined
  /** Rule paths for test files without rules. */
  readonly usualRules?: readonly string[] | undefined
  /** Persona files in addition to those in the test files. */
  readonly personas?: readonly string[] | undefined
  readonly sources: Sources
  readonly load: LoadOptions
  /** Returns true for the tests to run. Default: all tests run. */
  readonly selects?: ((test: RuleTest) => boolean) | undefined
  readonly coverage?: boolean | undefined
  readonly mutate?: boolean | undefined
}

export interface SuiteReport extends Report {
  /** All test files and rule files that were read, for `--watch`. */
  readonly files: readonly string[]
}

interface Group {
  readonly rules: readonly string[]
  readonly personas: readonly string[]
  readonly tests: RuleTest[]
}

/** Groups the test files by their rules. Tests of the same rules run together and share their coverage. */
const groupsOf = (
  files: readonly TestFile[],
  { rules, usualRules = [], personas = [] }: SuiteOptions
): Group[] => {
  const groups = new Map<string, Group>()
  for (const file of files) {
    const own = rules ?? (file.rules.length > 0 ? file.rules : usualRules)
    if (own.length === 0) {
      const message = `${file.file}: no rules: name them in the file (\`rules: [site.yaml]\`), or with --rules`
      throw new EdgeError('invalid_tests', message)
    }
    const all = [...file.personas, ...personas]
    const key = JSON.stringify([own, all])
    const known = groups.get(key) ?? { rules: own, personas: all, tests: [] }
    known.tests.push(...file.tests)
    groups.set(key, known)
  }
  return [...groups.values()]
}

const covered = (ruleset: Ruleset, results: readonly TestResult[]) => {
  const coverage = new Coverage(ruleset)
  for (const { trial } of results) if (trial !== undefined) coverage.add(trial)
  return coverage.report()
}

/** Joins the coverage reports of several rulesets. */
const joinCoverage = (reports: readonly NonNullable<Report['coverage']>[]) => ({
  sides: reports.reduce((sum, { sides }) => sum + sides, 0),
  covered: reports.reduce((sum, one) => sum + one.covered, 0),
  gaps: reports.flatMap(({ gaps }) => gaps),
})

const joinMutation = (reports: readonly MutationReport[]): MutationReport => ({
  mutants: reports.reduce((sum, { mutants }) => sum + mutants, 0),
  killed: reports.reduce((sum, { killed }) => sum + killed, 0),
  survivors: reports.flatMap(({ survivors }) => survivors),
})

/**
 * Runs the tests of files and folders.
 *
 * @throws EdgeError `invalid_tests`, `invalid_rules`, `invalid_personas`, `file_not_found`
 */
export const runSuite = (options: SuiteOptions): SuiteReport => {
  const begin = performance.now()
  const { paths, selects = () => true, sources, load } = options
  const testFiles = readTestPaths(paths)
  const groups = groupsOf(testFiles, options).map((group) => {
    const ruleset = loadRulePaths(group.rules, { readPage: readPageFile, ...load })
    const personas = readPersonaFiles(group.personas)
    const running: RunOptions = { ruleset, personas, ...sources, seesTls: true }
    const results = runTests(group.tests.filter(selects), running)
    return { ruleset, running, results }
  })
  const results = groups.flatMap((group) => group.results)
  const ms = performance.now() - begin
  const coverage =
    options.coverage === true
      ? joinCoverage(groups.map((group) => covered(group.ruleset, group.results)))
      : undefined
  // A test that already fails would detect every change.
  const isGreen = results.every(({ ok }) => ok)
  const mutation =
    options.mutate === true && isGreen
      ? joinMutation(groups.map((group) => mutate(group.results, group.running)))
      : undefined
  const ruleFiles = groups.flatMap(({ ruleset }) => ruleset.files)
  const files = [...new Set([...testFiles.map(({ file }) => file), ...ruleFiles])]
  return { results, ms, coverage, mutation, files }
}
