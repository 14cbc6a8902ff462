import type { Written } from './subject.ts'
import type { TextTest } from './text-tests.ts'
import { textTests } from './text-tests.ts'

const known = new WeakMap<Written, readonly TextTest[]>()

/** The text tests of an expression, found once for all lints. */
export const testsOf = (written: Written): readonly TextTest[] => {
  const found = known.get(written) ?? textTests(written.root, written.source)
  known.set(written, found)
  return found
}
