import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { EdgeError } from '../../error.ts'
import { fileReason } from '../../text-file.ts'
import { Findings } from '../findings.ts'
import { MAX_DOCUMENT_CHARACTERS } from '../limits.ts'
import type { RuleSource } from '../load.ts'
import { renderDiagnostics } from '../report.ts'
import { Source } from '../source.ts'

const RULE_FILE = /(?<!\.test)\.(?:ya?ml|json)$/i
/** UTF-8 needs at most three bytes for a UTF-16 unit: a file above this cannot be a document of legal size. */
const MAX_FILE_BYTES = 3 * MAX_DOCUMENT_CHARACTERS

const failure = (path: string, error: unknown): EdgeError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const message = `no rule file or directory "${path}": expected a YAML or JSON file, or a directory of them`
    return new EdgeError('file_not_found', message, { cause: error })
  }
  return new EdgeError('unreadable', `cannot read "${path}": ${fileReason(error)}`, {
    cause: error,
  })
}

const attempt = <T>(path: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    throw error instanceof EdgeError ? error : failure(path, error)
  }
}

/** Files of a directory in the order of their names (bytewise, so the same everywhere); hidden ones are left out. */
const filesOf = (directory: string): string[] => {
  const files = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .filter(({ name }) => RULE_FILE.test(name) && !name.startsWith('.'))
    .map(({ name }) => name)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map((name) => join(directory, name))
  if (files.length > 0) return files
  const message = `no rule files in "${directory}": expected *.yaml, *.yml or *.json`
  throw new EdgeError('file_not_found', message)
}

const decodes = (bytes: Uint8Array, { partial }: { partial: boolean }): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: partial })
    return true
  } catch {
    return false
  }
}

/** Returns the offset of the first byte that is not UTF-8. */
const firstBadByte = (bytes: Uint8Array): number => {
  let good = 0
  let bad = bytes.length
  // A prefix may end inside a character here, so all prefixes up to the bad byte are good …
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (decodes(bytes.subarray(0, middle), { partial: true })) good = middle
    else bad = middle
  }
  // … and then the unfinished character is given back.
  while (!decodes(bytes.subarray(0, good), { partial: false })) good--
  return good
}

const UTF16_HELP = 'the file looks like UTF-16: save it as UTF-8'

const decode = (file: string, bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const bad = firstBadByte(bytes)
    const before = new TextDecoder().decode(bytes.subarray(0, bad))
    const text = new TextDecoder().decode(bytes)
    const findings = new Findings()
    const isUtf16 =
      (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    const byte = bytes[bad]!.toString(16).padStart(2, '0')
    const locate = () => new Source(file, text).span(before.length, before.length + 1)
    const message = `the byte 0x${byte} is not UTF-8`
    findings.report('error', {}, locate, 'not_utf8', message, isUtf16 ? UTF16_HELP : undefined)
    const diagnostics = findings.inSourceOrder([file])
    const report = `${renderDiagnostics(diagnostics)}\n\n1 problem in the rule documents: nothing was loaded`
    throw new EdgeError('invalid_rules', report, { diagnostics })
  }
}

const readFile = (file: string): RuleSource => {
  const stats = attempt(file, () => statSync(file))
  // A pipe is fine (`<(…)` in a shell); a device may never end.
  if (!stats.isFile() && !stats.isFIFO()) {
    throw new EdgeError('unreadable', `cannot read "${file}": expected a file`)
  }
  const { size } = stats
  if (size > MAX_FILE_BYTES) {
    throw new EdgeError(
      'unreadable',
      `"${file}" has ${size} bytes: expected a rule document of at most ${MAX_FILE_BYTES}`
    )
  }
  const bytes = attempt(file, () => readFileSync(file))
  return { file, text: decode(file, bytes) }
}

/**
 * Reads rule files for `loadRules`. A directory gives its *.yaml, *.yml and *.json files sorted by name, without subdirectories. Files
 * keep the names that the user gave them.
 *
 * @throws EdgeError `file_not_found`, `unreadable`, `invalid_rules` (not UTF-8)
 */
export const readRuleFiles = (paths: readonly string[]): RuleSource[] =>
  paths
    .flatMap((path) =>
      attempt(path, () => statSync(path).isDirectory())
        ? attempt(path, () => filesOf(path))
        : [path]
    )
    .map(readFile)
