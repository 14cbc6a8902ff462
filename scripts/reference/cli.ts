import type { Command, Flag } from '../../src/cli/command.ts'
import { flagsOf } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { heading, table } from './markdown.ts'

const INTRODUCTION = `
\`edge1020 <command> [options]\`; \`edge1020 help\` lists the commands and \`edge1020 help <command>\` describes one.
Results go to standard output, everything else to standard error. With \`--json\` the result is JSON for programs.

Exit codes: 0 success, 1 findings (an unknown Ray ID, a block, a failed check), 2 wrong usage or a bad document.
`

const optionRow = ([name, flag]: [string, Flag]): string[] => {
  const long = flag.value === undefined ? `--${name}` : `--${name} ${flag.value}`
  const label = flag.short === undefined ? `\`${long}\`` : `\`-${flag.short}\`, \`${long}\``
  const fallback = flag.default === undefined ? '' : `\`${flag.default}\``
  return [label, flag.multiple ? `${flag.help}; repeatable` : flag.help, fallback]
}

const section = (command: Command): string => {
  const { name, summary, usage, description, examples } = command
  return [
    `\n## edge1020 ${name}\n\n${summary.charAt(0).toUpperCase()}${summary.slice(1)}.\n`,
    `\n    edge1020 ${`${name} ${usage}`.trimEnd()}\n`,
    description === undefined ? '' : `\n\`\`\`text\n${description}\n\`\`\`\n`,
    `\n${table(['option', '', 'default'], Object.entries(flagsOf(command)).map(optionRow))}`,
    `\n\`\`\`sh\n${examples.join('\n')}\n\`\`\`\n`,
  ].join('')
}

/** docs/cli.md: every command with its options, from the tables that the command line itself reads. */
export const writeCli = async (): Promise<string> => {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  return heading('The command line', 'src/cli/') + INTRODUCTION + commands.map(section).join('')
}
