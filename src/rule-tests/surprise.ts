import { toText } from '../language/bytes.ts'
import type { MatchedPart } from '../language/trace.ts'
import type { Value } from '../language/types.ts'
import type { Trial } from '../toolkit/trial.ts'
import type { TrialRule } from '../toolkit/trial-phases.ts'
import { isCalled } from './names.ts'
import type { Expected } from './test.ts'

const MAX_VALUE_CHARACTERS = 120
const NO_VALUE = 'absent'
const MOST_PARTS = 3

const cut = (text: string) =>
  text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS - 1)}…` : text

const valueText = (value: Value | undefined): string => {
  if (value === undefined) return NO_VALUE
  if (typeof value === 'string') return cut(JSON.stringify(toText(value)))
  if (Array.isArray(value)) return cut(`[${value.map(valueText).join(', ')}]`)
  if (value instanceof Map) {
    return cut(`{${[...value].map(([key, item]) => `${key}: ${valueText(item)}`).join(', ')}}`)
  }
  return cut(String(value))
}

/** Groups the parts by the value that they read, because most rules read one value many times. */
const partsText = (parts: readonly MatchedPart[]): string[] => {
  const byValue = new Map<string, string[]>()
  for (const { field, value, expression } of parts) {
    const head = `${field} is ${valueText(value)}`
    const known = byValue.get(head)
    if (known === undefined) byValue.set(head, [expression])
    else known.push(expression)
  }
  return [...byValue].flatMap(([head, expressions]) => {
    const more = expressions.length - MOST_PARTS
    return [
      `  ${head}`,
      ...expressions.slice(0, MOST_PARTS).map((expression) => `    ${expression}`),
      ...(more > 0 ? [`    … and ${more} more`] : []),
    ]
  })
}

const fateText = ({ rule, outcome, reason, place }: TrialRule) =>
  `"${rule.name}" (${place}): ${outcome}${reason === undefined ? '' : `, ${reason}`}`

/** Returns lines that explain the verdict: the deciding rule and the expected rules, with the values that they read. */
export const surpriseOf = (expected: Expected, trial: Trial): string[] => {
  const rules = trial.phases.flatMap((phase) => phase.rules)
  const { rule, notRules, matched } = expected
  const named = [...(rule === undefined ? [] : [rule]), ...notRules, ...matched]
  const shown = rules.filter(
    (one) => one.rule === trial.rule || named.some((name) => isCalled(one.rule, name))
  )
  return shown.flatMap((one) => [fateText(one), ...partsText(one.decisive())])
}
