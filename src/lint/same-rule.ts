import { print } from '../language/print.ts'
import type { Judging } from './sequences.ts'
import type { Subject } from './subject.ts'

/** The same for two custom rules that do the same to the same requests, however their expressions are written. */
export const sameRuleKey = (
  { rule: { draft, group }, written }: Judging,
  { ambiguousLists }: Subject
): string => {
  const { action, skip, response } = draft
  const isAmbiguous = written.expression.lists.some((name) => ambiguousLists.has(name))
  const place = isAmbiguous ? group : undefined
  return JSON.stringify([action, skip, response, print(written.root), place])
}

/** True of two custom rules that `duplicate_rule` tells. */
export const isSameRule = (first: Judging, second: Judging, subject: Subject): boolean =>
  [first, second].every(({ rule }) => rule.draft.parts?.product === 'custom') &&
  sameRuleKey(first, subject) === sameRuleKey(second, subject)
