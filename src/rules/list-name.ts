import { inBackticks } from './node.ts'
import type { Problem } from './values.ts'

/** Lower-case letters, digits, `_` and inner dots, as the language has it. */
const LIST_NAME = /^[a-z0-9_]+(?:\.+[a-z0-9_]+)*$/

/**
 * Reads `$name`.
 *
 * @example readListName('$office') // { name: 'office' }
 */
export const readListName = (
  text: string
): { name: string } | { problem: NonNullable<Problem> } => {
  const name = text.slice(1)
  if (LIST_NAME.test(name)) return { name }
  const lower = name.toLowerCase()
  const message = `${inBackticks(text)} is not a list name: expected \`$\`, then lower-case letters, digits and \`_\``
  const help = LIST_NAME.test(lower) ? { help: `did you mean \`$${lower}\`?` } : {}
  return { problem: { code: 'invalid_list', message, ...help } }
}
