import type { Expression } from '../language/expression.ts'
import { compileTerm, compileText } from './compile.ts'
import { readConditions } from './condition.ts'
import type { RuleScope } from './head.ts'
import { CONDITION_KEYS } from './keys.ts'
import type { Entry, Node } from './node.ts'
import type { Reader } from './reader.ts'

/** `expression: true` is a boolean for YAML, and Cloudflare's way to say "every request". */
export const expressionText = (node: Node, reader: Reader) =>
  node.kind === 'scalar' && typeof node.value === 'boolean'
    ? { value: String(node.value), place: node.place }
    : reader.text(node, 'an expression of the Rules language')

/** Returns the help for a condition beside `when` instead of below it. */
export const conditionHelp = (key: string): string | undefined =>
  Object.hasOwn(CONDITION_KEYS, key)
    ? `\`${key}\` is a condition: conditions are indented below \`when:\``
    : undefined

/** Reads the condition of a rule: `when`, or `expression`. */
export const readMatching = (
  { when, expression }: { when?: Entry; expression?: Entry },
  { reader, options, place, title, meant }: RuleScope
): Expression | undefined => {
  const isMeant = meant.has('when') || meant.has('expression')
  if (when === undefined && expression === undefined && !isMeant) {
    const message = `${title} has neither \`when\` nor \`expression\`: expected one of them`
    reader.findings.error(place, 'missing_key', message)
  }
  if (when !== undefined && expression !== undefined) {
    const message = `${title} has both \`when\` and \`expression\`: expected only one of them`
    const help = 'put both into one expression, joined by `and`'
    reader.findings.error(expression.keyPlace, 'conflicting_keys', message, help)
  }
  const term = when && readConditions(when.value, reader)
  const text = expression && expressionText(expression.value, reader)
  const fromTerm = term && compileTerm(term, when.keyPlace, options, reader.findings)
  const fromText = text && compileText(text, options, reader.findings)
  return fromTerm ?? fromText
}
