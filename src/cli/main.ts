#!/usr/bin/env node
import { EdgeError } from '../error.ts'
import { EXIT_OK, EXIT_USAGE } from './command.ts'
import { paint } from './printable.ts'
import { helpPointer, runCli } from './run.ts'

const color = (stream: NodeJS.WriteStream) =>
  stream.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'

const report = (error: unknown) => {
  const isOurs = error instanceof EdgeError
  const prefix = paint(color(process.stderr), 'red', 'error:')
  const text =
    isOurs || !(error instanceof Error) ? String((error as Error).message ?? error) : error.stack
  process.stderr.write(`${prefix} ${text?.trimEnd()}\n`)
  if (isOurs && error.code === 'wrong_usage') {
    process.stderr.write(helpPointer(process.argv[2], error.message))
  }
}

// A reader that closes early (`edge1020 events | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK)
  throw error
})

try {
  process.exitCode = await runCli(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    color: color(process.stdout),
    stdin: process.stdin,
  })
} catch (error) {
  report(error)
  process.exitCode = EXIT_USAGE
}
