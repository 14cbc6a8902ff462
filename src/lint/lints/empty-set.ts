import type { Lint } from '../lint-type.ts'
import { partOf, setsOf } from '../sets-in.ts'

export const emptySet: Lint = {
  code: 'empty_set',
  severity: 'error',
  title: 'a set without items',
  explanation:
    'Nothing is in `{}`: the comparison is false for every request, and `not` makes it true for every request.',
  bad: ['ip.src in {}', 'not ip.src.country in { }'],
  good: ['ip.src in {192.0.2.1}'],
  expression: (written, report) => {
    for (const node of setsOf(written)) {
      if (!('items' in node.right) || node.right.items.length > 0) continue
      report({ part: partOf(node), message: 'nothing is in the set `{}`' })
    }
  },
}
