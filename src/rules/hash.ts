import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Rule } from './rule.ts'

const HASH_CHARS = 16
/** What a rule is called and where it stands, as opposed to what it does. */
const LABELS = new Set(['id', 'name', 'description', 'enabled', 'file', 'line'])

const known = new WeakMap<Rule, string>()

/** Of an expression only its text counts. Its compiled form is no part of the rule. */
const asWritten = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'source' in value && 'evaluate' in value
    ? value.source
    : value

/**
 * A hash of what a rule does: action, expression, limits, response. It stays the same if the rule moves, gets another name or is
 * switched off and on, so an event tells whether the rule is still the one that matched.
 *
 * @returns 16 hex digits; computed once for each rule
 */
export const ruleHash = (rule: Rule): string => {
  const before = known.get(rule)
  if (before !== undefined) return before
  const does = Object.entries(rule).filter(([key]) => !LABELS.has(key))
  const text = JSON.stringify(
    does.sort(([x], [y]) => (x < y ? -1 : 1)),
    asWritten
  )
  const hash = bytesToHex(sha256(utf8ToBytes(text))).slice(0, HASH_CHARS)
  known.set(rule, hash)
  return hash
}
