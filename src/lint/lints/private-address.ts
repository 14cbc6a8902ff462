import type { CompareNode } from '../../language/ast.ts'
import type { IpRange } from '../../lists/ip.ts'
import { Ip } from '../../lists/ip.ts'
import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { literalParts } from '../literal-parts.ts'
import { isPrivate } from '../private-ranges.ts'
import { nodesOf } from '../written-tests.ts'

const rangesOf = ({ right }: CompareNode): readonly IpRange[] => {
  if (right.kind === 'ip_set') return right.items
  return right.kind === 'literal' && right.value instanceof Ip
    ? [{ from: right.value, to: right.value }]
    : []
}

export const privateAddress: Lint = {
  code: 'private_address',
  severity: 'warning',
  title: 'a private address',
  explanation:
    'Cloudflare sees the public address of a visitor. `ip.src` is never in a network such as `10.0.0.0/8` or `192.168.0.0/16`, so a rule cannot let\n' +
    'an office in by its private network. Write the public address of the office. On this edge, a visitor from your own network does have a\n' +
    'private address.',
  bad: [
    'http.request.uri.path eq "/admin" and not ip.src in {10.0.0.0/8 192.0.2.7}',
    'ip.src eq 127.0.0.1',
    'ip.src in {fd00::/8}',
  ],
  good: ['ip.src in {192.0.2.0/24 2001:db8::/32}', 'ip.src in {0.0.0.0/0}'],
  expression: (written, report) => {
    for (const node of nodesOf(written)) {
      if (node.kind !== 'compare' || node.left.kind !== 'field' || node.left.name !== 'ip.src') {
        continue
      }
      const ranges = rangesOf(node)
      const parts = literalParts(written.source, node.left.end, node.end).slice(-ranges.length)
      for (const [i, range] of ranges.entries()) {
        if (!isPrivate(range)) continue
        const part = parts[i] ?? { start: node.start, length: node.end - node.start }
        const text = written.source.slice(part.start, part.start + part.length)
        report({
          part,
          message: `no visitor of Cloudflare comes from ${inBackticks(text)}: it is a private network`,
          help: 'write the public address',
        })
      }
    }
  },
}
