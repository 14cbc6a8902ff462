import type { Diagnostic } from '../error.ts'
import { EdgeError } from '../error.ts'
import { excerptOf, terminalSafe } from './excerpt.ts'
import type { Problem } from './problem.ts'

const encoder = new TextEncoder()
const byteLength = (text: string) => encoder.encode(text).length

/** A place in an expression: 1-based line and column, and the length in UTF-8 bytes up to the end of the line. */
export const locate = (source: string, start: number, end: number) => {
  const lineStart = source.lastIndexOf('\n', start - 1) + 1
  const newline = source.indexOf('\n', lineStart)
  const lineEnd = newline < 0 ? source.length : newline
  const within = source.slice(start, Math.min(Math.max(end, start), lineEnd))
  let line = 1
  for (let i = source.indexOf('\n'); i >= 0 && i < lineStart; i = source.indexOf('\n', i + 1))
    line++
  return {
    line,
    column: byteLength(source.slice(lineStart, start)) + 1,
    length: Math.max(1, byteLength(within)),
    sourceLine: source.slice(lineStart, lineEnd),
  }
}

export const toDiagnostic = (
  source: string,
  { code, message, start, end, help }: Problem,
  severity: Diagnostic['severity'] = 'error'
): Diagnostic => ({
  code,
  severity,
  message,
  ...locate(source, start, end),
  ...(help === undefined ? {} : { help }),
})

/**
 * Draws the picture that Cloudflare's engine prints: the place, the source line, carets and the message. A line longer than
 * 100 characters is cut to the part around the carets.
 *
 * @example
 * Filter parsing error (1:1):
 * xyz
 * ^^^ unknown identifier
 */
export const formatDiagnostic = (diagnostic: Diagnostic): string => {
  const { line, column, message, help } = diagnostic
  const excerpt = excerptOf(diagnostic)
  const picture = `Filter parsing error (${line}:${column}):\n${excerpt.line}\n${excerpt.pad}${excerpt.carets} ${terminalSafe(message)}\n`
  return help === undefined ? picture : `${picture}help: ${terminalSafe(help)}\n`
}

/** Joins all problems of an expression into the one error that `compile` throws. */
export const expressionError = (source: string, problems: readonly Problem[]): EdgeError => {
  const diagnostics = problems
    .toSorted((x, y) => x.start - y.start)
    .map((problem) => toDiagnostic(source, problem))
  return new EdgeError('invalid_expression', diagnostics.map(formatDiagnostic).join('\n'), {
    diagnostics,
  })
}
