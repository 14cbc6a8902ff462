import { actions } from '../actions.ts'
import { nearest } from '../nearest.ts'
import type { Entry, Node } from '../rules/node.ts'
import { inBackticks } from '../rules/node.ts'
import type { Reader } from '../rules/reader.ts'
import { EXPECT_KEYS } from './keys.ts'
import { listOf, placeOf, wholeNumber } from './plain.ts'
import type { Expected, ExpectedAction } from './test.ts'

const ACTIONS = ['pass', 'challenge', ...Object.keys(actions)] as const
const EXPECTED =
  'an action (`block`, `pass`, `managed_challenge` …), an error code (`1020`), or a mapping'
/** Cloudflare's error codes of the 1000s. */
const CODES = { min: 1000, max: 1999 }
const STATUSES = { min: 200, max: 599 }
/** Words that other products use for an action. */
const SYNONYMS: Readonly<Record<string, string>> = {
  allow: 'pass',
  allowed: 'pass',
  passed: 'pass',
  ok: 'pass',
  blocked: 'block',
  deny: 'block',
  denied: 'block',
  captcha: 'challenge',
}

const readAction = (node: Node, reader: Reader): ExpectedAction | undefined => {
  const text = reader.text(node, EXPECTED)
  if (text === undefined) return undefined
  if ((ACTIONS as readonly string[]).includes(text.value)) return text.value as ExpectedAction
  const meant = SYNONYMS[text.value.toLowerCase()] ?? nearest(text.value, ACTIONS)
  const message = `unknown action ${inBackticks(text.value)}: expected one of ${ACTIONS.join(', ')}`
  reader.findings.error(
    text.place,
    'unknown_action',
    message,
    meant && `did you mean \`${meant}\`?`
  )
  return undefined
}

const names = (entry: Entry | undefined, reader: Reader): string[] =>
  entry === undefined
    ? []
    : listOf(entry.value).flatMap((item) => reader.text(item, 'the name of a rule')?.value ?? [])

/** Reads `expect`: an action, an error code, or a mapping. Returns `undefined` after it reports a problem. */
export const readExpected = ({ value }: Entry, reader: Reader): Expected | undefined => {
  const place = placeOf(value.place)
  const nothing = { notRules: [], matched: [], place }
  if (value.kind === 'scalar' && typeof value.value === 'number') {
    const code = wholeNumber(value, reader, CODES)
    return code === undefined ? undefined : { ...nothing, code }
  }
  if (value.kind !== 'map') {
    const action = readAction(value, reader)
    return action === undefined ? undefined : { ...nothing, action }
  }
  const { found, meant } = reader.entries(value, EXPECT_KEYS, '`expect`')
  if (Object.keys(found).length === 0 && meant.size === 0) {
    reader.wrongType(value, EXPECTED)
    return undefined
  }
  return {
    action: found.action && readAction(found.action.value, reader),
    code: found.code && wholeNumber(found.code.value, reader, CODES),
    status: found.status && wholeNumber(found.status.value, reader, STATUSES),
    rule: found.rule && reader.text(found.rule.value, 'the name of a rule')?.value,
    notRules: names(found.not_rule, reader),
    matched: names(found.matched, reader),
    place,
  }
}
