import { workflowCommand } from '../../workflow-command.ts'
import type { Finding, Severity } from '../finding.ts'

const COMMANDS: Readonly<Record<Severity, 'error' | 'warning' | 'notice'>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
}

/**
 * Prints findings as GitHub Actions workflow commands. GitHub shows them next to the lines of a pull request.
 */
export const toGithub = (findings: readonly Finding[]): string =>
  findings
    .map(({ file, line, column, endColumn, severity, code, message, rule, fix }) =>
      workflowCommand(
        COMMANDS[severity],
        {
          ...(file === '' || line === 0 ? {} : { file, line, col: column, endColumn }),
          title: rule === undefined || rule === '' ? code : `${code} in ${rule}`,
        },
        fix === undefined ? message : `${message}\n${fix.message}`
      )
    )
    .join('')
