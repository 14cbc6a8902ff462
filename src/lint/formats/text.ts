import { excerptOf, terminalSafe } from '../../language/excerpt.ts'
import { paint } from '../../paint.ts'
import type { Finding } from '../finding.ts'

const picture = ({ file, line, column, endColumn = column + 1, sourceLine }: Finding): string[] => {
  if (sourceLine === undefined || sourceLine === '') return []
  const place = { file, line, column, length: endColumn - column, sourceLine }
  const excerpt = excerptOf({ ...place, code: '', severity: 'error', message: '' })
  return [`    ${excerpt.line}`, `    ${excerpt.pad}${excerpt.carets}`]
}

const blockOf = (finding: Finding, color: boolean): string => {
  const { file, line, column, severity, code, message, rule, fix, example } = finding
  const place = line === 0 ? file : `${file}:${line}:${column}`
  const head = [
    ...(place === '' ? [] : [paint(color, 'bold', terminalSafe(place))]),
    paint(color, severity, severity),
    code,
    terminalSafe(message),
  ].join(' ')
  return [
    rule === undefined || rule === '' ? head : `${head} (${terminalSafe(rule)})`,
    ...picture(finding),
    ...(fix === undefined
      ? []
      : [`  ${paint(color, 'cyan', 'fix:')} ${terminalSafe(fix.message)}`]),
    ...(example === undefined
      ? []
      : [`  ${paint(color, 'cyan', 'request:')} ${terminalSafe(JSON.stringify(example))}`]),
  ].join('\n')
}

/**
 * Prints findings for a terminal, each with its line of the file. Escapes control characters from the file.
 *
 *     rules.yaml:4:44 error header_name_case no header is called `X-Api-Key`: … (rule name)
 *         any(http.request.headers["X-Api-Key"][*] eq "a")
 *                                  ^^^^^^^^^^^
 *       fix: write `x-api-key`
 */
export const toText = (
  findings: readonly Finding[],
  { color = false }: { color?: boolean } = {}
): string => findings.map((finding) => `${blockOf(finding, color)}\n`).join('')
