import { descendants } from '../language/walk.ts'
import type { Written } from './subject.ts'
import type { TextTest } from './text-tests.ts'
import { textTests } from './text-tests.ts'

const once = <T>(find: (written: Written) => T): ((written: Written) => T) => {
  const known = new WeakMap<Written, T>()
  return (written) => {
    const before = known.get(written)
    if (before !== undefined) return before
    const found = find(written)
    known.set(written, found)
    return found
  }
}

/** Returns the nodes of an expression. Cached across lints. */
export const nodesOf = once(({ root }) => descendants(root))

/** Returns the text tests of an expression. Cached across lints. */
export const testsOf = once((written): readonly TextTest[] =>
  textTests(nodesOf(written), written.source)
)
