import { EdgeError } from '../error.ts'
import type { SecurityEvent } from '../events/event.ts'
import type { WrittenRule } from '../rules/edit.ts'
import { insertRule } from '../rules/edit.ts'
import { addAllowed, addCustomRule } from '../rules/edit-product.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import type { RuleDesk } from './desk.ts'
import type { Candidate } from './exception-candidates.ts'
import { PRODUCTS } from './exception-candidates.ts'
import { ruleOfEvent } from './rule-of-event.ts'

/** Durations of an exception. */
export const ENDS = { '1h': 3_600, '1d': 86_400, '7d': 604_800, '30d': 2_592_000 } as const
export type End = keyof typeof ENDS
export const isEnd = (text: string): text is End => Object.hasOwn(ENDS, text)

const MS_PER_SECOND = 1_000
const MAX_NAME = 100

/** A custom rule that skips. */
interface ExceptionRule extends WrittenRule {
  readonly name: string
  readonly description: string
  readonly expression: string
}

/**
 * Writes the rule that lets a visitor through. A temporary rule states its end in its description and in its
 * expression.
 */
export const exceptionRule = (
  event: SecurityEvent,
  { words, expression }: Candidate,
  { end, nowMs }: { end?: End | undefined; nowMs: number }
): ExceptionRule => {
  const visible = `let through ${words}`.replace(/[\u0000-\u001f\u007f]/g, ' ')
  // Cut by code points, because a file cannot contain half of a surrogate pair.
  const name = [...visible].slice(0, MAX_NAME).join('')
  const why = `Exception to "${event.rule.name || event.rule.id}" for the Ray ID ${event.ray}`
  const skip = SKIPS[event.source] === undefined ? {} : { skip: SKIPS[event.source] }
  if (end === undefined)
    return { name, description: `${why}.`, expression, action: 'skip', ...skip }
  const endSeconds = Math.ceil(nowMs / MS_PER_SECOND) + ENDS[end]
  const date = `${new Date(endSeconds * MS_PER_SECOND).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return {
    name,
    description: `${why}. Ends ${date}.`,
    expression: `${expression} and http.request.timestamp.sec lt ${endSeconds}`,
    action: 'skip',
    ...skip,
  }
}

/** The place of an exception: above the rule that stopped the visitor. */
export interface Place {
  readonly file: string
  readonly text: string
  readonly hash: string
  readonly above: Rule
}

/** The parts that a custom rule skips, by the product that refuses the visitor. */
const SKIPS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ratelimit: { phases: ['http_ratelimit'] },
  uablock: { products: ['uaBlock'] },
  zonelockdown: { products: ['zoneLockdown'] },
}

/** A lockdown has only a list of addresses. */
const LOCKDOWN_KEYS = ['ip', 'network']

/** Returns false if the product has no temporary rules. */
export const canEnd = ({ source }: SecurityEvent): boolean => PRODUCTS[source] !== 'access'

/** Describes the effect of the change in the product's terms, for the owner's decision. */
export const reachOf = ({ source }: SecurityEvent, above: Rule): string =>
  ({
    custom: `Above “${above.name}”. Rules above it still apply; rules below it do not.`,
    skip: 'In front of the custom rules. Custom rules still apply to the visitor.',
    lockdown: `An address or a network goes into the list of “${above.name}”; all else is a rule that skips Zone Lockdown.`,
    access:
      'An IP Access rule that allows has no end, and lets the visitor past all other products too.',
  })[PRODUCTS[source] ?? 'custom']

/**
 * The place of an exception to an event's rule.
 *
 * @throws EdgeError `cannot_edit` with the reason, if the dashboard cannot write it
 */
export const placeOf = (event: SecurityEvent, desk: RuleDesk, ruleset: Ruleset): Place => {
  const above = ruleOfEvent(event, ruleset)
  if (above === undefined) {
    throw new EdgeError(
      'cannot_edit',
      `no rule in force has the id "${event.rule.id}": it was removed or renamed since`
    )
  }
  const file = desk.file(above.file)
  if (file === undefined) {
    throw new EdgeError(
      'cannot_edit',
      `${above.file || 'the rules of a program'}: not a document of edge1020; add the expression below to your own configuration`
    )
  }
  return { ...file, above }
}

/**
 * The file with an exception, as narrow as the rule's product allows.
 *
 * @throws EdgeError `cannot_edit`
 */
export const withException = (
  { text, above }: Place,
  event: SecurityEvent,
  candidate: Candidate,
  time: { end?: End | undefined; nowMs: number }
): string => {
  const product = PRODUCTS[event.source]
  const { key, value } = candidate
  if (product === 'access' && value !== undefined) {
    const { name, description } = exceptionRule(event, candidate, { nowMs: time.nowMs })
    return insertRule(text, above, { allow: value, name, description })
  }
  if (
    product === 'lockdown' &&
    LOCKDOWN_KEYS.includes(key) &&
    value !== undefined &&
    time.end === undefined
  ) {
    return addAllowed(text, above, value)
  }
  const rule = exceptionRule(event, candidate, time)
  return product === 'custom' ? insertRule(text, above, rule) : addCustomRule(text, above, rule)
}
