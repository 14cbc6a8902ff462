import { writeFileSync } from 'node:fs'
import { EdgeError, messageOf } from '../error.ts'
import type { LeftOut } from '../import/rule.ts'
import { paint } from '../paint.ts'
import type { Io } from './command.ts'
import { printable } from './printable.ts'

/** Writes a text file and replaces an existing one. @throws EdgeError `not_written` */
export const writeText = (file: string, text: string): void => {
  try {
    writeFileSync(file, text, { flag: 'w' })
  } catch (error) {
    throw new EdgeError('not_written', `${file}: cannot be written: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/** Prints each omitted item to `err`, with its source and the reason. */
export const reportLeftOut = (
  io: Io,
  lines: readonly LeftOut[],
  label: 'error' | 'warning'
): void => {
  for (const { source, what, reason } of lines) {
    const word = paint(io.color, label === 'error' ? 'red' : 'yellow', `${label}:`)
    io.err(`${word} ${printable(`${source}: ${what} is left out: ${reason}`)}\n`)
  }
}
