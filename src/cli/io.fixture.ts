import type { EdgeError } from '../error.ts'
import { runCli } from './run.ts'

export interface CliResult {
  /** The exit code; undefined if the command threw an error. */
  readonly code: number | undefined
  readonly out: string
  readonly err: string
  readonly error: EdgeError | undefined
}

/** Runs the command line in this process. */
export const cli = (...argv: string[]): Promise<CliResult> => cliWith([], ...argv)

/** Runs the command line in this process. Standard input consists of the given chunks. */
export const cliWith = async (
  input: string | readonly (string | Uint8Array)[],
  ...argv: string[]
): Promise<CliResult> => {
  const texts = { out: '', err: '' }
  const io = {
    out: (text: string) => {
      texts.out += text
    },
    err: (text: string) => {
      texts.err += text
    },
    color: false,
    stdin: (async function* () {
      yield* typeof input === 'string' ? [input] : input
    })(),
  }
  try {
    return { code: await runCli(argv, io), ...texts, error: undefined }
  } catch (error) {
    return { code: undefined, ...texts, error: error as EdgeError }
  }
}
