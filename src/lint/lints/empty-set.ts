import type { Lint } from '../lint-type.ts'
import { partOf, setsOf } from '../sets-in.ts'

export const emptySet: Lint = {
  code: 'empty_set',
  severity: 'error',
  title: 'an empty set',
  explanation:
    'The set `{}` contains nothing. The comparison is false for every request, and with `not` it is true for every request.',
  bad: ['ip.src in {}', 'not ip.src.country in { }'],
  good: ['ip.src in {192.0.2.1}'],
  expression: (written, report) => {
    for (const node of setsOf(written)) {
      if (!('items' in node.right) || node.right.items.length > 0) continue
      report({ part: partOf(node), message: 'the set `{}` is empty' })
    }
  },
}
