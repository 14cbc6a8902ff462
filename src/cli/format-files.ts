import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { formatText } from '../editor/format.ts'
import { EdgeError } from '../error.ts'
import { fileReason } from '../text-file.ts'
import type { Arguments, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK } from './command.ts'
import { counted } from './counted.ts'
import { writeText } from './output.ts'
import { printable } from './printable.ts'

const IS_FORMATTED = /\.(?:ya?ml|json|tf|tofu)$/i
/** Paths in `node_modules` or in hidden folders. */
const IS_PASSED_OVER = /(?:^|[\\/])(?:node_modules|\..*?)[\\/]/

const unreadable = (file: string, cause: unknown) =>
  new EdgeError('unreadable', `${file}: cannot be read: ${fileReason(cause)}`, { cause })

const filesIn = (path: string): string[] => {
  try {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => IS_FORMATTED.test(name) && !IS_PASSED_OVER.test(`${name}/`))
      .sort()
      .map((name) => join(path, name))
      .filter((file) => statSync(file).isFile())
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** Reads a file as UTF-8 and keeps its byte order mark. */
const textOf = (file: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file))
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

/**
 * Formats the expressions in files. With `--check`, it lists the files that would change and writes none.
 *
 * @throws EdgeError `unreadable`, `not_written`
 */
export const formatFiles = (paths: readonly string[], args: Arguments, io: Io): number => {
  const isCheck = args.on('check')
  const files = [...new Set(paths.flatMap(filesIn))]
  const changed = files.filter((file) => {
    const text = textOf(file)
    const formatted = formatText(file, text)
    if (formatted === text) return false
    if (!isCheck) writeText(file, formatted)
    return true
  })
  if (args.on('json')) io.out(`${JSON.stringify({ files: files.length, changed })}\n`)
  else {
    for (const file of changed) io.out(`${printable(file)}\n`)
    const verb = isCheck ? 'would change' : 'changed'
    io.err(`${changed.length} of ${counted(files.length, 'file')} ${verb}\n`)
  }
  return isCheck && changed.length > 0 ? EXIT_FINDINGS : EXIT_OK
}
