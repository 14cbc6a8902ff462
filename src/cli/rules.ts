import { readPageFile } from '../answers/node/own-page-file.ts'
import type { ExportFormat } from '../import/node/export.ts'
import { EXPORT_FORMATS, exportRules } from '../import/node/export.ts'
import { loadRulePaths } from '../import/node/load.ts'
import type { Finding } from '../lint/finding.ts'
import { lintPaths } from '../lint/node/lint-paths.ts'
import { paint } from '../paint.ts'
import { productsOf } from '../rules/print.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import type { OpenedSources } from '../visitor/node/sources.ts'
import { providedBy } from '../visitor/provides.ts'
import { warningsOf } from '../warnings.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_OK, oneOf, unknownWord, usageError } from './command.ts'
import { counted } from './counted.ts'
import { DEFAULT_DATA } from './defaults.ts'
import { lintWarnings, readsPipe } from './lint-warnings.ts'
import { reportLeftOut, writeText } from './output.ts'
import { printable } from './printable.ts'
import { SOURCE_FLAGS, withSources } from './sources.ts'
import { SUMMARIES } from './summaries.ts'
import { TERRAFORM_FLAGS, terraformValues } from './terraform-flags.ts'

const printed = ({ id, name, action, enabled, expression, file, line }: Rule) => ({
  id,
  name,
  action,
  enabled,
  expression: expression.source,
  file,
  line,
})

/** Returns the paths after the action, or the paths of the settings. */
const rulePaths = (args: Arguments): readonly string[] => {
  const [, ...paths] = args.positionals
  return paths.length > 0 ? paths : args.settings.rules
}

type Action = (ruleset: Ruleset, args: Arguments, io: Io, sources: OpenedSources) => void

const ruleText = (rule: Rule, io: Io): string => {
  const state = rule.enabled ? '' : paint(io.color, 'dim', ' (disabled)')
  const head = `${paint(io.color, 'bold', printable(rule.name))} [${rule.id}] ${rule.action}${state}`
  return `${head}\n  ${printable(rule.expression.source)}\n`
}

/** Returns the rules of the account first, then each zone's own rules. */
const partsOf = (ruleset: Ruleset) => [
  { zone: undefined, products: productsOf(ruleset) },
  ...ruleset.zones.map(({ name, own }) => ({ zone: name, products: productsOf(own) })),
]

const print: Action = (ruleset, args, io) => {
  const parts = partsOf(ruleset)
  if (args.on('json')) {
    const rules = parts.flatMap(({ zone, products }) =>
      products.flatMap(({ product, rules }) =>
        rules.map((rule) => ({ ...(zone && { zone }), product, ...printed(rule) }))
      )
    )
    const zones = ruleset.zones.map(({ name, hosts, isDefault, plan }) => ({
      name,
      hosts,
      default: isDefault,
      plan,
    }))
    io.out(
      `${JSON.stringify({ rules, lists: ruleset.ownLists, ...(zones.length > 0 && { zones }) })}\n`
    )
    return
  }
  const dim = (text: string) => `${paint(io.color, 'dim', text)}\n`
  const isOne =
    ruleset.zones.length === 0 && parts[0]!.products.every((one) => one.product === 'rules')
  const texts = parts.flatMap(({ zone, products }) => [
    ...(zone === undefined ? [] : [dim(`zone ${printable(zone)}`)]),
    ...products.flatMap(({ product, rules }) => [
      ...(isOne ? [] : [dim(`${product}:`)]),
      ...rules.map((rule) => ruleText(rule, io)),
    ]),
  ])
  const lists = ruleset.ownLists.map(
    ({ name, kind, size }) => `$${name}: ${counted(size, 'entry', 'entries')} (${kind})\n`
  )
  io.out([...texts, ...lists].join('\n'))
}

const findingsOf = (args: Arguments, { lists }: OpenedSources): readonly Finding[] => {
  const paths = rulePaths(args)
  const options = { lists, readPage: readPageFile, ...terraformValues(args) }
  return readsPipe(paths) ? [] : lintPaths(paths, options).findings
}

const check: Action = (ruleset, args, io, sources) => {
  const rules = allRules(ruleset)
  const enabled = rules.filter((rule) => rule.enabled).length
  const total = rules.length
  const ofFeeds = sources
    .facts()
    .flatMap(({ role, warning }) => (role === 'feed' ? (warning ?? []) : []))
  const warnings = [
    ...ofFeeds,
    ...warningsOf(ruleset, providedBy(sources, args.on('tls'))),
    ...lintWarnings(findingsOf(args, sources), ruleset.warnings),
  ]
  if (args.on('json')) {
    io.out(`${JSON.stringify({ ok: true, enabled, total, files: ruleset.files, warnings })}\n`)
    return
  }
  for (const warning of warnings) {
    io.err(`${paint(io.color, 'yellow', 'warning:')} ${printable(warning)}\n`)
  }
  io.out(`${enabled} of ${total} rules enabled in ${ruleset.files.join(', ')}\n`)
}

const ACTIONS: Record<string, Action> = {
  print,
  check,
}
const EXPORT = 'export'
const FORMAT = 'format'
const DEFAULT_FORMAT: ExportFormat = 'ruleset'

const exportTo = (
  args: Arguments,
  io: Io,
  paths: readonly string[],
  options: Parameters<typeof exportRules>[2]
): void => {
  const format = oneOf(args, 'format', EXPORT_FORMATS) ?? DEFAULT_FORMAT
  const { text, leftOut } = exportRules(paths, format, options)
  reportLeftOut(io, leftOut, 'warning')
  const file = args.text('output')
  if (file === undefined) io.out(text)
  else writeText(file, text)
}

export const rules: Command = {
  name: 'rules',
  summary: SUMMARIES.rules,
  usage: 'print|check|export|format FILE_OR_DIRECTORY... [options]',
  description:
    'print   print each rule, shorthand included, as the expression that the edge evaluates\n' +
    'check   load the documents as `serve` would, and print the place of every problem; exit code 2 if it rejects one.\n' +
    '        Warns about rules that read fields without data, and of what `edge1020 lint` finds\n' +
    'export  write the rules as JSON of Cloudflare’s API, as Terraform, or as a rule document\n' +
    'format  format the expressions of YAML, JSON and Terraform files in place; the rest of each file does not change',
  flags: {
    data: { value: 'DIR', default: DEFAULT_DATA, help: 'directory of downloaded data' },
    ...SOURCE_FLAGS,
    ...TERRAFORM_FLAGS,
    format: {
      value: 'FORMAT',
      help: `export: one of ${EXPORT_FORMATS.join(', ')} (default ${DEFAULT_FORMAT})`,
    },
    output: { value: 'FILE', short: 'o', help: 'export: write to a file' },
    check: {
      help: 'format: change no file, list those that would change; exit code 1 if there are any',
    },
    tls: {
      help: 'assume that the edge sees the TLS handshake: no warnings about rules on JA3 and JA4',
    },
  },
  findings: 'format --check found a file that would change',
  examples: [
    'edge1020 rules print rules/starter.yaml',
    'edge1020 rules check rules/starter.yaml --json',
    'edge1020 rules export rules/starter.yaml --format terraform',
    'edge1020 rules format rules/starter.yaml --check --json',
  ],
  run: async (args, io) => {
    const [action = ''] = args.positionals
    const paths = rulePaths(args)
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
    if (act === undefined && action !== EXPORT && action !== FORMAT) {
      if (action === '') throw usageError('edge1020 rules: expected print, check, export or format')
      const known = [...Object.keys(ACTIONS), EXPORT, FORMAT]
      throw unknownWord('edge1020 rules: unknown action', action, known)
    }
    if (paths.length === 0) {
      throw usageError(`edge1020 rules ${action}: expected a rule file or a directory`)
    }
    if (action === FORMAT) return (await import('./format-files.ts')).formatFiles(paths, args, io)
    return withSources(args, io, (sources) => {
      const options = { lists: sources.lists, readPage: readPageFile, ...terraformValues(args) }
      if (act === undefined) exportTo(args, io, paths, options)
      else act(loadRulePaths(paths, options), args, io, sources)
      return EXIT_OK
    })
  },
}
