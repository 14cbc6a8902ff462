import { loadRules } from '../rules/load.ts'
import { readRuleFiles } from '../rules/node/files.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { warningsOf } from '../warnings.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_OK, usageError } from './command.ts'
import { paint, printable } from './printable.ts'

const printed = ({ id, name, action, enabled, expression, file, line }: Rule) => ({
  id,
  name,
  action,
  enabled,
  expression: expression.source,
  file,
  line,
})

const print = (ruleset: Ruleset, args: Arguments, io: Io) => {
  if (args.on('json')) {
    io.out(`${JSON.stringify({ rules: ruleset.rules.map(printed) })}\n`)
    return
  }
  io.out(
    ruleset.rules
      .map((rule) => {
        const state = rule.enabled ? '' : paint(io.color, 'dim', ' (disabled)')
        const head = `${paint(io.color, 'bold', printable(rule.name))} [${rule.id}] ${rule.action}${state}`
        return `${head}\n  ${printable(rule.expression.source)}\n`
      })
      .join('\n')
  )
}

const check = (ruleset: Ruleset, args: Arguments, io: Io) => {
  const enabled = ruleset.rules.filter((rule) => rule.enabled).length
  const total = ruleset.rules.length
  // What `serve` brings: country data, and no source of ASNs.
  const warnings = warningsOf(ruleset, { hasGeo: true, hasAsn: false })
  if (args.on('json')) {
    io.out(`${JSON.stringify({ ok: true, enabled, total, files: ruleset.files, warnings })}\n`)
    return
  }
  for (const warning of warnings) {
    io.err(`${paint(io.color, 'yellow', 'warning:')} ${printable(warning)}\n`)
  }
  io.out(`${enabled} of ${total} rules enabled in ${ruleset.files.join(', ')}\n`)
}

const ACTIONS: Record<string, (ruleset: Ruleset, args: Arguments, io: Io) => void> = {
  print,
  check,
}

export const rules: Command = {
  name: 'rules',
  summary: 'print rule documents as expressions of the Rules language, or check them',
  usage: 'print|check FILE_OR_DIRECTORY... [options]',
  description:
    'print   each rule as the expression that is evaluated, shorthand turned into it\n' +
    'check   load the documents as `serve` would; exit code 2 and the place of every problem when one is refused;\n' +
    '        warns of rules that read what this edge has no data for',
  flags: {},
  examples: [
    'edge1020 rules print rules/starter.yaml',
    'edge1020 rules check rules/starter.yaml --json',
  ],
  run: async (args, io) => {
    const [action = '', ...paths] = args.positionals
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
    if (act === undefined) {
      throw usageError(`edge1020 rules: unknown action "${action}": expected print or check`)
    }
    if (paths.length === 0) {
      throw usageError(`edge1020 rules ${action}: expected a rule file or a directory`)
    }
    act(loadRules(await readRuleFiles(paths)), args, io)
    return EXIT_OK
  },
}
