import { nearest } from '../nearest.ts'
import type { Rule } from '../rules/rule.ts'

/** Returns true if a rule has this name or id. Tests refer to rules by either. */
export const isCalled = ({ name, id }: Pick<Rule, 'name' | 'id'>, by: string): boolean =>
  name === by || id === by

/** Returns a problem if no rule has the name, because a misspelt `not_rule` would always pass. */
export const unknownRule = (by: string, rules: readonly Rule[]): string | undefined => {
  if (rules.some((rule) => isCalled(rule, by))) return undefined
  const meant = nearest(by, [...new Set(rules.flatMap(({ name, id }) => [name, id]))])
  return `no rule has the name "${by}"${meant === undefined ? '' : `: did you mean "${meant}"?`}`
}
