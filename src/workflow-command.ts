/** A log of GitHub obeys escape sequences, as a terminal does. */
const CONTROLS = /[\0-\t\v\f\x0e-\x1f\x7f-\x9f]/g

const escapeData = (text: string): string =>
  text
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replace(CONTROLS, (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`)

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/**
 * One command of GitHub Actions, which shows it beside the line of a pull request. Leaves out properties without a value.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export const workflowCommand = (
  command: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string | number | undefined>>,
  text: string
): string => {
  const list = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(',')
  return `::${command} ${list}::${escapeData(text)}\n`
}
