import { EdgeError } from '../error.ts'
import { paint } from '../paint.ts'
import { helpPointer } from './run.ts'

/**
 * Returns the lines that the command line prints for an error: its message and, for wrong usage, a hint to the help. Any error other
 * than an EdgeError is a bug in edge1020, so it is printed with its stack.
 *
 * @param command the first word of the command line, whether it is a command or not
 * @example errorText(new EdgeError('wrong_usage', 'unknown command "x"'), 'x') // 'error: unknown command "x"\nedge1020 --help …\n'
 */
export const errorText = (error: unknown, command: string | undefined, color = false): string => {
  const isOurs = error instanceof EdgeError
  const text =
    isOurs || !(error instanceof Error) ? String((error as Error).message ?? error) : error.stack
  const pointer = isOurs && error.code === 'wrong_usage' ? helpPointer(command, error.message) : ''
  return `${paint(color, 'red', 'error:')} ${text?.trimEnd()}\n${pointer}`
}
