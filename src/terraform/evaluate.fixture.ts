import { Budget, evaluate, type Files, type Scope } from './evaluate.ts'
import { functions } from './functions/table.ts'
import { EvaluationProblem } from './problem.ts'
import { parseExpression } from './syntax/parse.ts'
import { SourceText } from './syntax/text.ts'
import type { Value } from './values.ts'
import { fromJson, toJson } from './values.ts'

/** Files that are only here. */
const filesOf = (texts: Readonly<Record<string, string>>): Files => ({
  read: (path) => {
    const text = texts[path]
    if (text === undefined) throw new EvaluationProblem(`there is no file "${path}"`)
    return text
  },
  exists: (path) => path in texts,
  matching: () => Object.keys(texts),
})

export const scopeOf = (
  names: Readonly<Record<string, Value>> = {},
  texts: Readonly<Record<string, string>> = {},
  budget = new Budget()
): Scope => ({
  variable: (name) => names[name],
  functions,
  files: filesOf(texts),
  budget,
})

/** The value of an expression, as JSON has it. */
export const evaluated = (
  text: string,
  names: Readonly<Record<string, unknown>> = {},
  texts: Readonly<Record<string, string>> = {}
): unknown => {
  const values = Object.fromEntries(
    Object.entries(names).map(([name, value]) => [name, fromJson(value)])
  )
  return toJson(evaluate(parseExpression(new SourceText('test.tf', text)), scopeOf(values, texts)))
}
