// Compares the problems of a document with the places that a test marks.
import { expect } from 'vitest'
import type { Diagnostic } from '../error.ts'
import { EdgeError } from '../error.ts'
import { loadRules } from './load.ts'

export const problemsOf = (text: string, file = 'rules.yaml'): readonly Diagnostic[] => {
  try {
    loadRules([{ file, text }])
  } catch (error) {
    if (error instanceof EdgeError && error.code === 'invalid_rules') return error.diagnostics
    throw error
  }
  return []
}

/**
 * Removes the marks «…» from a text and returns their spans. Each mark is the place of one problem, in order.
 */
export const unmark = (marked: string) => {
  const spans: { line: number; column: number; length: number }[] = []
  let text = ''
  let open = { line: 0, column: 0 }
  let start = 0
  for (const character of marked) {
    const before = text.slice(text.lastIndexOf('\n') + 1)
    const here = { line: text.split('\n').length, column: [...before].length + 1 }
    if (character === '«') {
      open = here
      start = text.length
    } else if (character === '»') {
      spans.push({ ...open, length: Math.max(1, [...text.slice(start)].length) })
    } else text += character
  }
  return { text, spans }
}

export const spanOf = ({ line, column, length }: Diagnostic) => ({ line, column, length })

export const expectProblems = (marked: string, codes: readonly string[]) => {
  const { text, spans } = unmark(marked)
  const problems = problemsOf(text)
  expect(problems.map(({ code }) => code)).toEqual(codes)
  expect(problems.map(spanOf)).toEqual(spans)
  const lines = text.split(/\r?\n/)
  for (const { sourceLine, line, file } of problems) {
    expect(sourceLine).toBe(lines[line - 1])
    expect(file).toBe('rules.yaml')
  }
  return problems
}

export const rule = (when: string) => `rules:\n  - name: x\n    action: block\n    when: ${when}\n`
