import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Rule } from './rule.ts'

const HASH_CHARS = 16
/** Labels and places of a rule, which do not affect what it does. */
const LABELS = new Set(['id', 'name', 'description', 'enabled', 'file', 'line'])

const known = new WeakMap<Rule, string>()

/** Reduces an expression to its source text. */
const asWritten = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'source' in value && 'evaluate' in value
    ? value.source
    : value

/**
 * Hashes a rule's effect: action, expression, limits, response. The hash stays the same if the rule moves, is renamed, or is switched off
 * and on. An event therefore shows whether the rule has changed since it matched.
 *
 * @returns 16 hex digits; cached for each rule
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
