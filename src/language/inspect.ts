import type { RootNode } from './ast.ts'
import { LIMITS } from './limits.ts'
import type { Fix } from './mend/fix.ts'
import { teach } from './mend/mend.ts'
import { Parser } from './parser.ts'
import type { Problem } from './problem.ts'
import type { Scheme } from './scheme.ts'

/** One problem of an expression. Offsets in the source, in UTF-16 units. */
export interface Inspected {
  readonly problem: Problem
  readonly severity: 'error' | 'warning'
  /** The correction, if it is certain. */
  readonly fix?: Fix
}

/** The tree of an expression and its problems, for editors. */
export interface Inspection {
  /** Absent if the expression has an error. */
  readonly root?: RootNode
  readonly found: readonly Inspected[]
}

/** Reads a condition without compiling it. */
export const inspect = (source: string, scheme: Scheme): Inspection => {
  const read = (text: string) => {
    const parser = new Parser(text, scheme, LIMITS)
    return { parser, root: parser.filter() }
  }
  const { parser, root } = read(source)
  const check = (text: string) => read(text).parser.problems
  const errors = teach(source, parser.problems, { scheme, check })
  const found = [
    ...errors.map((error): Inspected => ({ ...error, severity: 'error' })),
    ...parser.warnings.map((problem): Inspected => ({ problem, severity: 'warning' })),
  ]
  return root !== undefined && errors.length === 0 ? { root, found } : { found }
}
