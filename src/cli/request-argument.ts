import { statSync } from 'node:fs'
import { EdgeError } from '../error.ts'
import { readTextFile } from '../text-file.ts'
import { curlRequest } from '../toolkit/requests/curl.ts'
import type { ReadRequest } from '../toolkit/requests/read.ts'
import { readRequestText } from '../toolkit/requests/read.ts'
import type { Arguments, Io } from './command.ts'
import { usageError, wholeNumber } from './command.ts'

const MAX_ENTRY = 1_000_000

const isFile = (path: string): boolean => {
  try {
    return !statSync(path).isDirectory()
  } catch {
    return false
  }
}

const standardInput = async ({ stdin }: Io): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

const fileText = (path: string): string =>
  readTextFile(path, (reason, cause) => {
    return new EdgeError('file_not_found', `"${path}": ${reason}`, { cause })
  })

/**
 * Reads the request from a command's operands: a URL, a curl command line (in quotes, or unquoted after `--`), a file, or `-` for
 * standard input.
 *
 * @throws EdgeError `wrong_usage`, `invalid_request`, `file_not_found`
 */
export const requestOf = async (args: Arguments, io: Io, command: string): Promise<ReadRequest> => {
  const [first, ...others] = args.positionals
  const entry = args.given('entry')
    ? wholeNumber(args, 'entry', { min: 1, max: MAX_ENTRY })
    : undefined
  if (first === undefined) {
    throw usageError(
      `edge1020 ${command}: expected a URL, a curl command line, a file, or - for standard input`
    )
  }
  if (first === 'curl' || first === 'curl.exe') return curlRequest(others)
  if (others.length > 0) {
    throw usageError(
      `edge1020 ${command}: unexpected "${others[0]}": expected one request; put a curl command line in quotes, or after --`
    )
  }
  if (first === '-') return readRequestText(await standardInput(io), entry)
  return readRequestText(isFile(first) ? fileText(first) : first, entry)
}
