import type { Action } from '../actions.ts'
import type { Ruleset } from './rule.ts'

/** One line of `edge1020 rules print`. */
export interface PrintedRule {
  id: string
  name: string
  action: Action
  enabled: boolean
  /** What is evaluated, shorthand turned into it. */
  expression: string
  description?: string
  file: string
  line: number
}

/** The rules as plain data, in order: shorthand shown as the expression that it is. */
export const printRules = ({ rules }: Ruleset): PrintedRule[] =>
  rules.map(({ expression, ...rule }) => ({ ...rule, expression: expression.source }))
