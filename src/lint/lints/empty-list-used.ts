import type { Lint } from '../lint-type.ts'
import { setsOf } from '../sets-in.ts'

export const emptyListUsed: Lint = {
  code: 'empty_list_used',
  severity: 'warning',
  title: 'an empty list',
  explanation: 'The list has no entries, so `ip.src in $offices` is false for every request.',
  bad: [
    {
      yaml: 'lists:\n  offices: { kind: ip, items: [] }\nrules:\n  - { name: a, action: block, expression: not ip.src in $offices }\n',
    },
  ],
  good: [
    {
      yaml: 'lists:\n  offices: [192.0.2.0/24]\nrules:\n  - { name: a, action: block, expression: not ip.src in $offices }\n',
    },
    {
      // The zone has its own list.
      yaml:
        'lists:\n  offices: { kind: ip, items: [] }\n' +
        'zones:\n  - name: a.test\n    lists: { offices: [192.0.2.0/24] }\n' +
        '    rules:\n      - { name: a, action: block, expression: not ip.src in $offices }\n',
    },
  ],
  expression: (written, report, { ownLists }) => {
    for (const { right, start, end } of setsOf(written)) {
      if (right.kind !== 'list') continue
      const ofName = ownLists.filter(({ name }) => name === right.name)
      const own =
        ofName.find(({ group }) => group === written.rule.group) ??
        ofName.find(({ group }) => group === '')
      if (own === undefined || own.size > 0) continue
      const at = written.source.lastIndexOf('$', end)
      report({
        part:
          at > start
            ? { start: at, length: right.name.length + 1 }
            : { start, length: end - start },
        message: `the list \`$${right.name}\` is empty`,
      })
    }
  },
}
