import { customRuleScheme, defaultScheme } from '../language/defaults.ts'
import type { Inspection } from '../language/inspect.ts'
import { inspect } from '../language/inspect.ts'
import type { View } from './document.ts'
import type { Embedded } from './embedded.ts'
import { offsetOf, written } from './embedded.ts'
import type { Found } from './found.ts'
import { diagnostic, rangeIn, withHelp } from './found.ts'

/** Expressions that are remembered: more than a document has. */
const MAX_REMEMBERED = 20_000

const inspections = new Map<string, Inspection>()

/** What is wrong with an expression. Most expressions of a document are the same after a change. */
export const inspectionOf = ({ key, source }: Embedded): Inspection => {
  const scheme = key === 'counting_expression' ? defaultScheme : customRuleScheme
  const known = inspections.get(`${key}\0${source}`)
  if (known !== undefined) return known
  if (inspections.size >= MAX_REMEMBERED) inspections.clear()
  const found = inspect(source, scheme)
  inspections.set(`${key}\0${source}`, found)
  return found
}

/** The problems of each expression, in any document. Parts that Terraform fills in are not known: such a text is passed over. */
export const expressionProblems = (view: View): Found[] =>
  view.expressions.flatMap((embedded) => {
    if (embedded.isTemplate || embedded.source.trim() === '') return []
    return inspectionOf(embedded).found.map(({ problem, severity, fix }): Found => {
      const { code, message, help, start, end } = problem
      const range = rangeIn(view, embedded, start, end)
      const found = diagnostic(range, severity, code, withHelp(message, help))
      if (fix === undefined) return { diagnostic: found }
      const edit = {
        range: view.range(offsetOf(embedded, fix.start), offsetOf(embedded, fix.end)),
        newText: written(embedded, fix.text, view.lineEnd),
      }
      const shown = fix.text === '' ? 'remove it' : `write ${fix.text}`
      return { diagnostic: found, fix: { title: shown, edits: [edit] } }
    })
  })
