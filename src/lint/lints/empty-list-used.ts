import type { Lint } from '../lint-type.ts'
import { setsOf } from '../sets-in.ts'

export const emptyListUsed: Lint = {
  code: 'empty_list_used',
  severity: 'warning',
  title: 'a list without entries',
  explanation:
    'Nothing is in a list that has no entries: `ip.src in $offices` is then false for every request.',
  bad: [
    {
      yaml: 'lists:\n  offices: { kind: ip, items: [] }\nrules:\n  - { name: a, action: block, expression: not ip.src in $offices }\n',
    },
  ],
  good: [
    {
      yaml: 'lists:\n  offices: [192.0.2.0/24]\nrules:\n  - { name: a, action: block, expression: not ip.src in $offices }\n',
    },
  ],
  expression: (written, report, { ownLists }) => {
    for (const { right, start, end } of setsOf(written)) {
      if (right.kind !== 'list') continue
      const own = ownLists.find(({ name }) => name === right.name)
      if (own === undefined || own.size > 0) continue
      const at = written.source.lastIndexOf('$', end)
      report({
        part:
          at > start
            ? { start: at, length: right.name.length + 1 }
            : { start, length: end - start },
        message: `the list \`$${right.name}\` has no entries: nothing is in it`,
      })
    }
  },
}
