import type { Edit, Finding, Severity } from '../finding.ts'
import { LINTS } from '../table.ts'

export const SARIF_SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
const HOME = 'https://www.npmjs.com/package/edge1020'

const LEVELS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
}

/**
 * Returns a file name as a relative URI reference: backslashes become slashes, and reserved characters are escaped.
 */
const uriOf = (file: string): string =>
  file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')

const regionOf = ({ line, column, endColumn }: Pick<Finding, 'line' | 'column' | 'endColumn'>) => ({
  startLine: line,
  startColumn: column,
  ...(endColumn === undefined ? {} : { endLine: line, endColumn }),
})

const locationsOf = (finding: Finding) =>
  finding.file === '' || finding.line === 0
    ? []
    : [
        {
          physicalLocation: {
            artifactLocation: { uri: uriOf(finding.file) },
            region: regionOf(finding),
          },
        },
      ]

const fixesOf = ({ file, fix }: Finding) => {
  const { edits = [], message } = fix ?? {}
  if (edits.length === 0) return {}
  const replacements = edits.map((edit: Edit) => ({
    deletedRegion: regionOf(edit),
    insertedContent: { text: edit.text },
  }))
  const artifactChanges = [{ artifactLocation: { uri: uriOf(file) }, replacements }]
  return { fixes: [{ description: { text: message }, artifactChanges }] }
}

/** Returns Markdown without its backticks. */
const plain = (markdown: string): string => markdown.replaceAll('`', '')

const ruleOf = ({ code, title, explanation, severity }: (typeof LINTS)[number]) => ({
  id: code,
  shortDescription: { text: plain(title) },
  fullDescription: { text: plain(explanation) },
  help: { text: plain(explanation), markdown: explanation },
  defaultConfiguration: { level: LEVELS[severity] },
})

/**
 * Prints findings as a SARIF 2.1.0 log, the format of code scanning.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
 */
export const toSarif = (findings: readonly Finding[], version: string): string => {
  const indexes = new Map(LINTS.map(({ code }, i) => [code, i]))
  const log = {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'edge1020', version, informationUri: HOME, rules: LINTS.map(ruleOf) },
        },
        columnKind: 'unicodeCodePoints',
        results: findings.map((finding) => {
          const { code, severity, message, fix } = finding
          const ruleIndex = indexes.get(code)
          return {
            ruleId: code,
            ...(ruleIndex === undefined ? {} : { ruleIndex }),
            level: LEVELS[severity],
            message: { text: fix === undefined ? message : `${message}\n${fix.message}` },
            locations: locationsOf(finding),
            ...fixesOf(finding),
          }
        }),
      },
    ],
  }
  return `${JSON.stringify(log, undefined, 2)}\n`
}
