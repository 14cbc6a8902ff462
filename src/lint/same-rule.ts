import { print } from '../language/print.ts'
import type { Judging } from './sequences.ts'
import type { Subject } from './subject.ts'

/**
 * Returns a key that is equal for custom rules with the same effect on the same requests, regardless of how their expressions are
 * written.
 */
export const sameRuleKey = (
  { rule: { draft, group }, written }: Judging,
  { ambiguousLists }: Subject
): string => {
  const { action, skip, response } = draft
  const isAmbiguous = written.expression.lists.some((name) => ambiguousLists.has(name))
  const place = isAmbiguous ? group : undefined
  return JSON.stringify([action, skip, response, print(written.root), place])
}

/** True if `duplicate_rule` reports these two custom rules. */
export const isSameRule = (first: Judging, second: Judging, subject: Subject): boolean =>
  [first, second].every(({ rule }) => rule.draft.parts?.product === 'custom') &&
  sameRuleKey(first, subject) === sameRuleKey(second, subject)
