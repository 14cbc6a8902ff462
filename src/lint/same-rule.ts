import { print } from '../language/print.ts'
import type { Judging } from './sequences.ts'

/** The same for two custom rules that do the same to the same requests, however their expressions are written. */
export const sameRuleKey = ({ rule: { draft }, written }: Judging): string => {
  const { action, skip, response } = draft
  return JSON.stringify([action, skip, response, print(written.root)])
}

/** True of two custom rules that `duplicate_rule` tells. */
export const isSameRule = (first: Judging, second: Judging): boolean =>
  [first, second].every(({ rule }) => rule.draft.parts?.product === 'custom') &&
  sameRuleKey(first) === sameRuleKey(second)
