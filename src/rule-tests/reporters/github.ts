import { workflowCommand } from '../../workflow-command.ts'
import type { Reporter } from './report.ts'
import { text } from './text.ts'

/** Returns GitHub Actions commands for the failures, then the report for people. */
export const github: Reporter = (report, style) => {
  const annotations = report.results
    .filter(({ ok }) => !ok)
    .map(({ test: { name, place }, problems, trace }) =>
      workflowCommand(
        'error',
        { file: place.file, line: place.line, col: place.column, title: name },
        [...problems, ...trace].join('\n')
      )
    )
  return `${annotations.join('')}${text(report, style)}`
}
