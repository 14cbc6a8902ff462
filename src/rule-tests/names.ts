import { nearest } from '../nearest.ts'
import type { Rule } from '../rules/rule.ts'

/** Tests call a rule by its name or its id. */
export const isCalled = ({ name, id }: Pick<Rule, 'name' | 'id'>, by: string): boolean =>
  name === by || id === by

/** A sentence where no rule has the name; a misspelt `not_rule` would otherwise always hold. */
export const unknownRule = (by: string, rules: readonly Rule[]): string | undefined => {
  if (rules.some((rule) => isCalled(rule, by))) return undefined
  const meant = nearest(by, [...new Set(rules.flatMap(({ name, id }) => [name, id]))])
  return `no rule has the name "${by}"${meant === undefined ? '' : `: did you mean "${meant}"?`}`
}
