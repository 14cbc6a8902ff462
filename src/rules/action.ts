import type { Action } from '../actions.ts'
import { nearest } from '../nearest.ts'
import type { RuleScope } from './head.ts'
import type { Entry } from './node.ts'
import { inBackticks } from './node.ts'
import { listed } from './reader.ts'

/** Other names of actions, from Cloudflare's lists and from other firewalls. */
const OTHER_ACTIONS: Record<string, string> = {
  allow: 'to let requests skip the rules below, use `skip`',
  bypass: 'to let requests skip the rules below, use `skip`',
  whitelist: 'to let requests skip the rules below, use `skip`',
  deny: 'did you mean `block`?',
  drop: 'did you mean `block`?',
  reject: 'did you mean `block`?',
  captcha: 'did you mean `challenge`?',
  simulate: 'did you mean `log`?',
}

/** Reads the action of a rule and checks that its product supports it. */
export const readAction = (
  entry: Entry | undefined,
  known: readonly Action[],
  { reader, place, title, meant }: RuleScope
): Action | undefined => {
  if (entry === undefined) {
    const message = `${title} has no \`action\`: expected ${listed(known)}`
    if (!meant.has('action')) reader.findings.error(place, 'missing_key', message)
    return undefined
  }
  const text = reader.text(entry.value, listed(known.map((action) => `\`${action}\``)))
  if (text === undefined) return undefined
  const { value } = text
  const action = known.find((one) => one === value)
  if (action !== undefined) return action
  const word = value.toLowerCase()
  const near = nearest(word, known)
  const help =
    (Object.hasOwn(OTHER_ACTIONS, word) ? OTHER_ACTIONS[word] : undefined) ??
    (near === undefined ? undefined : `did you mean \`${near}\`?`)
  const message = `unknown action ${inBackticks(value)}: expected ${listed(known)}`
  reader.findings.error(text.place, 'unknown_action', message, help)
  return undefined
}
