import { statSync } from 'node:fs'
import { type Imported, importRules } from '../import/node/import.ts'
import type { ImportedRule } from '../import/rule.ts'
import { PRODUCT_NAMES } from '../import/ruleset.ts'
import { toDocument } from '../import/yaml.ts'
import { Zones } from '../import/zones.ts'
import { paint } from '../paint.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, usageError } from './command.ts'
import { counted } from './counted.ts'
import { reportLeftOut, writeText } from './output.ts'
import { printable } from './printable.ts'
import { SUMMARIES } from './summaries.ts'
import { TERRAFORM_FLAGS, terraformValues } from './terraform-flags.ts'

/** Returns a rule for JSON output, without internal parts, and with its zone's name if known. */
const printed = (rule: ImportedRule, zones: Zones) => {
  const { entries: _, product, zone = zones.of(rule)?.name, ...others } = rule
  return { product, ...(zone === undefined ? {} : { zone }), ...others }
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const summary = ({ rules }: Imported): string => {
  const counts = new Map<ImportedRule['product'], number>()
  for (const { product } of rules) counts.set(product, (counts.get(product) ?? 0) + 1)
  const parts = [...counts].map(([product, count]) => counted(count, PRODUCT_NAMES[product]))
  return parts.length === 0 ? 'no rules' : parts.join(', ')
}

const run = async (args: Arguments, io: Io): Promise<number> => {
  const paths = args.positionals
  if (paths.length === 0) throw usageError('edge1020 import: expected a file or a folder')
  const isOne = paths.length === 1 && isFolder(paths[0]!)
  const imported = importRules(paths, { ...terraformValues(args), fullNames: !isOne })
  const { rules, broken, warnings, own } = imported
  const exit = broken.length > 0 ? EXIT_FINDINGS : EXIT_OK
  const ownLeftOut = own.map((path) => ({
    source: path,
    what: 'the file',
    reason: 'it already contains rules of edge1020',
  }))
  const leftOut = [...imported.leftOut, ...broken]
  if (args.on('json')) {
    const zones = new Zones(imported.zones)
    const document = {
      rules: rules.map((rule) => printed(rule, zones)),
      left_out: leftOut,
      warnings,
    }
    io.out(`${JSON.stringify(document, undefined, 2)}\n`)
    return exit
  }
  const { text, leftOut: inYaml } = toDocument(rules)
  reportLeftOut(io, broken, 'error')
  reportLeftOut(io, [...imported.leftOut, ...inYaml, ...ownLeftOut], 'warning')
  for (const warning of warnings) {
    io.err(`${paint(io.color, 'yellow', 'warning:')} ${printable(warning)}\n`)
  }
  const file = args.text('output')
  if (file === undefined) io.out(text)
  else writeText(file, text)
  io.err(
    `${summary(imported)} found${file === undefined ? '' : `, written to ${printable(file)}`}\n`
  )
  return exit
}

export const importCommand: Command = {
  name: 'import',
  summary: SUMMARIES.import,
  usage: 'FILE_OR_FOLDER... [options]',
  description:
    'Reads rulesets, firewall rules, access rules, lockdowns, rate limits and lists: documents of the API, recorded\n' +
    'exchanges, Terraform and OpenTofu folders, `terraform show -json`, state files. Detects formats by content.\n' +
    'Prints rules as YAML. Standard error lists everything that it leaves out, with the reason. `serve --rules`\n' +
    ' takes the same files and folders without conversion.',
  flags: {
    output: { value: 'FILE', short: 'o', help: 'write the rules to a file' },
    ...TERRAFORM_FLAGS,
  },
  findings: 'a file could not be read',
  examples: ['edge1020 import examples/terraform', 'edge1020 import examples/ruleset.json --json'],
  run,
}
