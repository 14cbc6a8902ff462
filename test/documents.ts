import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './cli.ts'

export interface Fence {
  language: string
  text: string
  /** Line of the opening fence, from 1. */
  line: number
}

/** The fenced blocks of a Markdown file, in order. */
export const fencesOf = (file: string): Fence[] => {
  const source = readFileSync(join(ROOT, file), 'utf8')
  return [...source.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: language, 2: text, index }) => ({
      language: language!,
      text: text!,
      line: source.slice(0, index).split('\n').length,
    })
  )
}
