#!/usr/bin/env node
import packageJson from '../../package.json' with { type: 'json' }
import { EdgeError } from '../error.ts'
import type { Io } from './command.ts'
import { commandHelp, EXIT_OK, EXIT_USAGE, parseArguments, usageError } from './command.ts'
import { COMMANDS } from './commands.ts'
import { paint } from './printable.ts'

const help = async (): Promise<string> => {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2
  return [
    "edge1020: Cloudflare's blocked-client edge on your own machine",
    '',
    'Usage: edge1020 <command> [options]',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    'edge1020 <command> --help tells more of each. edge1020 --version prints the version.',
    'Exit codes: 0 fine, 1 findings, 2 wrong usage or a bad document.',
    '',
  ].join('\n')
}

const run = async (argv: string[], io: Io): Promise<number> => {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const text = await help()
    if (name === undefined) {
      io.err(text)
      return EXIT_USAGE
    }
    io.out(text)
    return EXIT_OK
  }
  if (name === '--version' || name === '-v') {
    io.out(`${packageJson.version}\n`)
    return EXIT_OK
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) {
    const known = Object.keys(COMMANDS).join(', ')
    throw usageError(`unknown command "${name}": expected one of ${known}`)
  }
  const command = await load()
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(commandHelp(command))
    return EXIT_OK
  }
  return command.run(parseArguments(command, rest), io)
}

const color = (stream: NodeJS.WriteStream) =>
  stream.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'

const report = (error: unknown) => {
  const isOurs = error instanceof EdgeError
  const prefix = paint(color(process.stderr), 'red', 'error:')
  const text =
    isOurs || !(error instanceof Error) ? String((error as Error).message ?? error) : error.stack
  process.stderr.write(`${prefix} ${text?.trimEnd()}\n`)
  if (isOurs && error.code === 'wrong_usage') {
    process.stderr.write('edge1020 --help lists the commands and their options\n')
  }
}

// A reader that closes early (`edge1020 events | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK)
  throw error
})

try {
  process.exitCode = await run(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    color: color(process.stdout),
    stdin: process.stdin,
  })
} catch (error) {
  report(error)
  process.exitCode = EXIT_USAGE
}
