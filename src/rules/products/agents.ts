import type { Action } from '../../actions.ts'
import type { LanguageOptions } from '../compile.ts'
import type { Draft } from '../draft.ts'
import { readHead, readPage } from '../head.ts'
import { AGENT_KEYS } from '../keys.ts'
import { LazyExpression } from '../lazy-expression.ts'
import type { Node } from '../node.ts'
import { quote } from '../quote.ts'
import type { Reader } from '../reader.ts'
import type { Rule } from '../rule.ts'
import { slug } from '../slug.ts'
import { readActionKey } from './action-key.ts'
import { isOfTheApi } from './api-shape.ts'

/**
 * One User Agent Blocking rule.
 *
 * Source: https://developers.cloudflare.com/waf/tools/user-agent-blocking/
 */
export interface AgentRule extends Rule {
  /** The whole User-Agent header, upper and lower case as written. */
  readonly userAgent: string
}

export const AGENT_ACTIONS = [
  'block',
  'managed_challenge',
  'js_challenge',
  'challenge',
] as const satisfies readonly Action[]

/** Returns the expression with the meaning of a User Agent Blocking rule. */
export const agentExpression = (userAgent: string): LazyExpression =>
  new LazyExpression(`http.user_agent eq ${quote(userAgent)}`, ['http.user_agent'])

const expected = 'a whole User-Agent header'
const WILDCARD_HELP =
  'these rules have no wildcards: write a custom rule with `when: { user_agent: … }`'

const MAX_ID_STEM = 90

/** Agents that differ in signs or in upper and lower case only have the same letters. */
const uniqueId = (text: string, taken: Set<string>): string => {
  const stem = slug(text).slice(0, MAX_ID_STEM)
  let id = stem
  for (let i = 2; taken.has(id); i++) id = `${stem}-${i}`
  taken.add(id)
  return id
}

/** Reads one entry of `user_agents:`. Each value of its action becomes a rule. */
export const readAgents = (node: Node, reader: Reader, options: LanguageOptions): Draft[] => {
  const what = 'a User Agent Blocking rule'
  const map = reader.map(node, `${what} such as \`block: BadBot/1.0\``)
  if (map === undefined || isOfTheApi(map, what, reader)) return []
  const { found, meant } = reader.entries(map, AGENT_KEYS, what)
  const { head, scope } = readHead(map, found, meant, reader, options)
  const chosen = readActionKey(found, AGENT_ACTIONS, what, scope)
  if (chosen === undefined) return []
  const { action, entry } = chosen
  const isOne = entry.value.kind !== 'list'
  const page = readPage(found.page, scope)
  const taken = new Set<string>()
  return reader.items(entry.value, expected).flatMap((item): Draft[] => {
    const text = reader.text(item, expected)
    if (text === undefined) return []
    const { value, place } = text
    if (value.endsWith('*') || value.startsWith('*')) {
      const message = 'the `*` is compared literally'
      reader.findings.warn(place, 'not_a_wildcard', message, WILDCARD_HELP)
    }
    const id =
      isOne && head.id !== undefined ? head.id : uniqueId(`${head.id ?? action} ${value}`, taken)
    return [
      {
        ...head,
        id,
        idPlace: isOne ? head.idPlace : place,
        name: head.name ?? `${action} ${value}`,
        action,
        expression: agentExpression(value),
        page,
        place: isOne ? head.place : place,
        parts: { product: 'agent', userAgent: value },
      },
    ]
  })
}
