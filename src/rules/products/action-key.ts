import type { Action } from '../../actions.ts'
import type { RuleScope } from '../head.ts'
import type { Entry } from '../node.ts'
import { listed } from '../reader.ts'

/**
 * Reads the action of a rule whose key is the action and whose value is the target: `block: AS13335`.
 */
export const readActionKey = <A extends Action>(
  found: Readonly<Partial<Record<string, Entry>>>,
  known: readonly A[],
  what: string,
  { reader, place, meant }: RuleScope
): { action: A; entry: Entry } | undefined => {
  const chosen = known.flatMap((action) => {
    const entry = found[action]
    return entry === undefined ? [] : [{ action, entry }]
  })
  const [first, second] = chosen
  if (first === undefined && !known.some((action) => meant.has(action))) {
    const keys = listed(known.map((action) => `\`${action}\``))
    reader.findings.error(place, 'missing_key', `${what} has no action: expected ${keys}`)
  }
  if (second !== undefined) {
    const message = `${what} has both \`${first!.action}\` and \`${second.action}\`: expected only one of them`
    const help = 'write a rule for each'
    reader.findings.error(second.entry.keyPlace, 'conflicting_keys', message, help)
  }
  return first
}
