import type { ErrorArea, ErrorEntry } from '../../src/error-codes.ts'
import { errorAreas, errorCodes } from '../../src/error-codes.ts'
import { heading, table } from './markdown.ts'

const INTRODUCTION = `
Every error of edge1020 is an \`EdgeError\`. Its \`code\` is stable and intended for programs. Its \`message\` is intended for people
and names the file, the place, the wrong text and the expected one. Errors about documents and expressions have
\`diagnostics\`, one for each independent problem, with line and column.

\`\`\`js
import { createEdge, EdgeError } from 'edge1020/node'

try {
  createEdge({ rules: 'rules/site.yaml' })
} catch (error) {
  if (!(error instanceof EdgeError)) throw error
  console.error(error.code, error.message)
  for (const { file, line, column, message } of error.diagnostics) console.error(file, line, column, message)
}
\`\`\`

The command line prints the message and ends with exit code 2.
`

/** docs/errors.md: every code with its meaning and its remedy, in the order of the areas. */
export const writeErrors = async (): Promise<string> => {
  const entries: [string, ErrorEntry][] = Object.entries(errorCodes)
  const areas = Object.entries(errorAreas) as [ErrorArea, string][]
  const sections = areas.map(([area, title]) => {
    const rows = entries
      .filter(([, entry]) => entry.area === area)
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([code, { meaning, remedy }]) => [`\`${code}\``, meaning, remedy])
    return `\n## ${title}\n\n${table(['code', 'what happened', 'what to do'], rows)}`
  })
  return heading('Error codes', 'src/error-codes.ts') + INTRODUCTION + sections.join('')
}
