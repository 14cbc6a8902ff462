import { inBackticks } from '../rules/node.ts'
import type { LintRule } from './subject.ts'

/**
 * Names another rule with its place, seen from `from`: the line if both share a file, a file and line, or the path of an object.
 */
export const placeFrom = (from: LintRule, { draft, name }: LintRule): string => {
  const { file, line } = draft.place.span()
  const isSame = file === from.draft.place.span().file
  const where = draft.place.path ?? (isSame ? `line ${line}` : `${file}:${line}`)
  return `${inBackticks(name)} (${where})`
}
