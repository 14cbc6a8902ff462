import type { LogicalNode } from '../../language/ast.ts'
import { children } from '../../language/walk.ts'
import type { Lint } from '../lint-type.ts'
import { nodesOf } from '../written-tests.ts'

const CLOSE = ')'

/** True if parentheses enclose the node in the source. */
const isGrouped = (source: string, { start, end }: LogicalNode): boolean =>
  source.slice(0, start).trimEnd().endsWith('(') && source.slice(end).trimStart().startsWith(CLOSE)

export const mixedOperators: Lint = {
  code: 'mixed_operators',
  severity: 'info',
  title: '`and` and `or` without parentheses',
  explanation:
    '`and` binds more tightly than `or`: `a or b and c` means `a or (b and c)`, so `a` alone is enough. Write parentheses to show the meaning.',
  bad: [
    'http.host eq "a.test" or http.host eq "b.test" and ssl',
    'ssl and http.host eq "a.test" or http.host eq "b.test"',
  ],
  good: [
    '((ssl and http.host eq "a.test") or (cf.client.bot and ssl) or http.host eq "b.test") and not ssl',
    '(http.host eq "a.test" or http.host eq "b.test") and ssl',
    'http.host eq "a.test" or (http.host eq "b.test" and ssl)',
    'ssl and http.host eq "a.test"',
  ],
  expression: (written, report) => {
    const { source } = written
    for (const node of nodesOf(written)) {
      if (node.kind !== 'or' && node.kind !== 'xor') continue
      const loose = (children(node) as readonly LogicalNode[]).find(
        (item) =>
          item.kind === 'and' &&
          !isGrouped(source, item) &&
          source.slice(node.start, node.end) !== source.slice(item.start, item.end)
      )
      if (loose === undefined) continue
      report({
        part: { start: loose.start, length: loose.end - loose.start },
        message: `\`and\` has higher precedence than \`${node.kind}\`: this part is one operand of the \`${node.kind}\``,
        help: 'put parentheses around the conditions that belong together',
      })
      return
    }
  },
}
