import type { Source } from '../rules/source.ts'
import type { Finding } from './finding.ts'
import { placed } from './finding.ts'

/** A comment that silences the findings of one lint. */
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
  /** The lines on which rules begin, ascending. */
  readonly ruleLines: readonly number[]
}

/**
 * JSON has no comments, so an ignore is part of a description. The closing quote is not part of the reason.
 */
const withoutQuote = (text: string): string => text.trim().replace(/"[\s,}\]]*$/, '')

const ignoresIn = ({ source }: IgnoredFile): Ignore[] =>
  [...source.text.matchAll(IGNORE)].map(({ 0: text, 1: code = '', 2: reason = '', index }) => ({
    line: source.line(index),
    code,
    reason: withoutQuote(reason),
    start: index,
    end: index + withoutQuote(text).length,
  }))

/** Returns the first line of the rule that contains `line`; 0 if the line precedes all rules. */
const ruleAt = (ruleLines: readonly number[], line: number): number =>
  ruleLines.findLast((start) => start <= line) ?? 0

/**
 * Returns the line that a comment refers to: its own, or the next line with content if the comment has a line to itself.
 */
const lineBelow = (lines: readonly string[], line: number): number => {
  if (!COMMENT_OR_BLANK.test(lines[line - 1] ?? '')) return line
  let below = line + 1
  while (below <= lines.length && COMMENT_OR_BLANK.test(lines[below - 1] ?? '')) below++
  return below
}

/**
 * Removes the findings that comments silence. A comment applies to one code and one rule: the rule that contains it, or the rule that
 * begins below it. Adds a finding for each comment that silences nothing or is invalid.
 *
 * @param known codes that a comment can silence
 * @param unasked codes of lints that did not run: their comments are not reported as unused
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
          code === '' ? 'the comment names no code' : `\`${code}\` is not the code of a lint`,
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
        tell('unused_ignore', `the rule has no finding \`${code}\` to ignore`, 'remove the comment')
      for (const finding of found) silenced.add(finding)
    }
  }
  return [...findings.filter((finding) => !silenced.has(finding)), ...own]
}
