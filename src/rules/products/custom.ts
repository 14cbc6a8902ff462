import type { Action } from '../../actions.ts'
import { isAction } from '../../actions.ts'
import { readAction } from '../action.ts'
import type { LanguageOptions } from '../compile.ts'
import type { Draft } from '../draft.ts'
import type { RuleScope } from '../head.ts'
import { checkNamed, readHead, readPage } from '../head.ts'
import { RULE_KEYS, type RuleKey } from '../keys.ts'
import { conditionHelp, readMatching } from '../matching.ts'
import type { Entry, Node } from '../node.ts'
import { inBackticks } from '../node.ts'
import type { Reader } from '../reader.ts'
import { readers } from '../readers.ts'

/** Actions that a custom rule may have here. */
export const CUSTOM_ACTIONS = [
  'block',
  'managed_challenge',
  'js_challenge',
  'challenge',
  'log',
  'skip',
] as const satisfies readonly Action[]

type Entries = Partial<Record<RuleKey, Entry>>

/** Keys that apply to one action only. */
const OF_ACTION = { page: 'block', response: 'block', skip: 'skip', logging: 'skip' } as const

const SHOWS: Readonly<Record<keyof typeof OF_ACTION, string>> = {
  page: 'only `block` shows a page',
  response: 'only `block` has a response',
  skip: 'only `skip` skips',
  logging: 'only `skip` can turn events off',
}

const checkActionKeys = (found: Entries, { reader, title }: RuleScope) => {
  const { action } = found
  const name = action?.value.kind === 'scalar' ? String(action.value.value) : ''
  if (!isAction(name)) return
  for (const key of ['page', 'response', 'skip', 'logging'] as const) {
    const entry = found[key]
    if (entry === undefined || name === OF_ACTION[key]) continue
    const message = `${title} has a \`${key}\`, but its action is ${inBackticks(name)}`
    reader.findings.error(entry.keyPlace, 'conflicting_keys', message, SHOWS[key])
  }
}

/** Reads one custom rule. */
export const readRule = (
  node: Node,
  reader: Reader,
  options: LanguageOptions
): Draft | undefined => {
  const map = reader.map(node, 'a rule: a mapping with `name`, `action` and `when` or `expression`')
  if (map === undefined) return undefined
  const { found, meant } = reader.entries(map, RULE_KEYS, 'a rule', conditionHelp)
  const { head, scope } = readHead(map, found, meant, reader, options)
  checkNamed(found, 'the rule', scope)
  const action = readAction(found.action, CUSTOM_ACTIONS, scope)
  const expression = readMatching(found, scope)
  checkActionKeys(found, scope)
  if (found.page !== undefined && found.response !== undefined) {
    const message = `${scope.title} has both \`page\` and \`response\`: expected only one of them`
    reader.findings.error(found.response.keyPlace, 'conflicting_keys', message)
  }
  const hasSkip = found.skip !== undefined || found.logging !== undefined
  return {
    id: head.id,
    idPlace: head.idPlace,
    name: head.name ?? '',
    enabled: head.enabled,
    description: head.description,
    place: head.place,
    action,
    expression,
    page: readPage(found.page, scope),
    response: found.response && readers.needed.readResponse(found.response, 'custom', reader),
    skip: hasSkip ? readers.needed.readSkip(found, scope) : undefined,
    parts: { product: 'custom' },
  }
}
