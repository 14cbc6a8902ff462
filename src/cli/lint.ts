import packageJson from '../../package.json' with { type: 'json' }
import type { Lists } from '../language/compile.ts'
import type { Finding, Severity } from '../lint/finding.ts'
import { SEVERITIES } from '../lint/finding.ts'
import { toGithub } from '../lint/formats/github.ts'
import { toJson } from '../lint/formats/json.ts'
import { toSarif } from '../lint/formats/sarif.ts'
import { toText } from '../lint/formats/text.ts'
import { PLANS } from '../lint/lint-type.ts'
import { fixPaths } from '../lint/node/fix-paths.ts'
import type { LintedPaths } from '../lint/node/lint-paths.ts'
import { lintPaths } from '../lint/node/lint-paths.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, EXIT_USAGE, oneOf, usageError, wholeNumber } from './command.ts'
import { counted } from './counted.ts'
import { DEFAULT_DATA } from './defaults.ts'
import { SOURCE_FLAGS, withSources } from './sources.ts'
import { SUMMARIES } from './summaries.ts'
import { TERRAFORM_FLAGS, terraformValues } from './terraform-flags.ts'

const FORMATS = ['text', 'json', 'sarif', 'github'] as const
type Format = (typeof FORMATS)[number]

const MAX_COUNT = 1_000_000

const countOf = (findings: readonly Finding[], severity: Severity) =>
  findings.filter((finding) => finding.severity === severity).length

const summaryOf = ({ findings, rules, files }: LintedPaths): string => {
  const where = `${counted(rules, 'rule')} in ${counted(files.length, 'file')}`
  const [errors, warnings, infos] = SEVERITIES.map((severity) => countOf(findings, severity))
  return findings.length === 0
    ? `no findings: ${where}\n`
    : `${counted(errors!, 'error')}, ${counted(warnings!, 'warning')}, ${infos} info: ${where}\n`
}

const print = (linted: LintedPaths, format: Format, io: Io) => {
  const { findings } = linted
  if (format === 'json') io.out(toJson(findings))
  else if (format === 'sarif') io.out(toSarif(findings, packageJson.version))
  else if (format === 'github') io.out(toGithub(findings))
  else {
    io.out(toText(findings, { color: io.color }))
    io.err(summaryOf(linted))
  }
}

/** Returns 2 if rules do not load, 1 for findings of at least the severity of `--fail-on` or more than `maxWarnings` warnings, else 0. */
const exitOf = (
  { findings, loads }: LintedPaths,
  { failOn, maxWarnings }: { failOn: Severity; maxWarnings: number }
): number => {
  if (!loads) return EXIT_USAGE
  const grave = SEVERITIES.slice(0, SEVERITIES.indexOf(failOn) + 1)
  if (findings.some(({ severity }) => grave.includes(severity))) return EXIT_FINDINGS
  return countOf(findings, 'warning') > maxWarnings ? EXIT_FINDINGS : EXIT_OK
}

const fixed = (
  paths: readonly string[],
  options: Parameters<typeof fixPaths>[1],
  io: Io
): LintedPaths => {
  const linted = fixPaths(paths, options)
  io.err(`${counted(linted.fixed, 'finding')} fixed\n`)
  return linted
}

/** Lints with the lists of the feeds. Without `--feed`, no source is opened. */
const withLists = async (
  args: Arguments,
  io: Io,
  lint: (options: { lists?: Lists }) => LintedPaths
): Promise<LintedPaths> =>
  args.texts('feed').length === 0 ? lint({}) : withSources(args, io, ({ lists }) => lint({ lists }))

const run = async (args: Arguments, io: Io): Promise<number> => {
  const paths = args.positionals.length > 0 ? args.positionals : args.settings.rules
  if (paths.length === 0) throw usageError('edge1020 lint: expected a file or a folder')
  const format = args.on('json') ? 'json' : (oneOf(args, 'format', FORMATS) ?? 'text')
  const plan = oneOf(args, 'plan', PLANS)
  const failOn = oneOf(args, 'fail-on', SEVERITIES) ?? 'error'
  const maxWarnings =
    args.text('max-warnings') !== undefined
      ? wholeNumber(args, 'max-warnings', { min: 0, max: MAX_COUNT })
      : MAX_COUNT
  const linted = await withLists(args, io, (lists) => {
    const options = { plan, ...lists, ...terraformValues(args) }
    return args.on('fix') ? fixed(paths, options, io) : lintPaths(paths, options)
  })
  print(linted, format, io)
  return exitOf(linted, { failOn, maxWarnings })
}

export const lintCommand: Command = {
  name: 'lint',
  summary: SUMMARIES.lint,
  usage: 'FILE_OR_FOLDER... [options]',
  description:
    'Reads everything that `serve --rules` reads, and finds comparisons that are never true, rules that are never reached, and\n' +
    'more: docs/lint.md lists all lints. A comment\n' +
    '`# edge1020-ignore CODE: reason` above a rule or inside it silences one lint for that rule.',
  flags: {
    format: { value: 'FORMAT', default: 'text', help: `one of ${FORMATS.join(', ')}` },
    plan: { value: 'PLAN', help: `check the limits of a plan: ${PLANS.join(', ')}` },
    fix: { help: 'make the fixes that are certain, in the files themselves' },
    'fail-on': {
      value: 'SEVERITY',
      default: 'error',
      help: `the least severity of findings for exit code 1: ${SEVERITIES.join(', ')}`,
    },
    'max-warnings': { value: 'N', help: 'exit code 1 for more warnings than this' },
    feed: SOURCE_FLAGS.feed!,
    data: { value: 'DIR', default: DEFAULT_DATA, help: 'directory of downloaded feeds' },
    ...TERRAFORM_FLAGS,
  },
  findings: 'a finding as grave as --fail-on, or more warnings than --max-warnings',
  examples: [
    'edge1020 lint rules/starter.yaml',
    'edge1020 lint examples/terraform --format github --fail-on warning',
  ],
  run,
}
