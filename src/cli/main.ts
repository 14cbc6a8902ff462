#!/usr/bin/env node
import module from 'node:module'
import { EXIT_OK, EXIT_USAGE } from './command.ts'
import { errorText } from './error-text.ts'
import { runCli } from './run.ts'

// Node 22 and newer cache the compiled code between runs. Node 20 compiles it each time.
const { enableCompileCache } = module as { enableCompileCache?: () => void }
enableCompileCache?.()

const color = (stream: NodeJS.WriteStream) =>
  stream.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'

// A reader that closes the pipe early (`edge1020 events | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK)
  throw error
})

try {
  process.exitCode = await runCli(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    color: color(process.stdout),
    columns: process.stdout.isTTY === true ? process.stdout.columns : undefined,
    errIsTerminal: process.stderr.isTTY === true,
    stdin: process.stdin,
    stdinIsTerminal: process.stdin.isTTY === true && process.stderr.isTTY === true,
  })
} catch (error) {
  process.stderr.write(errorText(error, process.argv[2], color(process.stderr)))
  process.exitCode = EXIT_USAGE
}
