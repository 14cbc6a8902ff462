import type { Diagnostic } from '../error.ts'
import { excerptOf, terminalSafe } from '../language/excerpt.ts'
import { paint } from '../paint.ts'

/** More pictures than this scroll the first one, usually the cause, out of sight. */
const MAX_PICTURES = 20

/**
 * Diagnostics as text for people: place, severity, message and code, then the source line with carets, then the help.
 * Safe to print: control characters of the file are not obeyed.
 *
 *     rules.yaml:4:13: error: unknown country `UK`: … [unknown_country]
 *           country: [UK]
 *                     ^^
 *       help: did you mean `GB`?
 */
export const renderDiagnostics = (
  diagnostics: readonly Diagnostic[],
  { color = false }: { color?: boolean } = {}
): string => {
  const blocks = diagnostics.slice(0, MAX_PICTURES).map((diagnostic) => {
    const { file, line, column, severity, message, code, help } = diagnostic
    const place =
      file === undefined
        ? ''
        : `${paint(color, 'bold', terminalSafe(`${file}:${line}:${column}`))}: `
    const { line: text, pad, carets } = excerptOf(diagnostic)
    return [
      `${place}${paint(color, severity, `${severity}:`)} ${terminalSafe(message)} [${code}]`,
      `  ${text}`,
      `  ${pad}${paint(color, severity, carets)}`,
      ...(help === undefined ? [] : [`  ${paint(color, 'cyan', 'help:')} ${terminalSafe(help)}`]),
    ].join('\n')
  })
  const more = diagnostics.length - blocks.length
  if (more > 0) blocks.push(`… and ${more} more ${more === 1 ? 'problem' : 'problems'}`)
  return blocks.join('\n')
}
