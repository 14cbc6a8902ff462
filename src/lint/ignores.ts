import type { Source } from '../rules/source.ts'
import type { Finding } from './finding.ts'
import { placed } from './finding.ts'

/** A comment that silences findings of one code. */
interface Ignore {
  readonly line: number
  readonly code: string
  readonly reason: string
  readonly start: number
  readonly end: number
}

const IGNORE = /(?:#|\/\/)[ \t]*edge1020-ignore\b[ \t]*([\w-]*)[ \t]*:?[ \t]*([^\r\n]*)/g
const COMMENT_OR_BLANK = /^\s*(?:(?:#|\/\/).*)?$/

export interface IgnoredFile {
  readonly source: Source
  /** Lines on which a rule begins, in order. */
  readonly ruleLines: readonly number[]
}

/** In JSON, which has no comments, an ignore stands in a description: the quote behind it is not part of the reason. */
const withoutQuote = (text: string): string => text.trim().replace(/"[\s,}\]]*$/, '')

const ignoresIn = ({ source }: IgnoredFile): Ignore[] =>
  [...source.text.matchAll(IGNORE)].map(({ 0: text, 1: code = '', 2: reason = '', index }) => ({
    line: source.line(index),
    code,
    reason: withoutQuote(reason),
    start: index,
    end: index + withoutQuote(text).length,
  }))

/** The line of the rule that a line belongs to; 0 before the first. */
const ruleAt = (ruleLines: readonly number[], line: number): number =>
  ruleLines.findLast((start) => start <= line) ?? 0

/** The line that a comment of its own line is about: the next one that is no comment. */
const lineBelow = (lines: readonly string[], line: number): number => {
  if (!COMMENT_OR_BLANK.test(lines[line - 1] ?? '')) return line
  let below = line + 1
  while (below <= lines.length && COMMENT_OR_BLANK.test(lines[below - 1] ?? '')) below++
  return below
}

/**
 * Takes out the findings that comments silence: those with the code of the comment that are of the same rule, the comment being
 * above its first line or inside it. A comment that silences nothing, or is wrong, is a finding itself.
 *
 * @param known codes that can be silenced
 * @param unasked codes of lints that did not run: their comments may be of use another time
 */
export const applyIgnores = (
  findings: readonly Finding[],
  files: ReadonlyMap<string, IgnoredFile>,
  known: ReadonlySet<string>,
  unasked: ReadonlySet<string>
): Finding[] => {
  const silenced = new Set<Finding>()
  const own: Finding[] = []
  for (const [name, file] of files) {
    const ignores = ignoresIn(file)
    if (ignores.length === 0) continue
    const lines = file.source.text.split('\n')
    const inFile = findings.filter((finding) => finding.file === name)
    for (const { line, code, reason, start, end } of ignores) {
      const tell = (kind: 'unused_ignore' | 'invalid_ignore', message: string, help?: string) =>
        own.push({
          ...placed(file.source.span(start, end)),
          severity: 'warning',
          code: kind,
          message,
          ...(help === undefined ? {} : { fix: { message: help } }),
        })
      const form = 'write `# edge1020-ignore CODE: reason`'
      if (!known.has(code)) {
        tell(
          'invalid_ignore',
          code === '' ? 'the comment names no code' : `\`${code}\` is no code of a lint`,
          form
        )
        continue
      }
      if (reason === '') {
        tell('invalid_ignore', `the comment gives no reason for ignoring \`${code}\``, form)
        continue
      }
      const rule = ruleAt(file.ruleLines, lineBelow(lines, line))
      const found = inFile.filter(
        (finding) => finding.code === code && ruleAt(file.ruleLines, finding.line) === rule
      )
      if (found.length === 0 && !unasked.has(code))
        tell('unused_ignore', `there is no finding \`${code}\` to ignore`, 'remove the comment')
      for (const finding of found) silenced.add(finding)
    }
  }
  return [...findings.filter((finding) => !silenced.has(finding)), ...own]
}
