import { excerptOf, terminalSafe } from '../../language/excerpt.ts'
import type { Finding, Severity } from '../finding.ts'

const STYLES: Readonly<Record<Severity | 'place' | 'fix', string>> = {
  error: '1;31',
  warning: '1;33',
  info: '1;34',
  place: '1',
  fix: '36',
}

const painter = (color: boolean) => (style: keyof typeof STYLES, text: string) =>
  color ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text

const picture = ({ file, line, column, endColumn = column + 1, sourceLine }: Finding): string[] => {
  if (sourceLine === undefined || sourceLine === '') return []
  const place = { file, line, column, length: endColumn - column, sourceLine }
  const excerpt = excerptOf({ ...place, code: '', severity: 'error', message: '' })
  return [`    ${excerpt.line}`, `    ${excerpt.pad}${excerpt.carets}`]
}

const blockOf = (finding: Finding, paint: ReturnType<typeof painter>): string => {
  const { file, line, column, severity, code, message, rule, fix, example } = finding
  const place = line === 0 ? file : `${file}:${line}:${column}`
  const head = [
    ...(place === '' ? [] : [paint('place', terminalSafe(place))]),
    paint(severity, severity),
    code,
    terminalSafe(message),
  ].join(' ')
  return [
    rule === undefined || rule === '' ? head : `${head} (${terminalSafe(rule)})`,
    ...picture(finding),
    ...(fix === undefined ? [] : [`  ${paint('fix', 'fix:')} ${terminalSafe(fix.message)}`]),
    ...(example === undefined
      ? []
      : [`  ${paint('fix', 'request:')} ${terminalSafe(JSON.stringify(example))}`]),
  ].join('\n')
}

/**
 * Findings for people, each with its line of the file. Safe to print: control characters of a file are not obeyed.
 *
 *     rules.yaml:4:44 error header_name_case no header is called `X-Api-Key`: … (rule name)
 *         any(http.request.headers["X-Api-Key"][*] eq "a")
 *                                  ^^^^^^^^^^^
 *       fix: write `x-api-key`
 */
export const toText = (
  findings: readonly Finding[],
  { color = false }: { color?: boolean } = {}
): string => findings.map((finding) => `${blockOf(finding, painter(color))}\n`).join('')
