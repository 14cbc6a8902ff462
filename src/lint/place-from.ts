import { inBackticks } from '../rules/node.ts'
import type { LintRule } from './subject.ts'

/** Another rule with its place, as a finding of `from` tells it: a line of the same file, a file and a line, or the path of an object. */
export const placeFrom = (from: LintRule, { draft, name }: LintRule): string => {
  const { file, line } = draft.place.span()
  const isSame = file === from.draft.place.span().file
  const where = draft.place.path ?? (isSame ? `line ${line}` : `${file}:${line}`)
  return `${inBackticks(name)} (${where})`
}
