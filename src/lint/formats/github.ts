import type { Finding, Severity } from '../finding.ts'

const COMMANDS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
}

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/**
 * Findings as commands of GitHub Actions, which shows them beside the lines of a pull request.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export const toGithub = (findings: readonly Finding[]): string =>
  findings
    .map(({ file, line, column, endColumn, severity, code, message, rule, fix }) => {
      const properties = {
        ...(file === '' || line === 0 ? {} : { file, line, col: column, endColumn }),
        title: rule === undefined ? code : `${code} in ${rule}`,
      }
      const list = Object.entries(properties)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
        .join(',')
      const text = fix === undefined ? message : `${message}\n${fix.message}`
      return `::${COMMANDS[severity]} ${list}::${escapeData(text)}\n`
    })
    .join('')
