import { existsSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { readPageFile } from '../answers/node/own-page-file.ts'
import { messageOf } from '../error.ts'
import type { SecurityEvent } from '../events/event.ts'
import { loadRulePaths } from '../import/node/load.ts'
import { readPersonaFiles } from '../personas/node/files.ts'
import type { SuiteReport } from '../rule-tests/node/suite.ts'
import { runSuite } from '../rule-tests/node/suite.ts'
import { github } from '../rule-tests/reporters/github.ts'
import { json } from '../rule-tests/reporters/json.ts'
import { junit } from '../rule-tests/reporters/junit.ts'
import type { Reporter } from '../rule-tests/reporters/report.ts'
import { failed } from '../rule-tests/reporters/report.ts'
import { tap } from '../rule-tests/reporters/tap.ts'
import { text } from '../rule-tests/reporters/text.ts'
import type { RunOptions } from '../rule-tests/run.ts'
import type { RuleTest } from '../rule-tests/test.ts'
import type { WrittenTests } from '../rule-tests/write.ts'
import { initialTests, recordedEvent, recordedTests } from '../rule-tests/write.ts'
import { onShutdown } from '../server/shutdown.ts'
import { watchRules } from '../server/watch-rules.ts'
import type { OpenedSources } from '../visitor/node/sources.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, oneOf, usageError, wholeNumber } from './command.ts'
import { DEFAULT_DATA } from './defaults.ts'
import { writeText } from './output.ts'
import { printable } from './printable.ts'
import { SOURCE_FLAGS, withSources } from './sources.ts'
import { SUMMARIES } from './summaries.ts'
import { TERRAFORM_FLAGS, terraformValues } from './terraform-flags.ts'

const REPORTERS: Readonly<Record<string, Reporter>> = { text, json, junit, tap, github }
const PERCENT = { min: 0, max: 100 }

/** The ANSI styles of the text report. */
const STYLE = /(\x1b\[(?:1|2|22|31|32|39)m)/

/** Escapes control characters from files before the report is printed. Line breaks and styles of the report stay. */
const safe = (report: string, color: boolean) =>
  report
    .split('\n')
    .map((line) =>
      color
        ? line
            .split(STYLE)
            .map((part, i) => (i % 2 === 1 ? part : printable(part)))
            .join('')
        : printable(line)
    )
    .join('\n')

const selection = (args: Arguments): ((test: RuleTest) => boolean) => {
  const filters = args.texts('filter').map((one) => one.toLowerCase())
  const tags = args.texts('tag')
  return ({ name, tags: own }) =>
    (filters.length === 0 || filters.some((one) => name.toLowerCase().includes(one))) &&
    (tags.length === 0 || tags.some((tag) => own.includes(tag)))
}

const exitOf = (report: SuiteReport, args: Arguments): number => {
  const { results, coverage, mutation } = report
  if (failed(report) > 0 || results.length === 0) return EXIT_FINDINGS
  const isBelow = (flag: string, part: number, whole: number) =>
    args.text(flag) !== undefined && (part / whole) * 100 < wholeNumber(args, flag, PERCENT)
  if (coverage !== undefined && isBelow('min-coverage', coverage.covered, coverage.sides)) {
    return EXIT_FINDINGS
  }
  return mutation !== undefined && isBelow('min-mutation', mutation.killed, mutation.mutants)
    ? EXIT_FINDINGS
    : EXIT_OK
}

const checkFlags = (args: Arguments) => {
  for (const flag of ['min-coverage', 'min-mutation']) {
    if (args.text(flag) !== undefined) wholeNumber(args, flag, PERCENT)
  }
  const reporter = oneOf(args, 'reporter', Object.keys(REPORTERS))
  if (args.on('json') && args.given('reporter') && reporter !== 'json') {
    throw usageError(`--json and --reporter ${reporter}: expected only one of them`)
  }
}

/** Returns the test paths of the command line, or of the settings. */
const testPaths = (args: Arguments): readonly string[] =>
  args.positionals.length > 0 ? args.positionals : args.settings.tests

const runOnce = (args: Arguments, io: Io, sources: OpenedSources): SuiteReport => {
  const { geo, asn, reputation, bots, lists } = sources
  const rules = args.texts('rules')
  const report = runSuite({
    paths: testPaths(args),
    ...(args.given('rules') ? { rules } : { usualRules: rules }),
    personas: args.texts('personas'),
    sources: { geo, asn, reputation, bots },
    load: { lists, ...terraformValues(args) },
    selects: selection(args),
    coverage: args.on('coverage') || args.text('min-coverage') !== undefined,
    mutate: args.on('mutate') || args.text('min-mutation') !== undefined,
  })
  const reporter = args.on('json')
    ? json
    : REPORTERS[oneOf(args, 'reporter', Object.keys(REPORTERS)) ?? 'text']!
  const file = args.text('output')
  const color = io.color && file === undefined
  const shown = reporter(report, { color })
  // The JSON and XML reporters escape control characters themselves.
  if (file === undefined)
    io.out(reporter === json || reporter === junit ? shown : safe(shown, color))
  else {
    writeText(file, shown)
    io.out(safe(text(report, io), io.color))
  }
  if (report.results.length === 0) io.err('edge1020 test: no test has that name or tag\n')
  if (args.on('mutate') && report.mutation === undefined) {
    io.err('edge1020 test: --mutate needs tests that pass: no rule was changed\n')
  }
  return report
}

/** Writes a test file for the rules of `--rules`. Throws EdgeError `wrong_usage`, `not_written`. */
const writeTests = (
  args: Arguments,
  io: Io,
  write: (paths: readonly string[], options: RunOptions) => WrittenTests,
  { geo, asn, reputation, bots, lists }: OpenedSources
): number => {
  const paths = args.texts('rules')
  if (paths.length === 0) throw usageError('edge1020 test: --init and --record need --rules')
  const load = { lists, readPage: readPageFile, ...terraformValues(args) }
  const file = args.text('output')
  // Paths of rules in a test file are relative to the file.
  const named = file === undefined ? paths : paths.map((path) => relative(dirname(file), path))
  const { text, tests, missing } = write(named, {
    ruleset: loadRulePaths(paths, load),
    personas: readPersonaFiles(args.texts('personas')),
    geo,
    asn,
    reputation,
    bots,
    seesTls: true,
  })
  if (file === undefined) io.out(text)
  else if (existsSync(file)) {
    throw usageError(`--output ${file}: the file exists: expected the name of a new file`)
  } else writeText(file, text)
  const count = `${tests} ${tests === 1 ? 'test' : 'tests'} written`
  const rest =
    missing.length === 0
      ? ''
      : `; no request was found for ${missing.length} ${missing.length === 1 ? 'rule' : 'rules'}`
  io.err(`edge1020 test: ${count}${rest}\n`)
  return EXIT_OK
}

const EXPECTED_EVENT = 'expected an event, as `edge1020 events --format ndjson` prints them'

/** Reads events from standard input, one JSON object per line. Throws EdgeError `wrong_usage`. */
const readEvents = async (io: Io): Promise<SecurityEvent[]> => {
  const chunks: Buffer[] = []
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk))
  const lines = Buffer.concat(chunks).toString('utf8').split('\n')
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    const event = recordedEvent(line)
    if (event === undefined) throw usageError(`standard input:${i + 1}: ${EXPECTED_EVENT}`)
    return [event]
  })
}

/** Reruns the tests after each change, until a signal arrives. */
const watch = async (args: Arguments, io: Io, sources: OpenedSources): Promise<number> => {
  let files: readonly string[] = []
  const attempt = () => {
    try {
      files = runOnce(args, io, sources).files
    } catch (error) {
      io.err(`${messageOf(error)}\n`)
    }
    io.err('edge1020 test: waiting for changes\n')
  }
  const loadedMs = Date.now()
  attempt()
  const roots = [...testPaths(args), ...args.texts('rules')]
  const stop = watchRules(roots, () => files, attempt, { loadedMs })
  await new Promise<void>((resolve) => {
    const close = async () => {
      stop()
      resolve()
    }
    onShutdown(close, { process: io.process })
  })
  return EXIT_OK
}

export const testCommand: Command = {
  name: 'test',
  summary: SUMMARIES.test,
  usage: 'FILE_OR_FOLDER... [options]',
  description:
    'Judges the request of each test by the rules, without sending it, and compares the verdict with the expected one.\n' +
    'Folders stand for their *.test.yaml. docs/rule-tests.md has the keys.',
  flags: {
    rules: {
      value: 'PATH',
      multiple: true,
      help: 'rules in place of those that the test files name',
    },
    filter: { value: 'TEXT', multiple: true, help: 'run only tests with this text in their names' },
    tag: { value: 'TAG', multiple: true, help: 'run only tests with this tag' },
    coverage: { help: 'say which rules and which parts of them no test makes true or false' },
    'min-coverage': { value: 'PERCENT', help: 'exit code 1 below this coverage' },
    mutate: { help: 'change each rule in turn, and say which changes no test notices' },
    'min-mutation': {
      value: 'PERCENT',
      help: 'exit code 1 if the tests notice a smaller share of the changes',
    },
    reporter: {
      value: 'NAME',
      default: 'text',
      help: `one of ${Object.keys(REPORTERS).join(', ')}`,
    },
    output: {
      value: 'FILE',
      short: 'o',
      help: 'write the report to a file, and the text report to the terminal',
    },
    init: { help: 'write first tests of the rules in --rules, one for each rule' },
    record: {
      help: 'write tests from events on standard input, in the form of `events --format ndjson`',
    },
    watch: { short: 'w', help: 'run again after each change of a test or rule file' },
    personas: {
      value: 'FILE',
      multiple: true,
      help: 'persona file, besides the built-in personas',
    },
    data: { value: 'DIR', default: DEFAULT_DATA, help: 'directory of downloaded data' },
    ...SOURCE_FLAGS,
    ...TERRAFORM_FLAGS,
  },
  findings: 'a test failed, no test ran, or a share is below its minimum',
  examples: [
    'edge1020 test rules/starter.test.yaml',
    'edge1020 test rules --coverage',
    'edge1020 test --init --rules rules/products.yaml',
    'edge1020 test rules/starter.test.yaml --reporter junit -o report.xml',
  ],
  run: async (args, io) => {
    if (args.on('init') && args.on('record')) {
      throw usageError('edge1020 test: --init and --record: expected one of them')
    }
    if (args.on('init')) {
      return withSources(args, io, (sources) => writeTests(args, io, initialTests, sources))
    }
    if (args.on('record')) {
      const events = await readEvents(io)
      return withSources(args, io, (sources) =>
        writeTests(args, io, (paths, options) => recordedTests(paths, events, options), sources)
      )
    }
    if (testPaths(args).length === 0) {
      throw usageError('edge1020 test: expected a test file, or a folder with *.test.yaml')
    }
    checkFlags(args)
    return withSources(args, io, async (sources) =>
      args.on('watch') ? watch(args, io, sources) : exitOf(runOnce(args, io, sources), args)
    )
  },
}
