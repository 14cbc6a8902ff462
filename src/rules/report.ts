import type { Diagnostic } from '../error.ts'
import { excerptOf, terminalSafe } from '../language/excerpt.ts'

/** More pictures than this scroll the first one, usually the cause, out of sight. */
const MAX_PICTURES = 20
const STYLES = { error: '1;31', warning: '1;33', place: '1', help: '36' } as const

const painter = (color: boolean) => (style: keyof typeof STYLES, text: string) =>
  color && text !== '' ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text

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
  const paint = painter(color)
  const blocks = diagnostics.slice(0, MAX_PICTURES).map((diagnostic) => {
    const { file, line, column, severity, message, code, help } = diagnostic
    const place =
      file === undefined ? '' : `${paint('place', terminalSafe(`${file}:${line}:${column}`))}: `
    const { line: text, pad, carets } = excerptOf(diagnostic)
    return [
      `${place}${paint(severity, `${severity}:`)} ${terminalSafe(message)} [${code}]`,
      `  ${text}`,
      `  ${pad}${paint(severity, carets)}`,
      ...(help === undefined ? [] : [`  ${paint('help', 'help:')} ${terminalSafe(help)}`]),
    ].join('\n')
  })
  const more = diagnostics.length - blocks.length
  if (more > 0) blocks.push(`… and ${more} more ${more === 1 ? 'problem' : 'problems'}`)
  return blocks.join('\n')
}
