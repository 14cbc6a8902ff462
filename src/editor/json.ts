import type { Embedded } from './embedded.ts'
import { readQuoted } from './escapes.ts'

const MEMBER = /"((?:counting_)?expression)"\s*:\s*"/g

/** Expressions of a JSON document. */
export const jsonExpressions = (text: string): Embedded[] =>
  [...text.matchAll(MEMBER)].map((match) => ({
    key: match[1]!,
    writing: 'json',
    ...readQuoted(text, match.index + match[0].length),
    indent: '',
    isTemplate: false,
  }))
