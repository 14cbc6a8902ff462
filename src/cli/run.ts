import packageJson from '../../package.json' with { type: 'json' }
import type { Command, Io } from './command.ts'
import {
  commandHelp,
  EXIT_OK,
  EXIT_USAGE,
  parseArguments,
  unknownWord,
  withSettings,
} from './command.ts'
import { COMMANDS } from './commands.ts'
import { settingsOf } from './settings.ts'
import type { CommandName } from './summaries.ts'
import { SUMMARIES } from './summaries.ts'

const help = (): string => {
  const summaries = Object.entries(SUMMARIES)
  const width = Math.max(...summaries.map(([name]) => name.length)) + 2
  return [
    "edge1020: Cloudflare's blocked-client edge on your own machine",
    '',
    'Usage: edge1020 <command> [options]',
    '',
    'Commands:',
    ...summaries.map(([name, summary]) => `  ${name.padEnd(width)}${summary}`),
    '',
    'edge1020 help <command> describes a command. edge1020 --version prints the version.',
    'Exit codes: 0 success, 1 findings, 2 wrong usage or a bad document.',
    '',
  ].join('\n')
}

const HELP = ['--help', '-h', 'help']
const VERSION = ['--version', '-v']

const commandOf = (name: string): Promise<Command> => {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name as CommandName] : undefined
  if (load === undefined) throw unknownWord('unknown command', name, Object.keys(COMMANDS))
  return load()
}

/**
 * Returns the line about `--help` that follows a message about wrong usage. Empty if the message mentions `--help` itself.
 *
 * @param name the first word of the command line, whether it is a command or not
 */
export const helpPointer = (name: string | undefined, message: string): string => {
  if (message.includes('--help')) return ''
  return name !== undefined && Object.hasOwn(COMMANDS, name)
    ? `edge1020 ${name} --help lists its options\n`
    : 'edge1020 --help lists the commands\n'
}

/**
 * Runs the command line. `--help` may stand before or after the name of a command.
 *
 * @param argv the arguments, without the name of the program
 * @returns the exit code
 * @throws EdgeError `wrong_usage`, and the errors of the command
 */
export const runCli = async (argv: readonly string[], io: Io): Promise<number> => {
  const [name, ...rest] = argv
  if (name === undefined) {
    io.err(help())
    return EXIT_USAGE
  }
  if (HELP.includes(name)) {
    const subject = rest.find((word) => !HELP.includes(word))
    io.out(subject === undefined ? help() : commandHelp(await commandOf(subject)))
    return EXIT_OK
  }
  if (VERSION.includes(name)) {
    io.out(`${packageJson.version}\n`)
    return EXIT_OK
  }
  const command = await commandOf(name)
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(commandHelp(command))
    return EXIT_OK
  }
  const args = parseArguments(command, rest)
  return command.run(withSettings(args, await settingsOf(command, args)), io)
}
