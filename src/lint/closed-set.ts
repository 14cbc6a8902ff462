import type { Problem } from '../rules/values.ts'
import type { Lint } from './lint-type.ts'
import type { TextTest } from './text-tests.ts'
import { isWhole } from './text-tests.ts'
import { testsOf } from './written-tests.ts'

const DID_YOU_MEAN = /^did you mean `(.*)`\?$/

/** Returns the check of a lint whose field takes its values from a closed set. */
export const ofClosedSet = (
  field: string,
  check: (text: string) => Problem,
  isMistake: (test: TextTest) => boolean = () => true
): NonNullable<Lint['expression']> => {
  return (written, report) => {
    for (const test of testsOf(written)) {
      if (test.field !== field || test.through.length > 0 || !isWhole(test)) continue
      const problem = check(test.text)
      if (problem === undefined || test.text === '' || !isMistake(test)) continue
      const meant = DID_YOU_MEAN.exec(problem.help ?? '')?.[1]
      const { part, inner } = test
      report({
        part,
        message: problem.message,
        ...(problem.help === undefined ? {} : { help: problem.help }),
        ...(meant === undefined || inner === undefined
          ? {}
          : { replacements: [{ text: meant, at: inner }] }),
      })
    }
  }
}
